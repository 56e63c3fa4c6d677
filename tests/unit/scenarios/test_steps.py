"""Facts that the bot states, pauses, parallel turns, and what may be asked around disruptions."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from gate.core.scenario import Parallel, Say, Wait
from tests.unit.scenarios.texts import ASK, FACTS, TELL, load, mistakes

STATED = """\
name: n
facts:
  order: {pattern: "ORD-######"}
  ticket: {pattern: "TCK-######"}
  reference: {pattern: "R-##"}
  town: {pick: [Oslo, Lima]}
script:
  - alice: "Parcel {order} is broken, please open a ticket."
    states: ticket
  - alice: "I live in {town}, my desk is {reference}."
  - disrupt
  - alice: "What ticket number did you give me?"
    expect: "{ticket}"
  - alice: "Where do I live?"
    expect: "{town}"
  - alice: "Which desk is mine?"
    expect: "{reference}"
"""


def test_a_fact_that_the_bot_states_is_told(tmp_path: Path) -> None:
    scenario = load(tmp_path, STATED)
    first = scenario.script[0]
    assert isinstance(first, Say)
    assert first.states == ("ticket",)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("Parcel {order}", "My parcel", "8:12", "this text is not told apart from that of other conversations, so it is not known which value the bot is to state"),
        ("Parcel {order}", "Parcel {order} ({ticket})", "9:13", 'the text gives fact "ticket" away'),
        ("states: ticket", "states: [ticket, ticket]", "9:22", 'the bot has been asked to state "ticket" before'),
        ("states: ticket", "states: [ticket, town]", "9:22", 'only a pattern can be stated by the bot, "town" is a pick'),
        ("states: ticket", "states: [ticket, reference]", "9:22", 'the pattern of "reference" fits many a reply by chance'),
        ("script:\n", "script:\n  - bob: \"I have {ticket}.\"\n", "10:13", 'fact "ticket" is told before, in line 8'),
        ("  - disrupt\n", "  - alice: \"Again {order}.\"\n    states: ticket\n  - disrupt\n", "12:13", 'the bot has been asked to state "ticket" before'),
        ("    states: ticket\n", "    states: ticket\n    expect: \"{order}\"\n", "9:5", '"states" cannot stand beside "expect"'),
        ("What ticket number", "And {ticket}: what number", "13:14", 'the question gives fact "ticket" away'),
    ],
)  # fmt: skip
def test_what_the_bot_cannot_be_asked_to_state(
    tmp_path: Path, old: str, new: str, place: str, message: str
) -> None:
    assert (place, message) in mistakes(tmp_path, STATED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("5m", 300), ("1h", 3600), ("3", 3), ("1.5", 1.5), ('"7"', 7)],
)
def test_a_pause_is_a_number_and_a_unit(tmp_path: Path, written: str, seconds: float) -> None:
    scenario = load(tmp_path, FACTS + TELL + f"  - wait: {written}\n" + ASK)
    pause = scenario.script[1]
    assert isinstance(pause, Wait)
    assert pause.seconds == pytest.approx(seconds)


def test_turns_of_a_parallel_block_are_turns_of_the_script(tmp_path: Path) -> None:
    block = '  - parallel:\n      - alice: "My order is {order}."\n      - bob: "Hello."\n'
    scenario = load(tmp_path, FACTS + block + ASK)
    parallel = scenario.script[0]
    assert isinstance(parallel, Parallel)
    assert [turn.speaker for turn in parallel.turns] == ["alice", "bob"]
    assert scenario.speakers == ("alice", "bob")
    assert [turn.position.line for turn in scenario.turns] == [6, 7, 8]


def test_a_question_may_be_in_a_parallel_block_of_other_sessions(tmp_path: Path) -> None:
    block = '  - parallel:\n      - bob: "Hello."\n      - alice: "Which?"\n        expect: "{order}"\n'
    assert load(tmp_path, FACTS + TELL + block).turns[-1].expectation is not None


MOVED_AT_ONCE = """\
name: n
facts:
  town: {pick: [Oslo, Lima]}
  moved: {pick: [Oslo, Lima], not: town}
script:
  - parallel:
      - alice: "I live in {town}."
      - alice: "I live in {moved} now."
  - alice: "Where do I live?"
    expect: {contains: "{moved}", without: "{town}"}
"""


@pytest.mark.parametrize("guarantee", ["", "    guarantee: correction\n"])
def test_what_was_told_at_once_has_no_order(tmp_path: Path, guarantee: str) -> None:
    """No honest bot knows which of the two is the newer one."""
    assert mistakes(tmp_path, MOVED_AT_ONCE + guarantee) == [
        ("10:13", 'alice told "town" and "moved" at the same moment, so neither came first')
    ]


@pytest.mark.parametrize(
    "rest",
    [
        ASK + "  - disrupt\n" + ASK,
        "  - disrupt\n" + ASK + ASK,
        "  - disrupt\n" + ASK + TELL,
        "  - disrupt\n  - disrupt\n" + ASK,
        "  - bob: \"Mine too: {order}.\"\n  - disrupt\n" + ASK + "  - disrupt\n" + ASK.replace("alice", "bob"),
    ],
    ids=["before the first", "twice after it", "told after the question", "once after both", "another speaker"],
)  # fmt: skip
def test_what_may_be_asked_and_told_around_disruptions(tmp_path: Path, rest: str) -> None:
    assert load(tmp_path, FACTS + TELL + rest).script
