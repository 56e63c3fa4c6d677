"""A loss that the reader may have caused is nobody's; one that it cannot have caused is the bot's."""

from __future__ import annotations

import pytest

from gate.analysis import analyse
from gate.analysis.history import History, PlayedTurn
from gate.analysis.history_reading import read_history
from gate.analysis.model_limits import excuse_of_model
from gate.core.report import FactTrace, Outcome, Verdict
from gate.core.transcript import Event, ModelAsked
from gate.scorers import SCORERS
from tests.transcripts.chats import ChatRun
from tests.unit.analysis.plants import CASES, forget, honest

FACTS = {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"}
CLAUSE = "it offers its model the tool save_memory"


def forgetful() -> ChatRun:
    """The order is lost after the disruption."""
    run = honest(CASES["gone"], FACTS)
    forget(run, run.chats[-1], lambda low, high: low)
    return run


def with_tool(events: list[Event], *, about: bool = True) -> list[Event]:
    """The same run with a tool in the first request, which is about its turn or about nothing known."""
    made: list[Event] = []
    for event in events:
        if isinstance(event, ModelAsked) and not any(isinstance(one, ModelAsked) for one in made):
            event = ModelAsked(
                at=event.at,
                path=event.path,
                prompt=event.prompt,
                about=event.about if about else "",
                answer=event.answer,
                beyond_reader=[CLAUSE],
            )
        made.append(event)
    return made


def tell_of_tools(run: ChatRun) -> list[Event]:
    """Every request offers the tool."""
    return [
        ModelAsked(
            at=one.at,
            path=one.path,
            prompt=one.prompt,
            about=one.about,
            answer=one.answer,
            beyond_reader=[CLAUSE],
        )
        if isinstance(one, ModelAsked)
        else one
        for one in run.events()
    ]


def test_what_is_nowhere_may_have_been_for_the_tool_to_keep() -> None:
    run = forgetful()
    run.not_stored = set(run.chats[-1].facts.values())
    report = analyse(tell_of_tools(run), SCORERS)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert CLAUSE in report.reasons[0]
    assert {one.outcome for one in report.probes} == {Outcome.REMEMBERED, Outcome.UNSCORED}


def test_what_was_stored_needed_no_tool() -> None:
    """The order stood in the store, and the bot did not load it."""
    report = analyse(tell_of_tools(forgetful()), SCORERS)
    assert report.verdict is Verdict.FAILED


def test_without_tools_the_loss_is_the_bots() -> None:
    run = forgetful()
    run.not_stored = set(run.chats[-1].facts.values())
    assert analyse(run.events(), SCORERS).verdict is Verdict.FAILED


@pytest.mark.parametrize("about", [False, True])
def test_a_request_that_belongs_to_no_turn_may_have_kept_anything(about: bool) -> None:
    """Tied to a turn it counts for that conversation alone, which here is the control's."""
    run = forgetful()
    run.not_stored = set(run.chats[-1].facts.values())
    report = analyse(with_tool(run.events(), about=about), SCORERS)
    assert report.verdict is (Verdict.FAILED if about else Verdict.INCONCLUSIVE)


NOWHERE = FactTrace(told=True, stored=False, loaded=False, answered=False)


def last_probe(run: ChatRun) -> tuple[History, PlayedTurn]:
    """The history of a run without tools, and the last question of its last conversation."""
    history = read_history(run.events())
    conversation = history.conversations[next(reversed(history.conversations))]
    return history, history.turns_of(conversation.conversation)[-1]


@pytest.mark.parametrize("stage", ["stored", "loaded"])
def test_what_was_seen_on_its_way_needed_no_tool(stage: str) -> None:
    """In the store, or in the prompt: it got there without."""
    history, probe = last_probe(forgetful())
    probe.beyond_reader = (CLAUSE,)
    seen = FactTrace(told=True, stored=stage == "stored", loaded=stage == "loaded", answered=False)
    excuse = excuse_of_model(history, probe, NOWHERE)
    assert excuse is not None
    assert excuse.features == (CLAUSE,)
    assert CLAUSE in excuse.sentence
    assert excuse_of_model(history, probe, seen) is None


def test_only_tools_until_the_question_count_and_each_is_named_once() -> None:
    """What the bot may do later has kept nothing that was asked for before."""
    history, last = last_probe(forgetful())
    first, *_, before_last = history.turns_of(last.started.conversation)[:-1]
    last.beyond_reader = (CLAUSE,)
    assert excuse_of_model(history, before_last, NOWHERE) is None
    first.beyond_reader = (CLAUSE,)
    excuse = excuse_of_model(history, last, NOWHERE)
    assert excuse is not None
    assert excuse.sentence.count(CLAUSE) == 1


@pytest.mark.parametrize(("whose", "counts"), [("", True), ("own", True), ("another", False)])
def test_a_request_of_no_turn_counts_for_its_own_deployment(whose: str, counts: bool) -> None:
    """Or for any, where it is not known whose bot made it."""
    history, probe = last_probe(forgetful())
    own = probe.deployment_history.deployment
    history.beyond_reader[own if whose == "own" else whose, CLAUSE] = None
    assert bool(excuse_of_model(history, probe, NOWHERE)) is counts
