"""Runs every checker over a run, and names what broke where a probe failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from gate.analysis.checkers import CHECKERS, Anomaly, Checker, Observed
from gate.analysis.findings import AnomalyUnasked
from gate.analysis.reasons.anomalies import CheckerFailed
from gate.analysis.reasons.run import GuaranteeUnchecked
from gate.core.guarantees import GUARANTEES
from gate.core.report import GuaranteeResult, GuaranteeStatus, Outcome, ProbeResult
from gate.core.statements import Finding, Reason

SHOWN_BY_PROMPTS = frozenset({"order", "once-only", "atomic-turns"})
"""Guarantees that a prompt can show to be broken even where the reply was right."""


SEEN_ANYWHERE = frozenset({"isolation", "retention"})
"""Guarantees that an anomaly in any turn breaks, whether or not a probe asks."""


@dataclass(frozen=True, kw_only=True)
class CheckerResults:
    """Anomalies that the checkers found. `crashed` has the reason for each guarantee left unchecked."""

    anomalies: Sequence[Anomaly]
    crashed: Mapping[str, CheckerFailed] = field(default_factory=dict)

    def at(self, turn: str) -> Sequence[Anomaly]:
        """Return the anomalies of one turn, the surest first."""
        return self._by_turn.get(turn, ())

    @cached_property
    def _by_turn(self) -> Mapping[str, Sequence[Anomaly]]:
        found: dict[str, list[Anomaly]] = {}
        for anomaly in self.anomalies:
            found.setdefault(anomaly.turn, []).append(anomaly)
        return found

    @property
    def unchecked(self) -> tuple[GuaranteeUnchecked, ...]:
        """Reasons for the guarantees that could not be checked."""
        return tuple(
            GuaranteeUnchecked(guarantee=name, because=failed) for name, failed in self.crashed.items()
        )


def run_checkers(observed: Observed, checkers: Mapping[str, Checker] = CHECKERS) -> CheckerResults:
    """Collect the anomalies of all guarantees. A checker that raises leaves only its own guarantee open."""
    anomalies: list[Anomaly] = []
    crashed: dict[str, CheckerFailed] = {}
    for name, check in checkers.items():
        try:
            # Drop the anomalies of a checker that fails: it has not found all of them.
            anomalies += tuple(check(observed))
        except Exception as error:
            crashed[name] = CheckerFailed(guarantee=name, error=repr(error))
    return CheckerResults(anomalies=tuple(anomalies), crashed=crashed)


def classify(result: ProbeResult, found: Sequence[Anomaly]) -> ProbeResult:
    """Return `result` with its anomaly. The probe says where to look; the anomalies found say what broke."""
    if result.outcome is Outcome.REMEMBERED and not found:
        return result
    if result.outcome in (Outcome.LOST, Outcome.ERROR):
        certain = [anomaly for anomaly in found if anomaly.is_certain]
        name = certain[0].name if certain else GUARANTEES[result.guarantee].anomaly
        return replace(result, anomaly=name)
    own = [
        anomaly
        for anomaly in found
        if anomaly.guarantee == result.guarantee
        and anomaly.guarantee in SHOWN_BY_PROMPTS
        and anomaly.is_certain
    ]
    if result.outcome is Outcome.REMEMBERED and own:
        return replace(result, outcome=Outcome.LOST, anomaly=own[0].name, coded_reason=own[0].reason)
    return result


def guarantee_statuses(
    checker_results: CheckerResults, probes: Mapping[str, ProbeResult]
) -> tuple[GuaranteeResult, ...]:
    """Return the status of each guarantee. An anomaly counts if it names what broke, or is the probe's."""
    decisive: dict[str, list[Anomaly]] = {}
    for turn, result in probes.items():
        if result.anomaly is not None:
            for anomaly in checker_results.at(turn):
                if anomaly.name == result.anomaly:
                    decisive.setdefault(anomaly.guarantee, []).append(anomaly)
                    break
    for anomaly in checker_results.anomalies:
        # A leak is one wherever it shows, and what the store shows needs no probe.
        shown = anomaly.guarantee == "isolation" or anomaly.turn not in probes
        if (
            shown
            and anomaly.guarantee in SEEN_ANYWHERE
            and anomaly not in decisive.get(anomaly.guarantee, [])
        ):
            decisive.setdefault(anomaly.guarantee, []).append(anomaly)
    every = tuple(probes.values())
    return tuple(
        _guarantee_status(name, checker_results, decisive.get(name, []), every) for name in GUARANTEES
    )


def _guarantee_status(
    name: str, checker_results: CheckerResults, anomalies: Sequence[Anomaly], every: Sequence[ProbeResult]
) -> GuaranteeResult:
    probes = [probe for probe in every if probe.guarantee == name]
    unscored = [probe for probe in probes if probe.outcome is Outcome.UNSCORED]
    reason: Reason | None = None
    if anomalies:
        status, reason = GuaranteeStatus.BROKEN, anomalies[0].reason
    elif name in checker_results.crashed:
        status, reason = GuaranteeStatus.OPEN, checker_results.crashed[name]
    elif unscored:
        status, reason = GuaranteeStatus.OPEN, unscored[0].coded_reason
    else:
        status = GuaranteeStatus.KEPT if probes else GuaranteeStatus.UNTESTED
    return GuaranteeResult(
        name=name,
        status=status,
        probes=len(probes),
        anomalous_turns=len(anomalies),
        anomalies=dict(Counter(anomaly.name for anomaly in anomalies)),
        coded_reason=reason,
    )


def notes(checker_results: CheckerResults, probes: Mapping[str, ProbeResult]) -> list[Finding]:
    """Return findings about anomalies in prompts that no probe asked about. They block nothing."""
    unasked: dict[str, list[Anomaly]] = {}
    for anomaly in checker_results.anomalies:
        result = probes.get(anomaly.turn)
        if anomaly.guarantee in SHOWN_BY_PROMPTS and (result is None or result.anomaly != anomaly.name):
            unasked.setdefault(anomaly.guarantee, []).append(anomaly)
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
