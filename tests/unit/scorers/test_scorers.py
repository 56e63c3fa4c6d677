"""Each scorer compares a reply with values: what it says, whole and whatever the letter case."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.words import contains
from gate.scorers import SCORERS
from tests.unit.core.laws import law

VALUES = ["Rex", "Max", "Lisbon", "New York", "ORD-482913", "5000"]
names = st.lists(st.sampled_from(VALUES), max_size=4)
replies = st.lists(
    st.sampled_from(
        [
            "Rex",
            "rex",
            "complex",
            "Lisbon",
            "New",
            "York",
            "ORD-482913",
            "50000",
            "5000",
            ".",
            "not",
            "no",
            "you",
        ]
    )
).map(" ".join)


@law
@given(reply=replies, arguments=names)
def test_the_scorers_agree_on_what_a_reply_says(reply: str, arguments: list[str]) -> None:
    """`without` is content with exactly those values of which `contains` is not."""
    said = [SCORERS["contains"].score(reply, [value]) for value in arguments]
    assert SCORERS["contains"].score(reply, arguments) == all(said)
    assert SCORERS["all"].score(reply, arguments) == all(said)
    assert SCORERS["any"].score(reply, arguments) == any(said)
    assert SCORERS["without"].score(reply, arguments) == (not any(said))


@law
@given(reply=replies, value=st.sampled_from(VALUES))
def test_only_what_stands_in_the_reply_is_said(reply: str, value: str) -> None:
    if SCORERS["contains"].score(reply, [value]):
        assert contains(reply, value)


@law
@given(reply=replies, arguments=names, more=replies)
def test_a_further_line_never_loses_a_value_and_never_hides_one(
    reply: str, arguments: list[str], more: str
) -> None:
    for name in ("contains", "any", "all"):
        if SCORERS[name].score(reply, arguments):
            assert SCORERS[name].score(f"{reply}\n{more}", arguments)
    if not SCORERS["without"].score(reply, arguments):
        assert not SCORERS["without"].score(f"{reply}\n{more}", arguments)


@law
@given(value=st.sampled_from(VALUES), denial=st.sampled_from(["not", "never", "isn't", "Don't", "WITHOUT"]))
def test_what_is_denied_is_not_said(value: str, denial: str) -> None:
    assert not SCORERS["contains"].score(f"It was {denial} {value}.", [value])
    assert SCORERS["contains"].score(f"It was {denial} Tom, but {value}.", [value])


@law
@given(
    name=st.sampled_from(sorted(SCORERS)), reply=st.text(max_size=60), arguments=st.lists(st.text(max_size=9))
)
def test_no_reply_is_too_odd(name: str, reply: str, arguments: list[str]) -> None:
    if name == "matches":
        arguments = [re.escape(one) for one in arguments]
    assert SCORERS[name].score(reply, arguments) in (True, False)


@pytest.mark.parametrize(
    ("scorer", "reply", "arguments", "right"),
    [
        ("contains", "Your order is ORD-482913.", ["ORD-482913"], True),
        ("contains", "your order is ord-482913", ["ORD-482913"], True),
        ("contains", "Your budget is 50000", ["5000"], False),
        ("contains", "That is complex", ["Rex"], False),
        ("contains", "I don't know.", ["ORD-482913"], False),
        ("contains", "", ["ORD-482913"], False),
        ("contains", "Rex and Max", ["Rex", "Max"], True),
        ("contains", "Rex", ["Rex", "Max"], False),
        ("all", "Rex", ["Rex", "Max"], False),
        ("any", "Rex", ["Rex", "Max"], True),
        ("any", "Tom", ["Rex", "Max"], False),
        ("any", "Rex", [], False),
        ("without", "I don't know.", ["Rex"], True),
        ("without", "It is REX!", ["Rex"], False),
        ("without", "It is complex", ["Rex"], True),
        ("without", "It is Max", ["Rex", "Max"], False),
        ("without", "", ["Rex"], True),
        ("contains", "Your order no ORD-482913 is on its way", ["ORD-482913"], True),
        ("contains", "ORDER NO 482913", ["482913"], True),
        ("contains", "No ORD-482913, not ORD-482913", ["ORD-482913"], True),
        ("contains", "I have not forgotten Lisbon", ["Lisbon"], True),
        ("contains", "I don't forget Lisbon", ["Lisbon"], True),
        ("contains", "There is no Lisbon here", ["Lisbon"], False),
        ("without", "I have not forgotten Lisbon", ["Lisbon"], False),
    ],
)
def test_cases(scorer: str, reply: str, arguments: Sequence[str], right: bool) -> None:
    assert SCORERS[scorer].score(reply, arguments) is right


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_scorer_goes_by_its_name_and_says_what_it_does(name: str) -> None:
    assert SCORERS[name].name == name
    assert SCORERS[name].sentence
