"""Counts: how much was remembered before and after, and how much of the one survived into the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

from gate.analysis.history import History
from gate.analysis.statistics import Cluster, quantile
from gate.core.report import Latency, Outcome, ProbeResult, Tally
from gate.core.transcript import ACKNOWLEDGED


def recall_probes(probes: Iterable[ProbeResult], arm: str) -> tuple[ProbeResult, ...]:
    """Return the probes of one arm that count towards the accuracy."""
    return tuple(probe for probe in probes if probe.arm == arm and probe.recall)


def tally(probes: Sequence[ProbeResult], planned: int) -> Tally:
    """Count the remembered probes. `planned` is the number that should have been asked."""
    outcomes = [probe.outcome for probe in probes]
    scored = len(outcomes) - outcomes.count(Outcome.UNSCORED)
    return Tally(
        remembered=outcomes.count(Outcome.REMEMBERED),
        scored=scored,
        unscored=max(planned, len(outcomes)) - scored,
    )


def retained(control: Iterable[ProbeResult], treated: Iterable[ProbeResult]) -> Tally:
    """Count the treated recall probes that were remembered, of those whose control was."""
    kept = {place_of(probe): probe.outcome is Outcome.REMEMBERED for probe in control}
    pairs = [
        probe
        for probe in treated
        if probe.outcome is not Outcome.UNSCORED and kept.get(place_of(probe), False)
    ]
    return Tally(remembered=sum(probe.outcome is Outcome.REMEMBERED for probe in pairs), scored=len(pairs))


def place_of(probe: ProbeResult) -> tuple[object, ...]:
    """Return the key of a probe: equal in both arms, and whichever facts were drawn."""
    speaker = probe.session.rsplit("-", 1)[0]
    return probe.file, probe.scenario, probe.line, probe.column, speaker, probe.trial, probe.disruption


def by_conversation(treated: Iterable[ProbeResult]) -> tuple[Cluster, ...]:
    """The treated recall probes, conversation by conversation: how many were remembered, how many scored."""
    clusters: dict[str, Cluster] = {}
    for probe in treated:
        if probe.outcome is not Outcome.UNSCORED:
            part, size = clusters.get(probe.conversation, (0, 0))
            clusters[probe.conversation] = part + (probe.outcome is Outcome.REMEMBERED), size + 1
    return tuple(clusters.values())


def lost_at(treated: Iterable[ProbeResult]) -> dict[str, int]:
    """Return the number of these probes that were lost at each stage."""
    return dict(Counter(stage for probe in treated if (stage := probe.lost_at)))


def latency(history: History, deployments: frozenset[str]) -> Latency:
    """Times of acknowledged turns before and after the first disruption of each deployment."""
    before: list[float] = []
    after: list[float] = []
    for name in deployments:
        deployment_history = history.deployment_histories[name]
        disturbed = (
            deployment_history.completed_disruptions[0].order
            if deployment_history.completed_disruptions
            else inf
        )
        for turn in history.turns_in(name):
            if turn.status == ACKNOWLEDGED:
                (after if turn.order > disturbed else before).append(turn.seconds * 1000)
    return Latency(
        p50_before=quantile(before, 0.50),
        p95_before=quantile(before, 0.95),
        p50_after=quantile(after, 0.50),
        p95_after=quantile(after, 0.95),
    )
