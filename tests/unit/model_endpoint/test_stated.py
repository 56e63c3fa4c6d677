"""Facts that the bot states: the reference model says them, finds them again, and keeps them in summaries."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import Pattern
from gate.core.scenario import Parallel, Position, Say
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message, ReferenceModel
from gate.runner.plan import Plan, PlannedConversation, Turn
from gate.runner.planner import plan_run
from gate.scorers import SCORERS
from tests.unit.core.laws import costly_law
from tests.unit.model_endpoint.prompts import CHAIN, SHAPES, as_chain, summary_request
from tests.unit.runner.scripts import CITY, ORDER, ask, disrupt, filler, scenario

HERE = Position(file="s.yml", line=9)
TICKET = Pattern(name="ticket", template="TCK-######")
CLAIM = Pattern(name="claim", template="CL-??????")
STATED = scenario(
    Say(speaker="alice", text="Parcel {order} is broken. Open a ticket.", position=HERE, states=("ticket",)),
    filler(1),
    Say(speaker="alice", text="And a claim for {order}.", position=HERE, states=("claim",)),
    ("alice", "Thanks. I am waiting for {ticket}."),
    disrupt(),
    ask("alice", "What ticket number did you give me?", contains="{ticket}"),
    ask("alice", "Which claim did you open?", contains="{claim}"),
    ask("alice", "Which parcel was broken?", contains="{order}"),
    facts=(ORDER, TICKET, CLAIM),
)
OWN_WORDS_KEPT = [name for name in SHAPES if name != "memories"]


def run_of(seed: int = 7) -> Plan:
    return plan_run([STATED], ["restart"], 2, seed)


def hits(turn: Turn, answer: str) -> bool:
    checks = turn.expectation.checks if turn.expectation else {}
    return all(SCORERS[name].score(answer, arguments) for name, arguments in checks.items())


def user(text: str) -> list[Message]:
    return [Message(role="user", text=text)]


@pytest.fixture
def conversation() -> PlannedConversation:
    return run_of().conversations[0]


@pytest.fixture
def model() -> ReferenceModel:
    return build_reference_model(run_of())


@pytest.mark.parametrize("name", OWN_WORDS_KEPT)
@costly_law
@given(seed=st.integers(0, 10**6))
def test_an_intact_history_holds_what_the_bot_said(name: str, seed: int) -> None:
    plan = run_of(seed)
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        history: list[tuple[str, str]] = []
        for turn in conversation.turns:
            reading = model.read(SHAPES[name](history, turn.text))
            assert reading.about == turn.text
            assert hits(turn, reading.answer), (turn.text, history)
            if turn.states:
                assert reading.answer == turn.answer
            history.append((turn.text, reading.answer))


@costly_law
@given(seed=st.integers(0, 10**6))
def test_an_honest_summary_holds_what_the_bot_said(seed: int) -> None:
    plan = run_of(seed)
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        summary = ""
        for turn in conversation.turns:
            reading = model.read(user(CHAIN.format(history=summary, input=turn.text)))
            assert reading.about == turn.text
            assert hits(turn, reading.answer), (turn.text, summary)
            summary = model.read(summary_request(summary, turn.text, reading.answer)).answer


def test_a_fact_missing_from_the_prompt_is_unknown(
    model: ReferenceModel, conversation: PlannedConversation
) -> None:
    """The reference model knows the value, but answers with it only if the prompt contains it."""
    [asked, *_] = (turn for turn in conversation.turns if turn.asks == ("ticket",))
    stating = next(turn for turn in conversation.turns if turn.states)
    for history in ([], [(stating.text, "Done.")]):
        assert model.read(as_chain(history, asked.text)).answer == UNKNOWN


def test_another_conversations_ticket_appears_in_the_answer(model: ReferenceModel) -> None:
    own, other = run_of().conversations[:2]
    [asked] = (turn for turn in own.turns if turn.asks == ("ticket",))
    foreign = next(turn for turn in other.turns if turn.states)
    answer = model.read(as_chain([(foreign.text, foreign.answer)], asked.text)).answer
    assert answer == other.facts["ticket"]


def test_a_request_after_the_bots_statement_is_the_bots_own(
    model: ReferenceModel, conversation: PlannedConversation
) -> None:
    stating = next(turn for turn in conversation.turns if turn.states)
    reading = model.read(user(f"Give this a title: {stating.text} {stating.answer}"))
    assert reading.about == ""
    assert reading.answer == f"{stating.text}\n{stating.answer}"


# --- parallel turns -------------------------------------------------------------------------------------

TOGETHER = scenario(
    ("alice", "Hello."),
    Parallel(
        turns=tuple(
            Say(speaker="alice", text=text, position=HERE)
            for text in ("My order is {order}.", "I live in {city}.", "My claim is {claim}.")
        ),
        position=HERE,
    ),
    disrupt(),
    ask("alice", "What is my order?", contains="{order}"),
    ask("alice", "Where do I live?", contains="{city}"),
    ask("alice", "Which claim is mine?", contains="{claim}"),
    facts=(ORDER, CITY, CLAIM),
)
TURNS = (0, 1, 2)
MIXES = sorted(set(itertools.permutations([*TURNS, *TURNS])))
"""Of each turn first what was said, then the reply: in every order in which a bot can store them."""


@pytest.mark.parametrize("transcript", [False, True])
@costly_law
@given(mix=st.sampled_from(MIXES), rebuilt=st.booleans())
def test_mixed_histories_of_parallel_turns_answer_every_probe(
    transcript: bool, mix: tuple[int, ...], rebuilt: bool
) -> None:
    """Each request holds the turns that were stored by then."""
    plan = plan_run([TOGETHER], ["restart"], 1, 7)
    model = build_reference_model(plan)
    conversation = plan.conversations[0]
    opening, *rest = conversation.turns
    history = [Message(role="user", text=opening.text), Message(role="assistant", text=ACKNOWLEDGEMENT)]

    def read(messages: list[Message]) -> str:
        names = {"user": "Human", "assistant": "AI"}
        lines = "\n".join(f"{names[message.role]}: {message.text}" for message in messages)
        return model.read(user(f"{lines}\nAI:") if transcript else messages).answer

    said: set[int] = set()
    for index in mix:
        if index not in said:
            said.add(index)
            history.append(Message(role="user", text=rest[index].text))
        else:
            alone = [*history[:2], Message(role="user", text=rest[index].text)]
            reply = read(history if rebuilt else alone)
            history.append(Message(role="assistant", text=reply))
    for turn in rest[len(TURNS) :]:
        answer = read([*history, Message(role="user", text=turn.text)])
        assert hits(turn, answer), (mix, turn.text, history)
        history += [Message(role="user", text=turn.text), Message(role="assistant", text=answer)]


def test_an_empty_history_of_parallel_turns_answers_none() -> None:
    plan = plan_run([TOGETHER], ["restart"], 1, 7)
    model = build_reference_model(plan)
    probes: list[Turn] = [turn for turn in plan.conversations[0].turns if turn.asks]
    shape: Callable[..., list[Message]] = SHAPES["messages"]
    assert {model.read(shape([], turn.text)).answer for turn in probes} == {UNKNOWN}
