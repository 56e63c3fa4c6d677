"""Where a judge may be heard, and what it is told."""

# ruff: noqa: E501  -- scripts read best with one step a line

from __future__ import annotations

from pathlib import Path

import pytest

from gate.core.scenario import Position, Say
from gate.scorers.checks import asked_facts, rendered
from tests.unit.scenarios.texts import ASK, FACTS, TELL, load


def test_a_judge_explains_what_it_is_to_find_and_asks_for_nothing_itself(tmp_path: Path) -> None:
    """The reader and the fact trace go by the facts that are asked for: the city it came from is none."""
    script = (
        '  - alice: "From {origin} to {city}, please."\n'
        '  - alice: "Where does my parcel go?"\n'
        '    expect: {contains: "{city}", judge: ["says to {city}", "not to {origin}"]}\n'
    )
    text = "name: n\nfacts: {city: word, origin: word}\nscript:\n" + script
    last = load(tmp_path, text).script[-1]
    assert isinstance(last, Say)
    assert last.expectation is not None
    assert last.expectation.checks == {
        "contains": ("{city}",),
        "judge": ("says to {city}", "not to {origin}"),
    }
    assert last.expectation.judge == Position(file="scenarios/order.yml", line=6, column=34)
    assert asked_facts(last.expectation) == ("city",)
    expectation = rendered(last.expectation, {"city": "oak", "origin": "elm"})
    assert expectation.checks["judge"] == ("says to oak", "not to elm")
    assert expectation.judge == last.expectation.judge


@pytest.mark.parametrize(
    "beside",
    ['contains: "{order}"', 'any: ["{order}"]', 'all: "{order}"', 'fuzzy: "{order}"', 'number: "{order}"'],
)
def test_a_judge_may_stand_beside_each_scorer_that_asks_for_a_fact(tmp_path: Path, beside: str) -> None:
    load(tmp_path, FACTS + TELL + f'  - alice: "Which?"\n    expect: {{judge: "is polite", {beside}}}\n')


def test_a_judge_may_stand_beside_an_abstention(tmp_path: Path) -> None:
    """What is not known may be made up without naming a value."""
    script = '  - alice: "Pet?"\n    expect: {unknown: true, judge: "names no pet"}\n    guarantee: no-fabrication\n'
    load(tmp_path, FACTS + TELL + ASK + script)
