"""How facts are written: each kind, and every mistake at its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.core.facts import Date, Fact, Name, Number, Text, Word
from tests.unit.scenarios.texts import ASK, TELL, load, mistakes


@pytest.mark.parametrize(
    ("facts", "place", "message"),
    [
        ("{pattern: plain}", "3:20", "this pattern always gives the same value"),
        ("{}", "3:10", 'fact "order" needs exactly one of pattern, pick, word, name, number, date, text'),
        (
            "{pattern: '#', pick: [a, b]}",
            "3:10",
            'fact "order" needs exactly one of pattern, pick, word, name, number, date, text',
        ),
        ("{patern: '###'}", "3:11", 'unknown key "patern"'),
        ("{pattern: 5}", "3:20", "expected text, found the number 5"),
        ("'###'", "3:10", 'expected a mapping, found "###"'),
        ("{pattern: '###', not: order}", "3:27", '"not" goes with "pick" only'),
        ("{pick: [a]}", "3:17", "a pick needs 2 to 200 values, this one has 1"),
        ("{pick: a}", "3:17", 'expected a list, found "a"'),
        ("{pick: [a, b, A]}", "3:24", 'the value "A" stands here twice'),
        ("{pick: [a, ' ']}", "3:21", "a value cannot be blank"),
        ("{pick: [a, no]}", "3:21", "expected text, found no, which YAML takes for true or false"),
        ("{pick: [York, Oslo, New York]}", "3:30", 'the value "New York" holds the value "York"'),
        ("{pick: [a, b], not: order}", "3:30", 'fact "order" is not defined above'),
        ("{pick: [a, b], not: city}", "3:30", 'fact "city" is not defined above'),
        ("wrod", "3:10", 'unknown kind of fact "wrod"'),
        ("{wrod: true}", "3:11", 'unknown key "wrod"'),
        ("{word: false}", "3:17", "expected true, found false, which YAML takes for true or false"),
        ("{name: [a]}", "3:17", "expected true, found a list"),
        (
            "{word: true, name: true}",
            "3:10",
            'fact "order" needs exactly one of pattern, pick, word, name, number, date, text',
        ),
        ("{word: true, not: order}", "3:23", '"not" goes with "pick" only'),
        ("{number: 12}", "3:19", "expected a range, found the number 12"),
        ("{number: 9..1}", "3:19", "this range ends before it begins"),
        ("{number: 1..9}", "3:19", "a range has at least 10 numbers, or every bot guesses it"),
        ("{number: 01..99}", "3:19", 'expected a range, found "01..99"'),
        ("{number: {from: 1000, till: 9999}}", "3:19", 'missing key "to"'),
        ("{number: {from: 1000, till: 9999}}", "3:32", 'unknown key "till"'),
        (
            "{number: {from: -1, to: 99}}",
            "3:26",
            "expected a whole number from 0 to 1000000000000000, found the number -1",
        ),
        ("{date: 1800..1900}", "3:17", "a range lies between 1900 and 2999"),
        ("{date: tomorrow}", "3:17", 'expected a range, found "tomorrow"'),
        ("{text: {length: 8193}}", "3:26", "expected a whole number from 20 to 8192, found the number 8193"),
        ("{text: {lenght: 30}}", "3:18", 'unknown key "lenght"'),
        (
            "{text: {unicode: yes}}",
            "3:27",
            "expected true or false, found yes, which YAML takes for true or false",
        ),
        ("{text: 200}", "3:17", "expected a mapping, found the number 200"),
        ("word\n  city: {pick: [a, b], not: order}", "4:29", 'fact "order" is a word'),
        ("{pattern: '##'}\n  '9x': {pattern: '##'}", "4:3", '"9x" cannot name a fact'),
        ("{pattern: '##'}\n  city: {pattern: '##'}", "4:3", 'fact "city" is never used'),
        ("{pattern: '##'}\n  city: {pick: [a, b], not: order}", "4:29", 'fact "order" is a pattern'),
    ],
)
def test_a_mistake_in_the_facts_is_reported_at_its_place(
    tmp_path: Path, facts: str, place: str, message: str
) -> None:
    found = mistakes(tmp_path, f"name: n\nfacts:\n  order: {facts}\nscript:\n" + TELL + ASK)
    assert (place, message) in found
    assert all("never used" in other or "key" in other for at, other in found if at != place)


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("word", Word(name="order")),
        ("{word: true}", Word(name="order")),
        ("name", Name(name="order")),
        ("number", Number(name="order", lowest=1000, highest=9999)),
        ("{number: 10..99}", Number(name="order", lowest=10, highest=99)),
        ("{number: {from: 10, to: 99}}", Number(name="order", lowest=10, highest=99)),
        ("{date: true}", Date(name="order")),
        ("{date: 2027..2027}", Date(name="order", first_year=2027, last_year=2027)),
        ("text", Text(name="order", length=200)),
        (
            "{text: {length: 30, unicode: true, newlines: true}}",
            Text(name="order", length=30, unicode=True, newlines=True),
        ),
    ],
)
def test_each_kind_of_fact_means_what_it_says(tmp_path: Path, written: str, fact: Fact) -> None:
    scenario = load(tmp_path, f"name: n\nfacts:\n  order: {written}\nscript:\n" + TELL + ASK)
    assert scenario.facts == (fact,)
