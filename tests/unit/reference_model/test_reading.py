"""The reference model answers from the request alone, with the newest value that the prompt holds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import Pattern, Pick
from gate.core.scenario import Scenario
from gate.core.transcript import CONTROL, TREATED
from gate.reference_model.catalogue import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message, ReferenceModel
from gate.runner.plan import Plan, PlannedConversation
from gate.runner.planner import plan_run
from gate.scorers import SCORERS
from tests.unit.core.laws import costly_law, law
from tests.unit.model_endpoint.prompts import CHAIN, SHAPES, as_chain, as_messages, summary_request
from tests.unit.runner.scripts import ASK, CITY, MOVED, ORDER, TELL, ask, disrupt, filler, follow_up, scenario

MOVED_HOUSE = scenario(
    ("alice", "I live in {city}."),
    filler(1),
    ("alice", "I have moved. I live in {moved} now."),
    disrupt(),
    ask("alice", "Which city do I live in now?", "correction", contains="{moved}", without="{city}"),
    ask("alice", "Which city did I live in before?", contains="{city}"),
    ask("alice", "Which city did I name first?", "order", contains="{city}", without="{moved}"),
    facts=(CITY, MOVED),
    name="moved",
)


def run_of(*scenarios: Scenario, trials: int = 2, seed: int = 7) -> Plan:
    return plan_run(scenarios or (follow_up(),), ["restart"], trials, seed)


def conversation_of(plan: Plan, arm: str = CONTROL, trial: int = 1) -> PlannedConversation:
    return next(one for one in plan.conversations if one.arm == arm and one.trial == trial)


def user(text: str) -> list[Message]:
    return [Message(role="user", text=text)]


@pytest.fixture
def plan() -> Plan:
    return run_of()


@pytest.fixture
def model(plan: Plan) -> ReferenceModel:
    return build_reference_model(plan)


@pytest.fixture
def order(plan: Plan) -> str:
    return conversation_of(plan).facts["order"]


@pytest.fixture
def other_order(plan: Plan) -> str:
    return conversation_of(plan, TREATED).facts["order"]


QUESTION = "What is my order number?"
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


# --- honest memories ----------------------------------------------------------------------------------


@shapes
@costly_law
@given(seed=st.integers(0, 10**6))
def test_an_intact_history_answers_every_probe(shape: Callable[..., list[Message]], seed: int) -> None:
    """Whatever the shape of the prompt, and with the answers to earlier probes standing in it."""
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
def test_a_foreign_value_shows_itself(
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
    """A memory that changes the letter case changes the answer."""
    note = Message(role="system", text=f"order={order.lower()};")
    assert model.read([note, *user(QUESTION)]).answer == order.lower()


def test_a_part_of_a_longer_value_is_no_answer(model: ReferenceModel, order: str) -> None:
    note = Message(role="system", text=f"order={order}9;")
    assert model.read([note, *user(QUESTION)]).answer == UNKNOWN


def test_what_was_said_of_another_fact_is_no_answer() -> None:
    """Where two facts share their values, the one must not pass for the other."""
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


def test_what_the_user_never_told_is_no_answer() -> None:
    """Small talk that happens to name a value of the pool, and the question itself."""
    chatty = scenario(
        ("alice", "I live in {city}."),
        ("alice", "They say that Oslo and Kyoto are nice."),
        disrupt(),
        ask("alice", "Is it Oslo, Kyoto, Quito or Lisbon where I live?", contains="{city}"),
        facts=(CITY,),
    )
    plan = run_of(chatty)
    conversation = next(one for one in plan.conversations if one.facts["city"] in ("Lisbon", "Quito"))
    history = [(turn.text, ACKNOWLEDGEMENT) for turn in conversation.turns[:2]]
    reading = build_reference_model(plan).read(as_chain(history, conversation.turns[2].text))
    assert reading.answer == conversation.facts["city"]


def test_what_the_user_said_counts_more_than_what_stands_about_it() -> None:
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


def test_the_answer_to_another_question_is_hearsay() -> None:
    plan = run_of(MOVED_HOUSE)
    facts = conversation_of(plan).facts
    told = [
        (f"I live in {facts['city']}.", ACKNOWLEDGEMENT),
        (f"I have moved. I live in {facts['moved']} now.", ACKNOWLEDGEMENT),
    ]
    asked = ("Which city do I live in now?", facts["moved"])
    model = build_reference_model(plan)
    assert model.read(as_chain([*told, asked], "Which city did I live in before?")).answer == facts["city"]
    # Better than nothing where the telling itself has left the window.
    assert model.read(as_chain([asked], "Which city do I live in now?")).answer == facts["moved"]


# --- what a request is about --------------------------------------------------------------------------


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
    assert not any(value in ACKNOWLEDGEMENT for one in plan.conversations for value in one.facts.values())


def test_a_text_that_is_part_of_another_does_not_hide_it() -> None:
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
    """A block of YAML ends with a line end, which is not said, and templates add what they like."""
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


# --- the bot's own business ---------------------------------------------------------------------------


def test_a_summary_holds_all_that_was_said_word_for_word(
    model: ReferenceModel, order: str, other_order: str
) -> None:
    so_far = f"My order is {order}."
    reading = model.read(summary_request(so_far, f"My order is {other_order}.", ACKNOWLEDGEMENT))
    assert reading.about == ""
    assert reading.answer.splitlines() == [so_far, f"My order is {other_order}."]


@pytest.mark.parametrize("found", [True, False])
def test_a_summary_after_a_probe_is_no_probe(model: ReferenceModel, order: str, found: bool) -> None:
    """The question stands last in the request, but it has its answer already."""
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
def test_a_request_in_which_nobody_says_anything_has_an_answer_too(
    model: ReferenceModel, messages: list[Message]
) -> None:
    assert model.read(messages).answer == UNKNOWN


def test_a_reader_of_an_empty_plan_answers() -> None:
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
    """The best of three, in processor time: other work on the machine must not count."""
    times = []
    for _ in range(3):
        began = time.process_time()
        model.read(messages)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("filling", ["history", "prose", "beginnings"])
def test_the_time_to_read_grows_with_the_length_of_the_prompt_only(filling: str) -> None:
    """Eight times the length may take no more than some eight times as long: a ratio, not seconds."""
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
