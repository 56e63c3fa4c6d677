"""A scenario's texts and expectations are filled in with the facts of one conversation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.core.scenario import Expectation, render
from gate.scorers import SCORERS
from tests.unit.core.laws import law


def test_placeholders_are_filled_in_and_unknown_ones_stay() -> None:
    assert render("{a} and {b}, {c} {}", {"a": "1", "b": "{a}"}) == "1 and {a}, {c} {}"


def test_the_facts_of_an_expectation_come_once_and_in_order() -> None:
    expectation = Expectation(checks={"contains": ("{b} {a}",), "without": ("{c}", "{a}")})
    assert expectation.fact_names == ("b", "a", "c")


@law
@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12))
def test_a_value_is_matched_literally(value: str) -> None:
    """Whatever signs a value holds, they are no part of the regular expression around it."""
    expectation = Expectation(checks={"matches": ("^<{fact}>$",), "contains": ("{fact}",)}).render(
        {"fact": value}
    )
    assert SCORERS["matches"].score(f"<{value}>", expectation.checks["matches"])
    assert not SCORERS["matches"].score(f"<x{value}>", expectation.checks["matches"])
    assert expectation.checks["contains"] == (value,)
