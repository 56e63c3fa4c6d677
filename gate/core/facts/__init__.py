"""Facts: values that are drawn anew for every conversation, so that no bot can know them in advance.

One file per kind. `gate.scenarios.facts` defines how each is written in a scenario.
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

KINDS: dict[str, type[Fact]] = {kind.kind: kind for kind in (Pattern, Pick, Word, Name, Number, Date, Text)}

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
