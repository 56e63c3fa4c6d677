"""What lies beyond the window that a bot declares is not asked for, and what lies inside it is."""

from __future__ import annotations

import pytest

from gate.core.facts import Pattern
from gate.core.scenario import Disrupt, Expectation, Filler, Parallel, Position, Say, Scenario, Step
from gate.runner.window import within_window

HERE = Position(file="s.yml", line=1)


def say(text: str, *, expects: str = "", speaker: str = "alice") -> Say:
    expectation = Expectation(checks={"contains": (expects,)}) if expects else None
    return Say(speaker=speaker, text=text, position=HERE, expectation=expectation)


def scenario(*script: Step) -> Scenario:
    facts = tuple(Pattern(name=name, template="ORD-######") for name in ("order", "other"))
    return Scenario(name="s", file="s.yml", facts=facts, script=script)


DISTANT = scenario(
    say("It is {order}."),
    say("Hello.", speaker="bob"),
    Filler(count=3, position=HERE),
    say("Then {other}."),
    Disrupt(kind=None, position=HERE),
    say("Which first?", expects="{order}"),
    say("Which then?", expects="{other}"),
)


@pytest.mark.parametrize(("window", "left_out"), [(None, 0), (7, 0), (6, 0), (5, 1), (3, 1), (2, 2)])
def test_a_question_is_left_out_from_the_window_on(window: int | None, left_out: int) -> None:
    """The first question is the sixth turn of alice and asks for her first; the second asks two back."""
    windowed = within_window([DISTANT], window)
    assert windowed.left_out == left_out
    questions = [one for one in windowed.scenarios for turn in one.turns if turn.expectation]
    assert len(questions) == 2 - left_out


def test_a_scenario_that_asks_nothing_any_more_is_left_out() -> None:
    near = scenario(say("It is {order}."), say("Which?", expects="{order}"))
    windowed = within_window([DISTANT, near], 2)
    assert windowed.scenarios == (near,)


def test_a_question_that_tells_as_well_is_said_all_the_same() -> None:
    both = scenario(
        say("It is {order}."),
        Filler(count=3, position=HERE),
        say("And {other}: which was first?", expects="{order}"),
        say("Which then?", expects="{other}"),
    )
    [kept] = within_window([both], 3).scenarios
    assert [turn.text for turn in kept.turns] == [turn.text for turn in both.turns]
    assert [turn.expectation is not None for turn in kept.turns] == [False, False, True]


def test_told_again_counts_from_there_and_other_sessions_do_not_count() -> None:
    again = scenario(
        say("It is {order}."),
        say("Hello.", speaker="bob"),
        say("Hello again.", speaker="bob"),
        Parallel(turns=(say("Still {order}."), say("Hi.", speaker="carol")), position=HERE),
        say("Which?", expects="{order}"),
    )
    assert within_window([again], 2).left_out == 0
