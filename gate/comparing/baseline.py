"""Compare two runs: tell whether the head forgets facts that the base remembered, beyond chance.

The conversation is the unit. Conversations are paired by their scenario's content, their disruption and
their trial. For each pair, the comparison counts which side remembered more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb

from gate.analysis.formatting import plural
from gate.comparing.differences import differences
from gate.comparing.measurement import MeasuredProbe, Measurement
from gate.core.guarantees import GUARANTEES
from gate.core.report import Outcome
from gate.core.transcript import TREATED

SIGNIFICANCE = 0.05
"""Largest probability of a difference by chance at which it counts as real."""


class Finding(StrEnum):
    """Outcome of a comparison."""

    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    NO_EVIDENCE = "no evidence"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """The probes of one guarantee under one disruption that both runs scored."""

    disruption: str
    guarantee: str
    probes: int
    base: int
    """Number of them that the base remembered."""
    head: int
    worse: int
    """Conversations in which the head remembered fewer of them than the base."""
    better: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two runs compared. `worse` and `better` count conversations, whatever the guarantee."""

    finding: Finding
    sentence: str
    rows: Sequence[ComparedRow]
    conversations: int
    worse: int
    better: int
    chance: float
    """Probability that chance makes at least so many worse (McNemar, one-sided, exact)."""
    notes: Sequence[str]
    """Differences in scenarios and policy between the two runs, one clause each."""
    base_accuracy: float | None = None
    """Accuracy of the base after its disruptions, from 0 to 1; None where that is not known."""


def mcnemar(worse: int, better: int) -> float:
    """Return the exact one-sided chance of at least `worse` of all that differ, if both ways are as likely.

    Σ C(n, i) / 2ⁿ for i from `worse` to n = worse + better: 5 to 0 gives 0.031, 4 to 0 gives 0.0625.
    Source: Q. McNemar, Psychometrika 12 (1947), with binomial instead of normal tails.
    """
    differing = worse + better
    return float(sum(comb(differing, count) for count in range(worse, differing + 1)) / 2**differing)


def compare(base: Measurement, head: Measurement) -> Comparison:
    """Compare the memory of `base` and `head`, as far as chance can be ruled out."""
    before, after = _conversations(base), _conversations(head)
    shared = [key for key in before if key in after]
    pairs = [_Pair(base=before[key], head=after[key], disruption=key[1]) for key in shared]
    pairs = [pair for pair in pairs if pair.places]
    worse = sum(pair.gain() < 0 for pair in pairs)
    better = sum(pair.gain() > 0 for pair in pairs)
    chance = mcnemar(worse, better)
    anomalies = _new_anomalies(base, head)
    if not pairs:
        finding, sentence = Finding.NOT_COMPARABLE, f"not comparable: {_why_not(base, head, before, after)}"
    elif anomalies:
        finding, sentence = Finding.REGRESSION, f"regression: {anomalies}, and the base has none"
    elif chance < SIGNIFICANCE:
        finding, sentence = Finding.REGRESSION, f"regression: {_differing(worse, better, pairs, chance)}"
    elif (luck := mcnemar(better, worse)) < SIGNIFICANCE:
        finding = Finding.IMPROVEMENT
        sentence = f"improvement: {_differing(worse, better, pairs, luck)}"
    else:
        finding = Finding.NO_EVIDENCE
        sentence = f"no evidence of a difference: {_differing(worse, better, pairs, chance)}"
    return Comparison(
        finding=finding,
        sentence=sentence,
        rows=_rows(pairs),
        conversations=len(pairs),
        worse=worse,
        better=better,
        chance=chance,
        notes=differences(base, head),
        base_accuracy=base.accuracy,
    )


Key = tuple[str, str, int, int]
"""Content, disruption, trial, and which of several such conversations."""
Place = tuple[str, int]
"""A guarantee, and which of the conversation's probes: lines may have moved."""


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The same conversation in both runs: place → whether it was remembered, None where unscored."""

    base: Mapping[Place, bool | None]
    head: Mapping[Place, bool | None]
    disruption: str

    @property
    def places(self) -> list[Place]:
        """The probes that both runs scored."""
        return [
            place for place in self.base if self.base[place] is not None and self.head.get(place) is not None
        ]

    def gain(self, guarantee: str = "") -> int:
        """Count how many more of its probes the head remembered; of one guarantee, or of all."""
        return sum(
            bool(self.head[place]) - bool(self.base[place])
            for place in self.places
            if guarantee in ("", place[0])
        )


def _conversations(run: Measurement) -> dict[Key, dict[Place, bool | None]]:
    """Return the treated recall probes, by conversation. Leaks and fabrications are compared apart."""
    probes: dict[str, list[MeasuredProbe]] = {}
    for probe in run.probes:
        if probe.arm == TREATED and probe.content and probe.recall and GUARANTEES[probe.guarantee].recall:
            probes.setdefault(probe.conversation, []).append(probe)
    repeats: Counter[tuple[str, str, int]] = Counter()
    found: dict[Key, dict[Place, bool | None]] = {}
    for asked in probes.values():
        key = (asked[0].content, asked[0].disruption, asked[0].trial)
        # Equal scenarios under two names are told apart by their order.
        found[*key, repeats[key]] = {
            (probe.guarantee, rank): None
            if probe.outcome == Outcome.UNSCORED
            else probe.outcome == Outcome.REMEMBERED
            for rank, probe in enumerate(sorted(asked, key=lambda probe: (probe.line, probe.column)))
        }
        repeats[key] += 1
    return found


def _rows(pairs: Sequence[_Pair]) -> tuple[ComparedRow, ...]:
    kinds = dict.fromkeys((pair.disruption, place[0]) for pair in pairs for place in pair.places)
    rows = []
    for disruption, guarantee in kinds:
        mine = [pair for pair in pairs if pair.disruption == disruption]
        places = [(pair, place) for pair in mine for place in pair.places if place[0] == guarantee]
        rows.append(
            ComparedRow(
                disruption=disruption,
                guarantee=guarantee,
                probes=len(places),
                base=sum(bool(pair.base[place]) for pair, place in places),
                head=sum(bool(pair.head[place]) for pair, place in places),
                worse=sum(pair.gain(guarantee) < 0 for pair in mine),
                better=sum(pair.gain(guarantee) > 0 for pair in mine),
            )
        )
    return tuple(rows)


def _new_anomalies(base: Measurement, head: Measurement) -> str:
    """Name the kinds of anomaly that only the head shows. A leak is certain, so one suffices."""
    found = []
    if head.leaks and not base.leaks:
        found.append(plural(head.leaks, "leak"))
    if head.fabrications and not base.fabrications:
        found.append(plural(head.fabrications, "fabrication"))
    return " and ".join(found)


def _differing(worse: int, better: int, pairs: Sequence[_Pair], chance: float) -> str:
    return (
        f"of {plural(len(pairs), 'conversation')} that both runs held, {worse} remembered less and"
        f" {better} more than in the base (chance {_rounded(chance)})"
    )


def _rounded(chance: float) -> str:
    return "under 0.0001" if chance < 0.0001 else f"{chance:.2g}"


def _why_not(
    base: Measurement, head: Measurement, before: Mapping[Key, object], after: Mapping[Key, object]
) -> str:
    for name, run, held in (("base", base, before), ("head", head, after)):
        if run.probes and not any(probe.content for probe in run.probes):
            return f"the {name} does not say what its scenarios contain, as reports of this version do"
        if not held:
            return f"the {name} asked nothing after a disruption"
    if not {key[0] for key in before} & {key[0] for key in after}:
        return "no scenario is the same in both"
    if not {key[1] for key in before} & {key[1] for key in after}:
        return "no disruption is the same in both"
    return "no question was scored in both"
