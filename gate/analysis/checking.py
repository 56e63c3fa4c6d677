"""Runs every checker over a run, and names what broke where a probe failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from gate.analysis.checkers import CHECKERS, Breach, Checker, Observed
from gate.analysis.findings import AnomalyUnasked
from gate.analysis.reasons.anomalies import CheckerFailed
from gate.analysis.reasons.run import GuaranteeUnchecked
from gate.core.guarantees import GUARANTEES
from gate.core.report import GuaranteeResult, GuaranteeStatus, Outcome, ProbeResult
from gate.core.statements import Finding, Reason

SHOWN_BY_PROMPTS = frozenset({"order", "once-only", "atomic-turns"})
"""Guarantees that a prompt shows broken even where the reply was right."""


SEEN_ANYWHERE = frozenset({"isolation", "retention"})
"""Guarantees that are broken by what is seen anywhere, whether or not a probe asks."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the checkers found. `crashed` has the guarantees that could not be checked, and why."""

    breaches: Sequence[Breach]
    crashed: Mapping[str, CheckerFailed] = field(default_factory=dict)

    def at(self, turn: str) -> Sequence[Breach]:
        """What was found in one turn, the surest first."""
        return self._by_turn.get(turn, ())

    @cached_property
    def _by_turn(self) -> Mapping[str, Sequence[Breach]]:
        found: dict[str, list[Breach]] = {}
        for breach in self.breaches:
            found.setdefault(breach.turn, []).append(breach)
        return found

    @property
    def unchecked(self) -> tuple[GuaranteeUnchecked, ...]:
        """Why guarantees could not be checked."""
        return tuple(
            GuaranteeUnchecked(guarantee=name, because=failed) for name, failed in self.crashed.items()
        )


def examine(observed: Observed, checkers: Mapping[str, Checker] = CHECKERS) -> Examination:
    """Every breach of every guarantee. A checker that raises leaves its own guarantee open, no other."""
    breaches: list[Breach] = []
    crashed: dict[str, CheckerFailed] = {}
    for name, check in checkers.items():
        try:
            # Whole or not at all: what one found before it failed is not all that there is.
            breaches += tuple(check(observed))
        except Exception as error:
            crashed[name] = CheckerFailed(guarantee=name, error=repr(error))
    return Examination(breaches=tuple(breaches), crashed=crashed)


def named(result: ProbeResult, found: Sequence[Breach]) -> ProbeResult:
    """`result` with its anomaly: the probe says where to look, what is found there says what broke."""
    if result.outcome is Outcome.REMEMBERED and not found:
        return result
    if result.outcome in (Outcome.LOST, Outcome.ERROR):
        certain = [one for one in found if one.is_certain]
        anomaly = certain[0].name if certain else GUARANTEES[result.guarantee].anomaly
        return replace(result, anomaly=anomaly)
    own = [
        one
        for one in found
        if one.guarantee == result.guarantee and one.guarantee in SHOWN_BY_PROMPTS and one.is_certain
    ]
    if result.outcome is Outcome.REMEMBERED and own:
        return replace(result, outcome=Outcome.LOST, anomaly=own[0].name, coded_reason=own[0].reason)
    return result


def standings(examination: Examination, probes: Mapping[str, ProbeResult]) -> tuple[GuaranteeResult, ...]:
    """What is known of each guarantee. Breaches count where they name what broke, or are the probe's own."""
    decisive: dict[str, list[Breach]] = {}
    for turn, result in probes.items():
        if result.anomaly is not None:
            for breach in examination.at(turn):
                if breach.name == result.anomaly:
                    decisive.setdefault(breach.guarantee, []).append(breach)
                    break
    for breach in examination.breaches:
        # A leak is one wherever it shows, and what the store shows needs no probe.
        shown = breach.guarantee == "isolation" or breach.turn not in probes
        if shown and breach.guarantee in SEEN_ANYWHERE and breach not in decisive.get(breach.guarantee, []):
            decisive.setdefault(breach.guarantee, []).append(breach)
    every = tuple(probes.values())
    return tuple(_standing(name, examination, decisive.get(name, []), every) for name in GUARANTEES)


def _standing(
    name: str, examination: Examination, breaches: Sequence[Breach], every: Sequence[ProbeResult]
) -> GuaranteeResult:
    probes = [one for one in every if one.guarantee == name]
    unscored = [one for one in probes if one.outcome is Outcome.UNSCORED]
    reason: Reason | None = None
    if breaches:
        standing, reason = GuaranteeStatus.BROKEN, breaches[0].reason
    elif name in examination.crashed:
        standing, reason = GuaranteeStatus.OPEN, examination.crashed[name]
    elif unscored:
        standing, reason = GuaranteeStatus.OPEN, unscored[0].coded_reason
    else:
        standing = GuaranteeStatus.KEPT if probes else GuaranteeStatus.UNTESTED
    return GuaranteeResult(
        name=name,
        standing=standing,
        probes=len(probes),
        breaches=len(breaches),
        anomalies=dict(Counter(one.name for one in breaches)),
        coded_reason=reason,
    )


def remarks(examination: Examination, probes: Mapping[str, ProbeResult]) -> list[Finding]:
    """What prompts show that no probe asked about: worth knowing, and no reason to block."""
    unasked: dict[str, list[Breach]] = {}
    for breach in examination.breaches:
        result = probes.get(breach.turn)
        if breach.guarantee in SHOWN_BY_PROMPTS and (result is None or result.anomaly != breach.name):
            unasked.setdefault(breach.guarantee, []).append(breach)
    return [
        AnomalyUnasked(
            guarantee=guarantee,
            anomaly=found[0].name,
            turns=len(found),
            first=found[0].reason,
            is_certain=found[0].is_certain,
        )
        for guarantee, found in unasked.items()
    ]
