"""A value is found as whole words and numbers, and never as a part of longer ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.words import Occurrence, WholeWords, contains, facts_in, found_in
from tests.unit.core.laws import law

LETTERS = "abcxyzABCXYZäöüßéñçøλжאب0123456789"
BORDERS = " \n\t.,;:!?\"'()[]{}<>*_`~/|–—…«»“”\u00a0"
"""What may stand beside a word in prose, in Markdown and in JSON."""

words = st.text(LETTERS, min_size=1, max_size=8)
values = st.lists(words, min_size=1, max_size=3).map(" ".join)
borders = st.text(BORDERS, min_size=1, max_size=3)
prose = st.lists(words, max_size=6).map(" ".join)


@law
@given(before=prose, left=borders, value=values, right=borders, after=prose)
def test_a_value_between_borders_is_found(before: str, left: str, value: str, right: str, after: str) -> None:
    """Whatever the words around it, as long as they are not joined to it."""
    text = f"{before} {left}{value}{right} {after}"
    assert contains(text, value)


@law
@given(value=values)
def test_a_value_alone_is_found(value: str) -> None:
    assert contains(value, value)


@law
@given(before=st.text(LETTERS, max_size=3), value=values, after=st.text(LETTERS, max_size=3))
def test_a_value_inside_a_longer_word_is_not_found(before: str, value: str, after: str) -> None:
    text = f"{before}{value}{after}"
    elsewhere = any(one.start != len(before) for one in WholeWords((value,)).occurrences(text))
    assert contains(text, value) == (not before and not after) or elsewhere


@law
@given(value=values, underscores=st.text("_", min_size=1, max_size=3), neighbour=words)
def test_underscores_join_words_and_emphasise_them(value: str, underscores: str, neighbour: str) -> None:
    """`snake_case` is one word, while `_emphasis_` is a word between two marks."""
    assert not contains(f"{value}{underscores}{neighbour}!", value) or contains(neighbour, value)
    assert contains(f"so: {underscores}{value}{underscores}!", value)


@law
@given(value=values)
def test_letter_case_does_not_matter(value: str) -> None:
    assert contains(f"It is {value.upper()}.", value)
    assert contains(f"It is {value.lower()}.", value)
    assert contains(f"It is {value}.", value.upper())


@law
@given(number=st.integers(1, 10**7), separator=st.sampled_from(".,"), more=st.integers(0, 999))
def test_a_number_with_digits_beyond_a_separator_is_another_number(
    number: int, separator: str, more: int
) -> None:
    assert not contains(f"It is {number}{separator}{more}0 now", str(number))
    assert not contains(f"It is 0{more}{separator}{number} now", str(number))
    assert contains(f"It is {number}{separator} {more}", str(number))
    assert contains(f"It is {number}{separator}", str(number))


@law
@given(
    st.lists(st.text("ab1-_. é\u0301ß日", max_size=4), max_size=6), st.text("ab1-_. é\u0301ß日", max_size=30)
)
def test_what_is_found_is_what_stands_somewhere(sought: list[str], text: str) -> None:
    """However it is asked: where all of them stand, which stand at all, and about each alone."""
    every = WholeWords(sought)
    assert every.found(text) == {one.value for one in every.occurrences(text)} == found_in(text, sought)
    for one in every.occurrences(text):
        assert text[one.start : one.end].casefold() == one.value.casefold()


@law
@given(
    st.lists(st.text("ab1-_. é\u0301ß日", max_size=4), max_size=6),
    st.lists(st.text("ab1-_. é\u0301ß日", max_size=30), max_size=4),
    st.data(),
)
def test_what_is_ignored_is_left_out_of_what_is_found(
    sought: list[str], texts: list[str], data: st.DataObject
) -> None:
    ignored = data.draw(st.sets(st.sampled_from(sought))) if sought else set()
    every = WholeWords(sought)
    for text in (*texts, *texts):
        # Whether or not it was asked about the text before.
        assert every.found(text, ignored) == found_in(text, sought) - ignored


@law
@given(st.text(st.characters(max_codepoint=127), max_size=40), words)
def test_ascii_is_split_into_the_words_that_it_is_matched_as(text: str, value: str) -> None:
    """An ASCII text is split and another one matched; a letter that is not ASCII stands for itself alone."""
    assert WholeWords([value]).found(text) == WholeWords([value]).found(f"{text} ж")


@law
@given(st.lists(values, min_size=1, max_size=5), st.text(LETTERS + BORDERS, max_size=80))
def test_many_values_at_once_are_found_as_each_is_alone(sought: list[str], text: str) -> None:
    assert found_in(text, sought) == {value for value in sought if contains(text, value)}


@law
@given(st.lists(values, min_size=1, max_size=4), st.lists(values, max_size=6).map(", ".join))
def test_an_occurrence_says_where_it_stands(sought: list[str], text: str) -> None:
    for one in WholeWords(sought).occurrences(text):
        assert one.value in sought
        assert text[one.start : one.end].casefold() == one.value.casefold()


@law
@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=5))
def test_no_text_and_no_value_is_too_odd(text: str, sought: list[str]) -> None:
    for one in WholeWords(sought).occurrences(text):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Your dog is Rex.", "Rex"),
        ("**ORD-482913**", "ORD-482913"),
        ('{"order":"ord-482913"}', "ORD-482913"),
        ("line one\nORD-482913\nline three", "ORD-482913"),
        ("You live in New York.", "New York"),
        ("first line\nsecond line, as told", "first line\nsecond line"),
        ("You owe 5000.", "5000"),
        ("5000, as you said", "5000"),
        ("You live in _Lisbon_.", "Lisbon"),
        ("You live in ***Lisbon***", "Lisbon"),
        ("I like C++!", "C++"),
        ("call +49 30 12345678.", "+49 30 12345678"),
        ("DIE STRASSE 5", "Straße 5"),
        ("die Straße 5", "STRASSE 5"),
        ("私は東京に住んでいます", "東京"),
        ("서울에 살아요", "서울"),
        ("ฉันอยู่เชียงใหม่ครับ", "เชียงใหม่"),
        ("हिन्दी है", "हिन्दी"),
        ("Jose\u0301 it is", "Jose\u0301"),
        ("my cat 🐈 sleeps", "🐈"),
        ("so 🐈.", "🐈"),
    ],
)  # fmt: skip
def test_found(text: str, value: str) -> None:
    assert contains(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("That is complex.", "Rex"),
        ("T-Rexes", "Rex"),
        ("Your budget is 50000", "5000"),
        ("Your budget is 5,000.50", "5000"),
        ("Your budget is 5,000.50", "5"),
        ("Your budget is 5,000.50", "50"),
        ("Your budget is 15000", "5000"),
        ("version 2.5000", "5000"),
        ("ORD-4829130", "ORD-482913"),
        ("XORD-482913", "ORD-482913"),
        ("ORD-482913B", "ORD-482913"),
        ("New Yorkshire", "New York"),
        ("snake_case", "snake"),
        ("snake_case", "case"),
        ("Max Rex_2", "Max Rex"),
        ("x_Max Planck", "Max Planck"),
        ("Jose\u0301", "Jose"),
        ("हिन्दीभाषी", "हिन्दी"),
        ("Lisbon", "Lisbon 5"),
        ("anything", ""),
        ("any thing", " "),
        ("no cat here", "🐈"),
    ],
)
def test_not_found(text: str, value: str) -> None:
    assert not contains(text, value)


def test_every_occurrence_is_reported() -> None:
    found = sorted(WholeWords(["Rex", "rex fan"]).occurrences("REX, a Rex fan"), key=lambda one: one.end)
    assert found == [
        Occurrence(value="Rex", start=0, end=3),
        Occurrence(value="Rex", start=7, end=10),
        Occurrence(value="rex fan", start=7, end=14),
    ]


def test_facts_come_in_the_order_in_which_they_are_defined() -> None:
    facts = {"order": "ORD-1", "city": "Oslo", "pet": "Rex"}
    assert facts_in("Rex lives in Oslo", facts) == ("city", "pet")
