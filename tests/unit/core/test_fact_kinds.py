"""Each kind of fact: what it draws, how surely a value is told apart, and what it never collides with."""

from __future__ import annotations

import random
import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import KINDS, Date, Fact, FactSource, Name, Number, Pattern, Pick, Text, Word
from gate.core.facts.name import NAMES
from gate.core.facts.text import FOREIGN_WORDS, LONGEST, PLAIN_WORDS, SHORTEST
from gate.core.facts.word import WORDS
from gate.core.words import WholeWords, contains, found_in
from gate.runner.filler import ENDINGS, OPENINGS, SUBJECTS
from gate.scenarios.facts import FACT_KINDS
from gate.scorers import SCORERS
from tests.unit.core.laws import law

seeds = st.integers(0, 2**32)
texts = st.builds(
    Text,
    name=st.just("x"),
    length=st.integers(SHORTEST, 600),
    unicode=st.booleans(),
    newlines=st.booleans(),
)
numbers = st.tuples(st.integers(0, 10**9), st.integers(10, 10**6)).map(
    lambda one: Number(name="x", lowest=one[0], highest=one[0] + one[1])
)
facts = st.one_of(
    st.sampled_from([Word(name="x"), Name(name="x"), Date(name="x"), Pattern(name="x", template="??-###")]),
    texts,
    numbers,
)


@law
@given(fact=facts, seed=seeds)
def test_a_value_is_the_same_for_the_same_seed_and_found_by_its_whole_words(fact: Fact, seed: int) -> None:
    value = fact.draw(random.Random(seed), {})
    assert value == fact.draw(random.Random(seed), {})
    for sentence in (f"It is {value}.", f'"{value}"', f"({value}), is it?", f"**{value}**!"):
        assert contains(sentence, value)
        assert SCORERS["contains"].score(sentence, [value])
    assert not contains(f"x{value}x", value)


@law
@given(fact=texts, seed=seeds)
def test_a_text_is_as_long_and_as_varied_as_it_was_ordered(fact: Text, seed: int) -> None:
    value = fact.draw(random.Random(seed), {})
    assert len(value) == fact.length
    assert value == value.strip() == unicodedata.normalize("NFC", value)
    assert value.isascii() is not fact.unicode
    assert ("\n" in value) is fact.newlines
    assert "  " not in value
    assert not fact.guessable


def test_a_text_may_have_eight_kilobytes() -> None:
    fact = Text(name="x", length=LONGEST, unicode=True, newlines=True)
    value = fact.draw(random.Random(7), {})
    assert len(value) == LONGEST
    assert contains(f"Note: {value}", value)
    assert not contains(f"Note: {value}".replace("\n", " "), value)


@law
@given(fact=numbers, seed=seeds)
def test_a_number_lies_in_its_range_and_is_plainly_written(fact: Number, seed: int) -> None:
    value = fact.draw(random.Random(seed), {})
    assert fact.lowest <= int(value) <= fact.highest
    assert value == str(int(value))


@law
@given(years=st.tuples(st.integers(1900, 2100), st.integers(0, 50)), seed=seeds)
def test_a_date_exists_and_lies_in_its_years(years: tuple[int, int], seed: int) -> None:
    value = Date(name="x", first_year=years[0], last_year=sum(years)).draw(random.Random(seed), {})
    assert years[0] <= datetime.strptime(value, "%d %B %Y").year <= sum(years)


def test_only_what_nobody_says_by_chance_proves_a_leak() -> None:
    assert Word(name="x").guessable
    assert Name(name="x").guessable
    assert Date(name="x").guessable
    assert Number(name="x", lowest=1000, highest=9999).guessable
    assert not Number(name="x", lowest=10_000, highest=99_999).guessable
    assert not Text(name="x", length=SHORTEST).guessable


def test_words_and_names_have_all_the_others_as_decoys() -> None:
    assert (Word(name="x").pool, Name(name="x").pool) == (WORDS, NAMES)


@pytest.mark.parametrize("values", [WORDS, NAMES, PLAIN_WORDS, FOREIGN_WORDS])
def test_no_list_holds_a_value_twice_or_one_inside_another(values: tuple[str, ...]) -> None:
    assert len({one.casefold() for one in values}) == len(values)
    found = [
        {one.value for one in WholeWords(values).occurrences(value)} for value in values if value[0].isalpha()
    ]
    assert all(len(one) == 1 for one in found)


def test_the_lists_share_no_word_with_one_another_or_with_filler() -> None:
    """Else a filler would tell a fact, or a long text another fact's value."""
    small_talk = "\n".join((*OPENINGS, *SUBJECTS, *ENDINGS, "Let me think for a moment."))
    assert not found_in(small_talk, (*WORDS, *NAMES))
    assert not found_in("\n".join((*PLAIN_WORDS, *FOREIGN_WORDS)), (*WORDS, *NAMES))
    assert not found_in("\n".join(WORDS), NAMES)


def test_every_kind_can_be_written_in_a_file() -> None:
    assert list(KINDS) == list(FACT_KINDS)


@law
@given(seed=seeds)
def test_no_value_stands_in_the_script_or_in_another_value(seed: int) -> None:
    """Drawn from almost nothing, so that it would happen all the time."""
    few: tuple[Fact, ...] = (
        Pattern(name="code", template="X-##"),
        Number(name="short", lowest=10, highest=99),
        Pattern(name="long", template="## Elm Street"),
    )
    drawn = FactSource(seed).draw(few, "c1", ["Room 10 to room 40 are taken."])
    assert int(drawn["short"]) > 40 or drawn["short"] not in ("10", "40")
    values = list(drawn.values())
    assert not any(contains(one, two) for one in values for two in values if one is not two)
    assert not found_in("Room 10 to room 40 are taken.", values)


@law
@given(seed=seeds)
def test_no_number_is_a_part_of_another_conversations_value(seed: int) -> None:
    """Else who names the order X-47 would be taken to have leaked the other session's 47."""
    source = FactSource(seed)
    orders = [source.draw((Pattern(name="x", template="X-##"),), f"o{index}")["x"] for index in range(20)]
    numbers = [
        source.draw((Number(name="x", lowest=10, highest=99),), f"n{index}")["x"] for index in range(20)
    ]
    later = [source.draw((Pattern(name="x", template="Y-##"),), f"l{index}")["x"] for index in range(20)]
    assert not found_in("\n".join((*orders, *later)), numbers)


@law
@given(seed=seeds)
def test_a_text_never_holds_what_a_pick_may_say(seed: int) -> None:
    """The pick is drawn after the text."""
    note = Text(name="note", length=30)
    pick = Pick(name="pick", options=PLAIN_WORDS[:60])
    drawn = FactSource(seed).draw((note, pick), "c1")
    assert not found_in(drawn["note"], pick.options)


@law
@given(seed=seeds)
def test_words_are_distinct_over_a_run_while_they_last(seed: int) -> None:
    source = FactSource(seed)
    drawn = [source.draw((Word(name="x"),), f"c{index}")["x"] for index in range(len(WORDS))]
    assert sorted(drawn) == sorted(WORDS)
    assert source.draw((Word(name="x"),), "one more")["x"] in WORDS
