"""Decides whether a reply affirms a value or denies it: "you are not allergic to peanuts"."""

from __future__ import annotations

import re

from gate.core.words import Occurrence, occurrences_of

_NEGATIONS = frozenset(
    {"not", "no", "never", "without", "neither", "nor", "cannot", "longer", "isnt", "arent"}
)
_CLAUSE_ENDS = re.compile(
    r"[.,;:!?…\n()\[\]\"“”–—]|\b(?:but|that|you|your|it|is|because|so|and|or)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FORGETTING = frozenset({"forget", "forgets", "forgot", "forgotten", "forgetting"})
REACH = 4
"""The number of words that a denial reaches: "not allergic to peanuts", "do not live in Lisbon"."""

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+(?![\d])")
"""A number with thousands separators. A plain blank is none, because telephone numbers have it too."""
_MARKED = re.compile(r"\d[.,'’\u00a0\u202f]\d")
"""A quick test: grouped numbers and decimals match it, most texts do not."""
_NO_CENTS = re.compile(r"(?<=\d)[.]0{1,2}(?![\d])")


def affirms(reply: str, value: str) -> bool:
    """Whether `value` occurs in `reply` as whole words at least once without being denied.

    Letter case and the grouping of numbers do not matter: "5,000.00" is 5000, but 50000 is not.
    """
    text, sought = normalised(reply), normalised(value)
    if sought.casefold() not in text.casefold():
        return False
    return any(not denied(text, found) for found in occurrences_of(sought, text))


def normalised(text: str) -> str:
    """Remove thousands separators and empty decimals from the numbers in the text."""
    if not _MARKED.search(text):
        return text
    plain = _GROUPED.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    return _NO_CENTS.sub("", plain)


def denied(text: str, found: Occurrence) -> bool:
    """Whether a negation is among the last few words before the value, within its clause."""
    before = text[max(0, found.start - 80) : found.start]
    if not before.strip():
        return False
    clause = _CLAUSE_ENDS.split(before)[-1]
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(clause)][-REACH:]
    if words and words[-1] == "no" and any(character.isdigit() for character in found.value):
        # In "Order no ORD-482913", "no" means number.
        words.pop()
    if any(word in _FORGETTING for word in words):
        # "I have not forgotten Lisbon" denies the forgetting.
        return False
    return any(word in _NEGATIONS or word.endswith("n't") for word in words)
