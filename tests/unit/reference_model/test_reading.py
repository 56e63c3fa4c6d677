"""The reference model answers from the request alone, with the newest value in the prompt."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import Pattern, Pick
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message, ReferenceModel
from gate.scorers import SCORERS
from tests.unit.core.laws import costly_law, law
from tests.unit.model_endpoint.prompts import CHAIN, SHAPES, as_chain, as_messages, summary_request
from tests.unit.reference_model.plans import MOVED_HOUSE, QUESTION, conversation_of, run_of, shapes, user
from tests.unit.runner.scripts import CITY, MOVED, ask, disrupt, follow_up, scenario

# --- honest memories ----------------------------------------------------------------------------------


@shapes
@costly_law
@given(seed=st.integers(0, 10**6))
def test_an_intact_history_answers_every_probe(shape: Callable[..., list[Message]], seed: int) -> None:
    """This holds in every prompt format, and with answers to earlier probes in the prompt."""
    seats = scenario(
        ("alice", "I am {age}, and I sit in {seat}."),
        disrupt(),
        ask("alice", "How old am I?", contains="{age}"),
        ask("alice", "Where do I sit?", contains="{seat}"),
        ask("alice", "And once more: how old am I?", contains="{age}"),
        facts=(Pattern(name="age", template="##"), Pattern(name="seat", template="##")),
        name="seats",
    )
    plan = run_of(MOVED_HOUSE, seats, follow_up(), trials=5, seed=seed)
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        history: list[tuple[str, str]] = []
        for turn in conversation.turns:
            reading = model.read(shape(history, turn.text))
            assert reading.about == turn.text
            history.append((turn.text, reading.answer))
            for name, arguments in (turn.expectation.checks if turn.expectation else {}).items():
                assert SCORERS[name].score(reading.answer, arguments), (turn.text, history)


@costly_law
@given(seed=st.integers(0, 10**6), keep=st.integers(0, 2))
def test_an_honest_summary_answers_every_probe(seed: int, keep: int) -> None:
    """LangChain's summary memory, with a window of the last turns beside it or without one."""
    plan = run_of(MOVED_HOUSE, follow_up(), seed=seed)
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        summary, window = "", list[tuple[str, str]]()
        for turn in conversation.turns:
            known = f"Summary: {summary}\n" + "\n".join(
                f"Human: {said}\nAI: {reply}" for said, reply in window
            )
            answer = model.read(user(CHAIN.format(history=known, input=turn.text))).answer
            for name, arguments in (turn.expectation.checks if turn.expectation else {}).items():
                assert SCORERS[name].score(answer, arguments), (turn.text, known)
            summary = model.read(summary_request(summary, turn.text, answer)).answer
            window = [*window, (turn.text, answer)][len(window) + 1 - keep :] if keep else []


@law
@given(st.lists(st.sampled_from(["user", "assistant", "system"]), max_size=4), st.text(max_size=40))
def test_equal_requests_have_equal_answers(roles: list[str], noise: str) -> None:
    """A pure function of the request."""
    plan = run_of()
    texts = [turn.text for turn in conversation_of(plan).turns]
    messages = [
        Message(role=role, text=f"{noise} {text}") for role, text in zip(roles, texts * 2, strict=False)
    ]
    model = build_reference_model(plan)
    first = model.read(messages)
    model.read(user(QUESTION))
    assert model.read(messages) == first == build_reference_model(plan).read(messages)


# --- what it answers to a probe -----------------------------------------------------------------------


@shapes
def test_a_lost_history_has_no_answer(model: ReferenceModel, shape: Callable[..., list[Message]]) -> None:
    reading = model.read(shape([], QUESTION))
    assert (reading.about, reading.answer) == (QUESTION, UNKNOWN)


@shapes
def test_a_foreign_value_appears_in_the_answer(
    model: ReferenceModel, other_order: str, shape: Callable[..., list[Message]]
) -> None:
    history = [(f"My order is {other_order}.", ACKNOWLEDGEMENT)]
    assert model.read(shape(history, QUESTION)).answer == other_order


def test_the_newest_value_wins(model: ReferenceModel, order: str, other_order: str) -> None:
    for first, last in ((order, other_order), (other_order, order)):
        history = [(f"My order is {first}.", ACKNOWLEDGEMENT), (f"My order is {last}.", ACKNOWLEDGEMENT)]
        assert model.read(as_messages(history, QUESTION)).answer == last


def test_the_newest_value_wins_in_a_text_that_nobody_said(
    model: ReferenceModel, order: str, other_order: str
) -> None:
    summary = Message(role="system", text=f"The user's order was {order}; now it is {other_order}.")
    assert model.read([summary, *user(QUESTION)]).answer == other_order


def test_a_question_about_the_order_of_turns_has_the_oldest_value() -> None:
    plan = run_of(MOVED_HOUSE)
    facts = conversation_of(plan).facts
    history = [
        (f"I live in {facts['city']}.", ACKNOWLEDGEMENT),
        (f"I have moved. I live in {facts['moved']} now.", ACKNOWLEDGEMENT),
    ]
    model = build_reference_model(plan)
    assert model.read(as_messages(history, "Which city did I name first?")).answer == facts["city"]
    assert model.read(as_messages(history[::-1], "Which city did I name first?")).answer == facts["moved"]


def test_a_value_is_answered_as_it_stands_in_the_prompt(model: ReferenceModel, order: str) -> None:
    """A memory that changes letter case changes the answer."""
    note = Message(role="system", text=f"order={order.lower()};")
    assert model.read([note, *user(QUESTION)]).answer == order.lower()


def test_a_part_of_a_longer_value_is_no_answer(model: ReferenceModel, order: str) -> None:
    note = Message(role="system", text=f"order={order}9;")
    assert model.read([note, *user(QUESTION)]).answer == UNKNOWN


def test_a_value_stated_for_another_fact_is_no_answer() -> None:
    """If two facts share their values, one must not pass for the other."""
    born = scenario(
        ("alice", "I live in {city}."),
        ("alice", "I was born in {birthplace}."),
        disrupt(),
        ask("alice", "Where do I live?", contains="{city}"),
        facts=(CITY, Pick(name="birthplace", options=CITY.options, differs_from="city")),
    )
    plan = run_of(born, trials=8)
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        history = [(turn.text, ACKNOWLEDGEMENT) for turn in conversation.turns[:2]]
        question = conversation.turns[2].text
        assert model.read(as_chain(history, question)).answer == conversation.facts["city"]


def test_a_value_that_the_user_never_stated_is_no_answer() -> None:
    """Filler may name a value of the pool, and so may the question."""
    chatty = scenario(
        ("alice", "I live in {city}."),
        ("alice", "They say that Oslo and Kyoto are nice."),
        disrupt(),
        ask("alice", "Is it Oslo, Kyoto, Quito or Lisbon where I live?", contains="{city}"),
        facts=(CITY,),
    )
    plan = run_of(chatty)
    conversation = next(
        planned for planned in plan.conversations if planned.facts["city"] in ("Lisbon", "Quito")
    )
    history = [(turn.text, ACKNOWLEDGEMENT) for turn in conversation.turns[:2]]
    reading = build_reference_model(plan).read(as_chain(history, conversation.turns[2].text))
    assert reading.answer == conversation.facts["city"]


def test_a_users_statement_outranks_other_text() -> None:
    """A bot that says in every reply when its shop is open does not confuse the appointment."""
    plan = run_of(MOVED_HOUSE)
    facts = conversation_of(plan).facts
    told = [(f"I have moved. I live in {facts['moved']} now.", "Visit us in Lisbon, Oslo, Kyoto or Quito!")]
    for shape in SHAPES.values():
        reading = build_reference_model(plan).read(shape(told, "Which city do I live in now?"))
        assert reading.answer == facts["moved"]


def test_the_question_is_no_answer_to_itself() -> None:
    """It may name the old value; the new one is asked for."""
    moved_away = scenario(
        ("alice", "I live in {city}."),
        ("alice", "I have moved. I live in {moved} now."),
        disrupt(),
        ask("alice", "I left {city}; where do I live?", "correction", contains="{moved}", without="{city}"),
        facts=(CITY, MOVED),
    )
    plan = run_of(moved_away)
    for conversation in plan.conversations:
        *told, question = [turn.text for turn in conversation.turns]
        prompt = as_chain([(text, ACKNOWLEDGEMENT) for text in told], question)
        assert build_reference_model(plan).read(prompt).answer == conversation.facts["moved"]


def test_the_answer_to_another_question_ranks_last() -> None:
    plan = run_of(MOVED_HOUSE)
    facts = conversation_of(plan).facts
    told = [
        (f"I live in {facts['city']}.", ACKNOWLEDGEMENT),
        (f"I have moved. I live in {facts['moved']} now.", ACKNOWLEDGEMENT),
    ]
    asked = ("Which city do I live in now?", facts["moved"])
    model = build_reference_model(plan)
    assert model.read(as_chain([*told, asked], "Which city did I live in before?")).answer == facts["city"]
    # The answer to a probe serves if the statement itself has left the window.
    assert model.read(as_chain([asked], "Which city do I live in now?")).answer == facts["moved"]
