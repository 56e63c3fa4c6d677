"""What the checks of a probe mean follows from the traits of their scorers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.scenario import Expectation
from gate.scorers import SCORERS
from gate.scorers.checks import asked_facts, compared, criteria, forbidden, forbids_only, held, rendered
from tests.unit.core.laws import law


def test_the_facts_of_an_expectation_come_once_and_in_order() -> None:
    expectation = Expectation(checks={"contains": ("{b} {a}",), "without": ("{c}", "{a}")})
    assert asked_facts(expectation) == ("b", "a", "c")


@law
@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12))
def test_a_value_is_matched_literally(value: str) -> None:
    """Whatever signs a value holds, they are no part of the regular expression around it."""
    written = Expectation(checks={"matches": ("^<{fact}>$",), "contains": ("{fact}",)})
    expectation = rendered(written, {"fact": value})
    assert SCORERS["matches"].score(f"<{value}>", expectation.checks["matches"])
    assert not SCORERS["matches"].score(f"<x{value}>", expectation.checks["matches"])
    assert expectation.checks["contains"] == (value,)


@pytest.mark.parametrize(
    ("checks", "is_only"),
    [
        (("without",), True),
        (("without", "unknown", "judge"), True),
        (("without", "contains"), False),
        (("matches",), False),
        (("never heard of",), False),
    ],
)
def test_what_only_forbids_is_passed_without_remembering(checks: tuple[str, ...], is_only: bool) -> None:
    """A judge demands nothing by itself."""
    assert forbids_only(checks) is is_only


def test_each_check_is_read_by_what_its_scorer_declares() -> None:
    checks = {"all": ("a", "b"), "any": ("c",), "without": ("d",), "unknown": (), "judge": ("e",)}
    assert held(checks) == ("a", "b")
    assert forbidden(checks) == ("d",)
    assert criteria(checks) == ("e",)
    assert list(compared(checks)) == ["all", "any", "without", "unknown"]
