"""Limits on the texts of the page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.core.transcript import ModelAsked, TurnEnded
from gate.reporters.html_report.bounds import (
    MESSAGE_LIMIT,
    PROMPT_LIMIT,
    TURN_LIMIT,
    sanitize_lines,
    shorten_event,
    shorten_prompt,
)
from tests.unit.reporters import hostile


def test_a_short_prompt_is_whole() -> None:
    prompt = ["system: Be kind.", "user: Hello."]
    assert shorten_prompt(prompt) == prompt


def test_a_long_prompt_keeps_its_instructions_and_its_end() -> None:
    prompt = [
        "system: Be kind.",
        *(f"user: {number} {'x' * 500}" for number in range(100)),
        "user: Who am I?",
    ]
    kept = shorten_prompt(prompt)
    assert kept[:2] == prompt[:2]
    assert kept[2] == f"… {len(prompt) - len(kept) + 1} messages left out"
    assert kept[3:] == prompt[-len(kept[3:]) :]
    assert kept[-1] == "user: Who am I?"


@given(st.lists(st.text(max_size=20).map(lambda text: text * 300), max_size=60))
def test_no_prompt_is_longer_than_its_limit(prompt: list[str]) -> None:
    kept = shorten_prompt(prompt)
    assert all(len(message) <= MESSAGE_LIMIT for message in kept)
    assert sum(map(len, kept)) <= PROMPT_LIMIT + 40


def test_what_is_kept_of_an_event_is_bounded() -> None:
    asked = ModelAsked(at=0.0, path="/", prompt=["user: " + "x" * 10**6], about="x", answer="y" * 10**6)
    kept = shorten_event(asked)
    assert isinstance(kept, ModelAsked)
    assert (kept.about, kept.answer) == ("x", "")
    assert len(kept.prompt[0]) == MESSAGE_LIMIT
    ended = shorten_event(TurnEnded(at=0.0, turn="t", status="acknowledged", reply="x" * 10**6))
    assert isinstance(ended, TurnEnded)
    assert len(ended.reply) == TURN_LIMIT + 1


def test_lines_stay_lines() -> None:
    assert sanitize_lines("one\n  two\r\nthree\x1b[31m") == "one\n  two\nthree"
    assert sanitize_lines("x" * (TURN_LIMIT + 1)).endswith("x…")


@hostile.LAW
@given(hostile.texts(), st.integers(min_value=2, max_value=100))
def test_lines_are_neutral_and_no_longer_than_asked(text: str, limit: int) -> None:
    shown = sanitize_lines(text, limit)
    assert len(shown) <= limit
    assert hostile.unseen_in(shown) == []
    assert hostile.runner_reads(shown).commands == []
