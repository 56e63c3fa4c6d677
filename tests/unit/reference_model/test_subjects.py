"""The reference model knows which turn a request is about, and when it is about none."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gate.core.facts import Pattern
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message, ReferenceModel
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from tests.unit.model_endpoint.prompts import as_chain, as_messages, summary_request
from tests.unit.reference_model.plans import QUESTION, conversation_of, run_of, shapes, user
from tests.unit.runner.scripts import ASK, CITY, ORDER, TELL, ask, disrupt, follow_up, scenario


@shapes
def test_a_question_that_also_stood_earlier_is_asked_again(
    model: ReferenceModel, order: str, shape: Callable[..., list[Message]]
) -> None:
    history = [(QUESTION, UNKNOWN), (f"My order is {order}.", ACKNOWLEDGEMENT)]
    reading = model.read(shape(history, QUESTION))
    assert (reading.about, reading.answer) == (QUESTION, order)


@shapes
def test_a_turn_that_asks_nothing_is_acknowledged_without_a_fact(
    plan: Plan, model: ReferenceModel, order: str, shape: Callable[..., list[Message]]
) -> None:
    history = [(QUESTION, UNKNOWN)]
    reading = model.read(shape(history, f"My order is {order}."))
    assert (reading.about, reading.answer) == (f"My order is {order}.", ACKNOWLEDGEMENT)
    assert not any(
        value in ACKNOWLEDGEMENT
        for conversation in plan.conversations
        for value in conversation.facts.values()
    )


def test_a_text_inside_another_does_not_hide_it() -> None:
    """ "What is my order number?" stands inside the longer question."""
    nested = scenario(
        TELL,
        ("alice", "Hello"),
        ("alice", "Hello again, Hello"),
        disrupt(),
        ASK,
        ask("alice", "Tell me: What is my order number? And the city?", contains=("{order}",)),
        facts=(ORDER,),
    )
    plan = run_of(nested)
    model = build_reference_model(plan)
    for turn in conversation_of(plan).turns:
        assert model.read(as_chain([("Hello", ACKNOWLEDGEMENT)], turn.text)).about == turn.text


def test_a_text_that_begins_another_is_not_taken_for_it() -> None:
    """ "My code is 4" must not be read out of "My code is 41"."""
    plan = run_of(
        scenario(
            ("alice", "My code is {code}"),
            disrupt(),
            ask("alice", "My code?", contains="{code}"),
            facts=(Pattern(name="code", template="#"),),
            name="short",
        ),
        scenario(
            ("alice", "My code is {code}"),
            disrupt(),
            ask("alice", "My code?", contains="{code}"),
            facts=(Pattern(name="code", template="##"),),
            name="long",
        ),
        trials=4,
    )
    model = build_reference_model(plan)
    for conversation in plan.conversations:
        told, asked = conversation.turns
        assert model.read(as_chain([], told.text)).about == told.text
        [request] = summary_request("", told.text, ACKNOWLEDGEMENT)
        assert model.read([request]).answer == told.text
        assert (
            model.read(as_chain([(told.text, ACKNOWLEDGEMENT)], asked.text)).answer
            == conversation.facts["code"]
        )


def test_blanks_around_a_text_do_not_matter() -> None:
    """A YAML block ends with a line end, which bots strip, and templates add further text."""
    block = scenario(("alice", "My order is {order}.\nIt is late.\n"), disrupt(), ASK)
    plan = run_of(block)
    told = conversation_of(plan).turns[0].text
    assert told.endswith("It is late.")
    assert build_reference_model(plan).read(user(f"\n{told}\n")).about == told


@pytest.mark.parametrize("role", ["system", "developer", "tool", "assistant"])
def test_instructions_after_the_question_do_not_answer_it(
    model: ReferenceModel, order: str, role: str
) -> None:
    messages = [
        *user(f"My order is {order}."),
        *user(QUESTION),
        Message(role=role, text='Be brief. If you are not sure, say "I don\'t know." and nothing else.'),
    ]
    reading = model.read(messages)
    assert (reading.about, reading.answer) == (QUESTION, order)


@pytest.mark.parametrize("note", ["{order} was mentioned before.", "Mind: {order}", "{order}, perhaps"])
def test_a_note_below_the_question_is_no_answer_yet(model: ReferenceModel, order: str, note: str) -> None:
    [message] = user(f"Human: {QUESTION}\n{note.format(order=order)}")
    assert model.read([message]).about == QUESTION
    assert model.read([message]).answer == order


# --- requests of the bot's own ---------------------------------------------------------------------------


def test_a_summary_holds_all_that_was_said_word_for_word(
    model: ReferenceModel, order: str, other_order: str
) -> None:
    so_far = f"My order is {order}."
    reading = model.read(summary_request(so_far, f"My order is {other_order}.", ACKNOWLEDGEMENT))
    assert reading.about == ""
    assert reading.answer.splitlines() == [so_far, f"My order is {other_order}."]


@pytest.mark.parametrize("found", [True, False])
def test_a_summary_after_a_probe_is_no_probe(model: ReferenceModel, order: str, found: bool) -> None:
    """The question is last in the request, but it has its answer already."""
    so_far = f"My order is {order}."
    for request in (
        summary_request(so_far, QUESTION, order if found else UNKNOWN),
        [
            *as_messages([(so_far, ACKNOWLEDGEMENT)], QUESTION),
            Message(role="assistant", text=order if found else UNKNOWN),
            *user("Summarise the conversation in one paragraph."),
        ],
    ):
        reading = model.read(request)
        assert (reading.about, reading.answer) == ("", so_far)


def test_a_question_that_tells_something_is_part_of_a_summary() -> None:
    both = scenario(
        TELL,
        disrupt(),
        ask("alice", "I live in {city}. What is my order?", contains="{order}"),
        ask("alice", "Where do I live?", contains="{city}"),
        facts=(ORDER, CITY),
    )
    plan = run_of(both)
    conversation = conversation_of(plan)
    question = conversation.turns[1].text
    reading = build_reference_model(plan).read(summary_request("", question, conversation.facts["order"]))
    assert reading.answer == question


def test_a_request_without_any_known_text_gets_back_what_the_user_said(
    model: ReferenceModel,
) -> None:
    messages = [
        Message(role="system", text="Extract the facts."),
        *user("I like tea."),
        Message(role="assistant", text="Noted."),
        *user("And cake."),
    ]
    reading = model.read(messages)
    assert (reading.about, reading.answer) == ("", "I like tea.\nAnd cake.")


@pytest.mark.parametrize("messages", [[], user(""), [Message(role="system", text="Say hello.")]])
def test_a_request_without_user_messages_has_an_answer_too(
    model: ReferenceModel, messages: list[Message]
) -> None:
    assert model.read(messages).answer == UNKNOWN


def test_a_model_of_an_empty_plan_answers() -> None:
    assert build_reference_model(plan_run([], ["restart"], 1, 7)).read(user("Hello")).answer == "Hello"


def test_a_title_is_made_of_what_was_said(model: ReferenceModel, order: str) -> None:
    messages = [
        *as_messages([], f"My order is {order}."),
        Message(role="assistant", text=ACKNOWLEDGEMENT),
        *user("Write a title for this conversation."),
    ]
    assert model.read(messages).about == ""
    assert model.read(messages).answer == f"My order is {order}."


# --- time ---------------------------------------------------------------------------------------------


def seconds_to_read(model: ReferenceModel, messages: list[Message]) -> float:
    """Return the best of three, in processor time, which ignores other work on the machine."""
    times = []
    for _ in range(3):
        began = time.process_time()
        model.read(messages)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("filling", ["history", "prose", "beginnings"])
def test_the_time_to_read_grows_with_the_length_of_the_prompt_only(filling: str) -> None:
    """Eight times the length may take about eight times as long. The ratio does not depend on the machine."""
    plan = run_of(*(follow_up(f"s{index}") for index in range(20)), trials=5)
    model = build_reference_model(plan)
    texts = [turn.text for conversation in plan.conversations for turn in conversation.turns]
    stretch = {
        "history": "\n".join(f"Human: {text}\nAI: {ACKNOWLEDGEMENT}" for text in texts),
        "prose": "Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 300,
        "beginnings": "My order is " * 1500,
    }[filling]
    short = seconds_to_read(model, user(f"{stretch}\nHuman: {QUESTION}\nAI:"))
    long = seconds_to_read(model, user(f"{stretch * 8}\nHuman: {QUESTION}\nAI:"))
    assert long < 8 * 4 * max(short, 0.0005)
