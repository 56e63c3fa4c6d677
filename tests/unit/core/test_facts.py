"""Facts are drawn from a seed, anew for every conversation, so that no bot knows them beforehand."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import UNAMBIGUOUS_LETTERS, Fact, FactSource, Pattern, Pick
from tests.unit.core.laws import law

seeds = st.integers(0, 2**32)
templates = st.text("#?AZ09- ", min_size=1, max_size=12)
options = st.lists(
    st.text("abcdefghij", min_size=1, max_size=5), min_size=2, max_size=12, unique_by=str.casefold
).map(tuple)


@law
@given(template=templates, seed=seeds)
def test_a_pattern_is_filled_in_symbol_by_symbol(template: str, seed: int) -> None:
    value = Pattern(name="x", template=template).draw(random.Random(seed), {})
    assert len(value) == len(template)
    for symbol, drawn in zip(template, value, strict=True):
        allowed = {"#": "0123456789", "?": UNAMBIGUOUS_LETTERS}.get(symbol, symbol)
        assert drawn in allowed


@law
@given(template=templates, seed=seeds)
def test_no_group_of_drawn_digits_has_a_leading_zero(template: str, seed: int) -> None:
    """A bot that takes the value for a number may drop one, and would be blamed for it."""
    value = Pattern(name="x", template=template).draw(random.Random(seed), {})
    for group in re.finditer("#+", template):
        assert value[group.start()] != "0"


def test_letters_look_like_no_digit() -> None:
    assert not set(UNAMBIGUOUS_LETTERS) & set("IO01")


@law
@given(pool=options, seed=seeds, data=st.data())
def test_a_pick_is_one_of_its_options_and_not_the_excluded_one(
    pool: tuple[str, ...], seed: int, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(pool))
    fact = Pick(name="moved", options=pool, differs_from="city")
    value = fact.draw(random.Random(seed), {"city": other.upper()})
    assert value in pool
    assert value != other


@law
@given(pool=options, seed=seeds)
def test_a_pick_avoids_what_is_taken_while_it_can(pool: tuple[str, ...], seed: int) -> None:
    source = FactSource(seed)
    fact = Pick(name="city", options=pool)
    drawn = [source.draw((fact,), f"c{index}")["city"] for index in range(len(pool))]
    assert sorted(drawn) == sorted(pool)
    assert source.draw((fact,), "one more")["city"] in pool


@law
@given(seed=seeds)
def test_patterns_are_distinct_over_a_run(seed: int) -> None:
    source = FactSource(seed)
    facts: tuple[Fact, ...] = (Pattern(name="a", template="##"), Pattern(name="b", template="##"))
    drawn = [value for index in range(30) for value in source.draw(facts, f"c{index}").values()]
    assert len(set(drawn)) == len(drawn)


@law
@given(pool=options, seed=seeds)
def test_the_facts_of_a_conversation_differ_even_when_the_pool_is_used_up(
    pool: tuple[str, ...], seed: int
) -> None:
    """Else an honest bot that is asked for the one names the forbidden other."""
    source = FactSource(seed)
    facts: tuple[Fact, ...] = (Pick(name="city", options=pool), Pick(name="home", options=pool))
    for index in range(2 * len(pool)):
        drawn = source.draw(facts, f"c{index}")
        assert drawn["city"] != drawn["home"]


@law
@given(pool=options, seed=seeds)
def test_the_same_seed_draws_the_same_and_another_one_differs(pool: tuple[str, ...], seed: int) -> None:
    facts: tuple[Fact, ...] = (
        Pattern(name="order", template="ORD-########"),
        Pick(name="city", options=pool),
        Pick(name="moved", options=pool, differs_from="city"),
    )

    def run(seed: int) -> list[dict[str, str]]:
        source = FactSource(seed)
        return [source.draw(facts, f"c{index}") for index in range(5)]

    assert run(seed) == run(seed)
    assert run(seed) != run(seed + 1)
    assert all(drawn["moved"] != drawn["city"] for drawn in run(seed))


def test_a_used_up_pattern_is_drawn_all_the_same() -> None:
    source = FactSource(7)
    drawn = [source.draw((Pattern(name="digit", template="#"),), f"c{index}")["digit"] for index in range(12)]
    assert set(drawn) <= set("123456789")


def test_what_can_be_named_by_chance() -> None:
    assert Pick(name="x", options=("a", "b")).guessable
    assert Pattern(name="x", template="###").guessable
    assert not Pattern(name="x", template="ORD-####").guessable
    assert not Pattern(name="x", template="??##").guessable
