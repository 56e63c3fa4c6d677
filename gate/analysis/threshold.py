"""Apply the policy's thresholds to the recall probes of one row of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.analysis.history import CompletedDisruption, DeploymentHistory
from gate.analysis.reasons.disruptions import (
    AccuracyDropped,
    ForgetsAfter,
    ForgetsMeanwhile,
    ForgetsUndisturbed,
    TooFewProbes,
    Unavailable,
)
from gate.analysis.statistics import Cluster, effective_counts, exact_lower_bound, trials_needed
from gate.core.report import Availability, Outcome, ProbeResult, Tally
from gate.core.specification import Policy
from gate.core.statements import Reason
from gate.core.transcript import CONTROL, TREATED

TOLERANCE = 1e-9
"""Tolerance with which 19 of 20 meets a threshold of 0.95 despite binary fractions."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Recall probes of one disruption: those of the control arm, of the treated arm, and the pairs."""

    before: Tally
    after: Tally
    retained: Tally
    meanwhile: Tally = field(default_factory=Tally)
    """Probes of the background sessions."""
    availability: Availability = field(default_factory=Availability)
    conversations: Sequence[Cluster] = ()
    """Remembered and scored probes of each treated conversation."""

    @property
    def planned(self) -> int:
        """Count the recall probes that both arms should have."""
        return self.before.scored + self.before.unscored + self.after.scored + self.after.unscored

    @property
    def dropped_by(self) -> float:
        """Difference of the shares before and after; 0 where either arm has none."""
        if self.before.share is None or self.after.share is None:
            return 0.0
        return self.before.share - self.after.share


@dataclass(frozen=True, kw_only=True)
class DisruptedDeployment:
    """One deployment and the disruptions that were planned in it.

    `disruptions` has each of them: restart twice where the row is named "restart".
    """

    deployment_history: DeploymentHistory
    disruptions: Sequence[str]

    @property
    def completed_disruptions(self) -> Sequence[CompletedDisruption]:
        """The disruptions that were carried out, in order."""
        return self.deployment_history.completed_disruptions[: len(self.disruptions)]

    @property
    def not_applied(self) -> Reason | None:
        """Return why they cannot be shown to have happened; None when they can."""
        return self.deployment_history.not_applied(self.disruptions)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Inputs of the verdict on one row of the report.

    There are several `deployments` where the runs of several shards are merged.
    """

    disruptions: tuple[str, ...]
    deployments: Sequence[DisruptedDeployment]
    probes: Sequence[ProbeResult]
    counts: Counts
    policy: Policy

    def shortfall(self, tally: Tally, arm: str = "") -> dict[str, Any]:
        """Return the fields of a `Shortfall` of these probes."""
        errors = sum(probe.outcome is Outcome.ERROR and probe.arm == arm for probe in self.probes)
        return {
            "disruptions": self.disruptions,
            "remembered": tally.remembered,
            "scored": tally.scored,
            "needed": self.policy.accuracy,
            "errors": errors,
        }

    def is_short(self, tally: Tally) -> bool:
        """Whether fewer probes were remembered than the policy demands."""
        return tally.share is not None and tally.share < self.policy.accuracy - TOLERANCE


def memory_shortfalls(row: Row) -> list[Reason]:
    """Return why either arm remembers less than the policy demands."""
    counts, policy = row.counts, row.policy
    forgetful_before = row.is_short(counts.before)
    dropped = counts.dropped_by > policy.max_drop + TOLERANCE
    reasons: list[Reason] = []
    if forgetful_before:
        shortfall = row.shortfall(counts.before, CONTROL)
        reasons.append(ForgetsUndisturbed(**shortfall, deploy_to_blame=dropped))
    if row.is_short(counts.after) and (dropped or not forgetful_before):
        reasons.append(ForgetsAfter(**row.shortfall(counts.after, TREATED)))
    elif dropped:
        reasons.append(
            AccuracyDropped(
                disruptions=row.disruptions,
                before=counts.before.share or 0.0,
                after=counts.after.share or 0.0,
                allowed=policy.max_drop,
            )
        )
    return reasons


def background_shortfalls(row: Row) -> list[Reason]:
    """Return why the background sessions do not meet the policy."""
    meanwhile, allowed, away = (
        row.counts.meanwhile,
        row.policy.max_unavailable,
        row.counts.availability.seconds,
    )
    reasons: list[Reason] = []
    if row.is_short(meanwhile):
        reasons.append(ForgetsMeanwhile(**row.shortfall(meanwhile)))
    if allowed is not None and away > allowed:
        reasons.append(Unavailable(disruptions=row.disruptions, seconds=away, allowed=allowed))
    return reasons


def unproven_accuracy(row: Row) -> TooFewProbes | None:
    """Return why the probes are too few for the confidence that the policy demands; None if enough."""
    counts, policy = row.counts, row.policy
    if policy.confidence is None or not counts.after.scored:
        return None
    kept, held = effective_counts(counts.conversations)
    bound = exact_lower_bound(kept, held, policy.confidence)
    if bound >= policy.accuracy - TOLERANCE:
        return None
    return TooFewProbes(
        disruptions=row.disruptions,
        remembered=counts.after.remembered,
        scored=counts.after.scored,
        confidence=policy.confidence,
        shown=bound,
        needed=policy.accuracy,
        conversations_needed=trials_needed(held - kept, policy.accuracy, policy.confidence),
        counted_as=held,
        lost=held > kept,
    )
