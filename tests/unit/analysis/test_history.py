"""The events must fit one another, and a model request is tied to one turn exactly or to none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate.analysis import analyse
from gate.analysis.history import History
from gate.analysis.history_reading import read_history
from gate.core.transcript import (
    TREATED,
    ConversationPlanned,
    Event,
    ModelAsked,
    RunStarted,
    TurnEnded,
    TurnStarted,
)
from gate.core.transcript_lines import TranscriptError
from gate.errors import GateError
from tests.transcripts.events import NOON
from tests.transcripts.runs import Run, honest_run, result_of


def first(events: list[Event], kind: type[Event]) -> int:
    return next(index for index, event in enumerate(events) if isinstance(event, kind))


def asked(about: str, prompt: str) -> ModelAsked:
    return ModelAsked(at=NOON, path="/v1/chat/completions", prompt=[prompt], about=about, answer="x")


def history_of(*turns: tuple[str, str, str] | ModelAsked) -> History:
    """A history of events: ("start" or how it ended, turn, text) and model requests."""
    run = honest_run()
    events: list[Event] = [
        event for event in run.events() if isinstance(event, (RunStarted, ConversationPlanned))
    ]
    for one in turns:
        if isinstance(one, ModelAsked):
            events.append(one)
        elif one[0] == "start":
            talk = run.talks[int(one[1][1])]
            events.append(
                TurnStarted(
                    at=NOON,
                    turn=one[1],
                    conversation=talk.identifier,
                    speaker="alice",
                    session=talk.order.session,
                    text=one[2],
                    line=1,
                )
            )
        else:
            events.append(TurnEnded(at=NOON, turn=one[1], status=one[0], reply="x"))
    return read_history(events)


# --- whose request it is ------------------------------------------------------------------------------


def test_a_request_belongs_to_the_turn_under_way_with_its_text() -> None:
    history = history_of(
        ("start", "c0.1", "Hello"),
        ("start", "c1.1", "Goodbye"),
        asked("Goodbye", "a"),
        asked("Hello", "b"),
        asked("Hello", "c"),
        ("acknowledged", "c0.1", ""),
        ("acknowledged", "c1.1", ""),
    )
    assert history.turns["c0.1"].prompts == ["b", "c"]
    assert history.turns["c1.1"].prompts == ["a"]
    assert history.unattributed == []


@pytest.mark.parametrize("status", ["acknowledged", "refused", "unasked"])
def test_a_turn_that_is_over_asks_no_more(status: str) -> None:
    history = history_of(
        ("start", "c0.1", "Hello"),
        (status, "c0.1", ""),
        ("start", "c1.1", "Hello"),
        asked("Hello", "a"),
        ("acknowledged", "c1.1", ""),
        asked("Hello", "late"),
    )
    assert history.turns["c0.1"].prompts == []
    assert history.turns["c1.1"].prompts == ["a"]
    assert len(history.unattributed) == 1


def test_a_turn_that_was_never_asked_takes_no_request_from_another() -> None:
    """It begins and ends while the other one with its text is under way."""
    history = history_of(
        ("start", "c0.1", "Hello"),
        ("start", "c1.1", "Hello"),
        ("unasked", "c1.1", ""),
        asked("Hello", "a"),
        ("acknowledged", "c0.1", ""),
    )
    assert history.turns["c0.1"].prompts == ["a"]


def test_a_request_that_may_be_two_turns_belongs_to_neither() -> None:
    """The gate gave the first one up; the bot may still be at it."""
    history = history_of(
        ("start", "c0.1", "Hello"),
        ("indeterminate", "c0.1", ""),
        ("start", "c1.1", "Hello"),
        asked("Hello", "whose?"),
        ("acknowledged", "c1.1", ""),
    )
    assert history.turns["c0.1"].prompts == history.turns["c1.1"].prompts == []
    assert len(history.unattributed) == 1


def test_a_request_belongs_to_a_turn_of_its_own_deployment() -> None:
    """A turn that another deployment left hanging takes nothing away, and is given nothing."""
    run = honest_run(["restart", "kill"])
    hanging, _, asking, _ = run.talks
    events = [
        *run.events()[: 1 + len(run.talks)],
        started("c0.1", hanging.identifier, "Hello"),
        TurnEnded(at=NOON, turn="c0.1", status="indeterminate"),
        started("c2.1", asking.identifier, "Hello"),
        request("Hello", "kill's", "kill"),
        request("Hello", "restart's", "restart"),
        request("Goodbye", "nobody's", "restart"),
        TurnEnded(at=NOON, turn="c2.1", status="acknowledged"),
    ]
    history = read_history(events)
    assert history.turns["c0.1"].prompts == ["restart's"]
    assert history.turns["c2.1"].prompts == ["kill's"]
    assert [one.deployment for one in history.unattributed] == ["restart"]


def test_a_request_of_another_deployment_leaves_nothing_open() -> None:
    """Only one of the probe's own could have loaded the fact without showing whose it is."""
    for deployment, loaded in (("restart", None), ("kill", False)):
        run = honest_run(["restart", "kill"])
        treated, _ = run.of(TREATED)
        treated.order.prompts = []
        treated.order.reply = "I don't know."
        events = run.events()
        place = next(
            index
            for index, one in enumerate(events)
            if isinstance(one, TurnStarted) and one.turn == treated.order.turn
        )
        events.insert(place + 1, request("", "a summary", deployment))
        assert result_of(analyse(events), treated.order).trace.loaded is loaded


def started(turn: str, conversation: str, text: str) -> TurnStarted:
    return TurnStarted(
        at=NOON, turn=turn, conversation=conversation, speaker="a", session="a-1", text=text, line=1
    )


def request(about: str, prompt: str, deployment: str) -> ModelAsked:
    return ModelAsked(at=NOON, path="/v1", prompt=[prompt], about=about, answer="", deployment=deployment)


# --- events that do not fit ---------------------------------------------------------------------------


def test_what_does_not_begin_with_a_run_is_none() -> None:
    for events in ([], honest_run().events()[1:]):
        with pytest.raises(GateError, match="no transcript of a run"):
            analyse(events)


def broken(run: Run, how: str) -> tuple[list[Event], int]:
    """A transcript with one line that does not fit, and the index of that line."""
    events = run.events()
    planned, started, ended = (first(events, kind) for kind in (ConversationPlanned, TurnStarted, TurnEnded))
    plan, start, end = events[planned], events[started], events[ended]
    assert isinstance(plan, ConversationPlanned)
    assert isinstance(start, TurnStarted)
    assert isinstance(end, TurnEnded)
    probe = next(
        index for index, event in enumerate(events) if isinstance(event, TurnStarted) and event.checks
    )
    question = events[probe]
    assert isinstance(question, TurnStarted)
    match how:
        case "planned twice":
            events.insert(planned + 1, plan)
            return events, planned + 1
        case "unknown arm":
            events[planned] = replace(plan, arm="placebo")
            return events, planned
        case "unplanned conversation":
            events[started] = replace(start, conversation="c99")
            return events, started
        case "begun twice":
            events.insert(started + 1, start)
            return events, started + 1
        case "unknown fact told":
            events[started] = replace(start, tells=["shoe"])
            return events, started
        case "unknown fact asked":
            events[probe] = replace(question, asks=["shoe"])
            return events, probe
        case "unknown guarantee":
            events[probe] = replace(question, guarantee="eternity")
            return events, probe
        case "never begun":
            events[ended] = replace(end, turn="c99.1")
            return events, ended
        case "ended twice":
            events.insert(ended + 1, end)
            return events, ended + 1
        case _:
            events.append(events[0])
            return events, len(events) - 1


@pytest.mark.parametrize(
    "how",
    [
        "planned twice",
        "unknown arm",
        "unplanned conversation",
        "begun twice",
        "unknown fact told",
        "unknown fact asked",
        "unknown guarantee",
        "never begun",
        "ended twice",
        "another run",
    ],
)
def test_a_line_that_does_not_fit_is_named(how: str) -> None:
    events, index = broken(honest_run(), how)
    with pytest.raises(TranscriptError, match=f"line {index + 1} of the transcript does not fit") as caught:
        analyse(events)
    assert caught.value.why
    assert caught.value.remedy


def test_a_rule_from_elsewhere_is_refused() -> None:
    with pytest.raises(GateError, match="the rule in this transcript is not known"):
        honest_run(policy={"generosity": 1.0}).analyse()
