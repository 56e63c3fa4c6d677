"""Facts: values that are drawn anew for every conversation, so that no bot can know them beforehand.

One file per kind. How each is written in a scenario stands in `gate.scenarios.facts`.
"""

from __future__ import annotations

from gate.core.facts.date import Date
from gate.core.facts.fact import MAX_REDRAWS, Fact, anything
from gate.core.facts.name import Name
from gate.core.facts.number import Number
from gate.core.facts.pattern import UNAMBIGUOUS_LETTERS, Pattern
from gate.core.facts.pick import Pick
from gate.core.facts.source import FactSource
from gate.core.facts.text import Text
from gate.core.facts.word import Word

KINDS: dict[str, type[Fact]] = {one.kind: one for one in (Pattern, Pick, Word, Name, Number, Date, Text)}

__all__ = [
    "KINDS",
    "MAX_REDRAWS",
    "UNAMBIGUOUS_LETTERS",
    "Date",
    "Fact",
    "FactSource",
    "Name",
    "Number",
    "Pattern",
    "Pick",
    "Text",
    "Word",
    "anything",
]
