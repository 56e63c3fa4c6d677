"""Each scorer compares a reply with values, as whole words and whatever the letter case."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.words import contains
from gate.scorers import SCORERS
from tests.unit.core.laws import law

names = st.lists(st.sampled_from(["Rex", "Max", "Lisbon", "New York", "ORD-482913", "5000"]), max_size=4)
replies = st.lists(
    st.sampled_from(["Rex", "rex", "complex", "Lisbon", "New", "York", "ORD-482913", "50000", "5000", "."])
).map(" ".join)


@law
@given(reply=replies, arguments=names)
def test_what_each_scorer_is_content_with(reply: str, arguments: list[str]) -> None:
    held = [contains(reply, value) for value in arguments]
    assert SCORERS["contains"].score(reply, arguments) == all(held)
    assert SCORERS["all"].score(reply, arguments) == all(held)
    assert SCORERS["any"].score(reply, arguments) == any(held)
    assert SCORERS["without"].score(reply, arguments) == (not any(held))


@law
@given(reply=replies, arguments=names, more=replies)
def test_more_words_never_lose_a_value_and_never_hide_one(
    reply: str, arguments: list[str], more: str
) -> None:
    for name in ("contains", "any", "all"):
        if SCORERS[name].score(reply, arguments):
            assert SCORERS[name].score(f"{reply}\n{more}", arguments)
    if not SCORERS["without"].score(reply, arguments):
        assert not SCORERS["without"].score(f"{reply}\n{more}", arguments)


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
    ],
)
def test_cases(scorer: str, reply: str, arguments: Sequence[str], right: bool) -> None:
    assert SCORERS[scorer].score(reply, arguments) is right


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_scorer_goes_by_its_name_and_says_what_it_does(name: str) -> None:
    assert SCORERS[name].name == name
    assert SCORERS[name].sentence
