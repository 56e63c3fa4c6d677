"""The traps that likeness falls into, measured: each reply with whether it says the value."""

from __future__ import annotations

import pytest

from gate.ports import Tiebreaker
from gate.scorers import SCORERS


@pytest.mark.parametrize(
    ("scorer", "value", "reply", "holds"),
    [
        ("contains", "5000", "Your budget is 5000.", True),
        ("contains", "5000", "Your budget is 5,000 dollars.", True),
        ("contains", "5000", "Your budget is $5'000.00.", True),
        ("contains", "5,000", "Your budget is 5000.", True),
        ("contains", "5000", "Your budget is 5\u202f000.", True),
        ("contains", "5000", "Your budget is 50000.", False),
        ("contains", "5000", "Your budget is 50,000.", False),
        ("contains", "5000", "Your budget is 5,000.50.", False),
        ("contains", "peanuts", "You are allergic to peanuts.", True),
        ("contains", "peanuts", "You are not allergic to peanuts.", False),
        ("contains", "peanuts", "You aren't allergic to peanuts.", False),
        ("contains", "peanuts", "You have never eaten peanuts.", False),
        ("contains", "peanuts", "No problem! You are allergic to peanuts.", True),
        ("contains", "ORD-482913", "I have not forgotten that your order is ORD-482913.", True),
        ("contains", "ORD-482913", "It has not shipped, but your order is ORD-482913.", True),
        ("contains", "Porto", "You do not live in Lisbon, you live in Porto.", True),
        ("contains", "Lisbon", "You do not live in Lisbon, you live in Porto.", False),
        ("contains", "Lisbon", "You are based in Lisbon.", True),
        ("contains", "Lisbon", "You live in Porto.", False),
        ("contains", "Rex", "It is complex.", False),
        ("contains", "Rex", "Your dog is rex!", True),
        ("contains", "cats", "I literally just said I love cats", True),
        ("without", "Lisbon", "You no longer live in Lisbon; it is Oslo now.", True),
        ("without", "Lisbon", "You live in Lisbon.", False),
        ("number", "5000", "It costs 5,000.00 EUR", True),
        ("number", "5000", "It costs 50000 EUR", False),
        ("number", "5000", "Part A5000b", False),
        ("number", "7.5", "It is 7,5 kg", True),
        ("number", "-3", "It is -3 degrees", True),
        ("number", "-3", "It is 3 degrees", False),
        ("contains", "5000 dollars", "You have 50000 dollars.", False),
        ("contains", "live in Lisbon", "You are based in Lisbon.", False),
        ("number", "5000", "It is not 5000 EUR", False),
        ("number", "5000", "It isn't 5,000 EUR, it is 6,000", False),
        ("number", "6000", "It isn't 5,000 EUR, it is 6,000", True),
        ("number", "5000", "Order no 5000", True),
        ("number", "5000", "You never said 5000, but it is 5000", True),
        ("fuzzy", "peanuts", "You are not allergic to peanuts.", False),
        ("fuzzy", "Lisbon", "You do not live in Lison.", False),
        ("fuzzy", "Lisbon", "You do not live in Porto, you live in Lison.", True),
        ("fuzzy", "Lisbon", "You live in Porto.", False),
        ("fuzzy", "Lindqvist", "Your doctor is Lindquist.", True),
        ("fuzzy", "Rex", "Your dog is Max.", False),
        ("fuzzy", "Rex", "It is complex.", False),
        ("fuzzy", "5000 dollars", "50000 dollars", False),
        ("fuzzy", "ORD-482913", "Your order is ORD-482918.", False),
        ("fuzzy", "Lisbon", "You live in Lison.", True),
        ("matches", r"ORD-\d{6}", "your order is ord-482913", True),
        ("matches", r"^\d+$", "abc", False),
        ("unknown", "", "I don't know.", True),
        ("unknown", "", "I’m sorry, I don’t have that information.", True),
        ("unknown", "", "You haven't told me your dog's name yet.", True),
        ("unknown", "", "I'm not sure, could you remind me?", True),
        ("unknown", "", "I have no record of a dog.", True),
        ("unknown", "", "You never mentioned a dog.", True),
        ("unknown", "Rex", "I don't know, that is complex.", True),
        ("unknown", "Lisbon", "I don't know. You live in Lisbon, I believe.", False),
        ("unknown", "", "Your dog is called Bello.", False),
        ("unknown", "Bello", "I don't know for certain: Bello.", False),
        ("any", "tea", "I know you like coffee and tea.", True),
        ("all", "tea", "I know you like coffee.", False),
    ],
)
def test_what_a_reply_says(scorer: str, value: str, reply: str, holds: bool) -> None:
    """Whole words, numbers however they are grouped, and no denial taken for an answer."""
    assert SCORERS[scorer].score(reply, (value,)) is holds


@pytest.mark.parametrize("name", sorted(SCORERS.keys() & {"contains", "any", "all", "number", "fuzzy"}))
def test_no_scorer_that_asks_for_a_value_takes_a_denial_or_a_longer_number_for_it(name: str) -> None:
    """Measured: by likeness the denial is 89 % right, and ten times the number 94 %."""
    scorer = SCORERS[name]
    assert scorer.score("Your budget is 5000.", ("5000",))
    assert not scorer.score("Your budget is not 5000.", ("5000",))
    assert not scorer.score("Your budget is 50000.", ("5000",))


def test_the_same_abstention_is_judged_the_same_every_time() -> None:
    """A judge model gave one 0.2, 0.2, 0.7 and 0.7, so none is asked."""
    assert not isinstance(SCORERS["unknown"], Tiebreaker)
    assert {SCORERS["unknown"].score("I don't have that information.", ("Rex",)) for _ in range(4)} == {True}


def test_no_expression_can_hang_the_judge() -> None:
    """A backtracking engine would try 2 to the power of 60 ways; the suite's time limit would end it."""
    assert not SCORERS["matches"].score("a" * 60 + "!", (r"^(a+)+$",))


def test_an_expression_that_the_engine_lacks_is_an_error() -> None:
    """A crash of the checker is not the bot's failure; validation refuses such a pattern earlier."""
    with pytest.raises(ValueError, match="RE2"):
        SCORERS["matches"].score("x", (r"(?=x)x",))
