"""The content of a scenario: what it says, and nothing about where it says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate.core.content import content_of
from gate.core.facts import Pattern, Pick
from gate.core.scenario import Position, Scenario
from gate.runner.planner import plan_run
from tests.unit.runner.scripts import ASK, CITY, MOVED, ORDER, TELL, ask, disrupt, filler, scenario

PLAIN = scenario(TELL, filler(2), disrupt(), ASK, facts=(ORDER, CITY))


def moved_down(given: Scenario) -> Scenario:
    script = tuple(replace(one, position=Position(file="x.yml", line=99, column=7)) for one in given.script)
    return replace(given, name="another", file="x.yml", script=script)


def test_name_file_and_lines_are_not_content() -> None:
    assert content_of(moved_down(PLAIN)) == content_of(PLAIN)


def test_it_is_the_same_in_every_process() -> None:
    """Reports of different runs are compared by it: no `hash()`, which is salted."""
    assert content_of(scenario(TELL, disrupt(), ASK)) == "97305ae3e813611e"


@pytest.mark.parametrize(
    "changed",
    [
        scenario(TELL, filler(3), disrupt(), ASK, facts=(ORDER, CITY)),
        scenario(TELL, filler(2), disrupt("kill"), ASK, facts=(ORDER, CITY)),
        scenario(TELL, filler(2), disrupt(), facts=(ORDER, CITY)),
        scenario(TELL, disrupt(), filler(2), ASK, facts=(ORDER, CITY)),
        scenario(("bob", TELL[1]), filler(2), disrupt(), ASK, facts=(ORDER, CITY)),
        scenario(("alice", "My order: {order}."), filler(2), disrupt(), ASK, facts=(ORDER, CITY)),
        scenario(TELL, filler(2), disrupt(), ask("alice", "What is my order number?", "correction",
                                                 contains="{order}"), facts=(ORDER, CITY)),
        scenario(TELL, filler(2), disrupt(), ask("alice", "What is my order number?", any="{order}"),
                 facts=(ORDER, CITY)),
        scenario(TELL, filler(2), disrupt(), ASK, facts=(ORDER,)),
        scenario(TELL, filler(2), disrupt(), ASK, facts=(ORDER, replace(MOVED, name="city"))),
        scenario(TELL, filler(2), disrupt(), ASK, facts=(replace(ORDER, template="ORD-#####"), CITY)),
    ],
)  # fmt: skip
def test_whatever_else_is_changed_is_told(changed: Scenario) -> None:
    assert content_of(changed) != content_of(PLAIN)


def test_kinds_of_facts_are_told_apart() -> None:
    facts = (Pattern(name="a", template="x"), Pick(name="a", options=("x",)))
    assert len({content_of(scenario(TELL, facts=(one,))) for one in facts}) == 2


def test_it_is_on_record_for_every_conversation() -> None:
    plan = plan_run((PLAIN,), ("restart",), 2, seed=3)
    assert [one.planned(0.0).content for one in plan.conversations] == [content_of(PLAIN)] * 4
