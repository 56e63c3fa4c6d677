"""The scorers, which compare a reply with an expectation: one file per kind."""

from __future__ import annotations

from gate.ports import Scorer
from gate.scorers.all import All
from gate.scorers.any import Any
from gate.scorers.contains import Contains
from gate.scorers.fuzzy import Fuzzy
from gate.scorers.judge import Judge
from gate.scorers.matches import Matches
from gate.scorers.number import Number
from gate.scorers.unknown import Unknown
from gate.scorers.without import Without

SCORERS: dict[str, Scorer] = {
    scorer.name: scorer
    for scorer in (Contains(), Any(), All(), Without(), Matches(), Number(), Fuzzy(), Unknown(), Judge())
}
