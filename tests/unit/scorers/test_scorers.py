"""Each scorer compares a reply with values: what it says, whole and whatever the letter case."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.transcript import JudgeAnswered
from gate.core.words import contains
from gate.errors import Undecided
from gate.ports import Tiebreaker
from gate.scorers import SCORERS
from tests.unit.core.laws import law

COMPARISONS = sorted(name for name, one in SCORERS.items() if not isinstance(one, Tiebreaker))
"""The scorers that need nobody's opinion."""

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
@given(name=st.sampled_from(COMPARISONS), reply=st.text(max_size=60), arguments=st.lists(st.text(max_size=9)))
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


def answered(criterion: str, holds: bool | None) -> JudgeAnswered:
    return JudgeAnswered(at=1.0, turn="c1.1", criterion=criterion, holds=holds, reason="because")


@law
@given(
    given_answers=st.dictionaries(st.sampled_from("abc"), st.sampled_from([True, False, None])),
    criteria=st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
)
def test_a_judge_says_yes_only_where_every_answer_is_yes_and_no_where_one_is_no(
    given_answers: dict[str, bool | None], criteria: list[str]
) -> None:
    judge = SCORERS["judge"]
    assert isinstance(judge, Tiebreaker)
    advised = judge.advised({name: answered(name, holds) for name, holds in given_answers.items()})
    answers = [given_answers.get(one) for one in criteria]
    if False in answers or None not in answers:
        assert advised.score("whatever", criteria) == (False not in answers)
    else:
        with pytest.raises(Undecided, match="the judge"):
            advised.score("whatever", criteria)


def test_a_judge_without_an_answer_has_no_opinion() -> None:
    with pytest.raises(Undecided, match="the judge was not asked about this reply"):
        SCORERS["judge"].score("It is Lisbon.", ("says Lisbon",))


def test_one_judge_is_not_advised_by_what_another_was_told() -> None:
    """The one in the dict is shared by all probes of all runs."""
    judge = SCORERS["judge"]
    assert isinstance(judge, Tiebreaker)
    assert judge.advised({"a": answered("a", True)}).score("x", ("a",))
    with pytest.raises(Undecided):
        judge.score("x", ("a",))


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_scorer_goes_by_its_name_and_says_what_it_does(name: str) -> None:
    assert SCORERS[name].name == name
    assert SCORERS[name].sentence
