"""The report of a run, from its transcript alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gate.analysis.accuracy import by_conversation, latency, recall_probes
from gate.analysis.checkers import CHECKERS, Anomaly, Checker, Observed
from gate.analysis.checking import CheckerResults, classify, guarantee_statuses, run_checkers
from gate.analysis.collected_findings import collect_findings
from gate.analysis.disruption_results import judge_disruptions
from gate.analysis.gc_pause import collection_paused
from gate.analysis.history import DeploymentHistory, History
from gate.analysis.history_reading import read_history
from gate.analysis.leaks import Leak, find_leaks
from gate.analysis.power import power_of
from gate.analysis.probes import judge_probe
from gate.analysis.repeat_command import repeat_commands, repeat_line
from gate.analysis.statistics import clustered_interval, effective_counts
from gate.analysis.store_findings import diagnose_stores
from gate.analysis.verdict import AnomalyCounts, conclude
from gate.core.guarantees import GUARANTEES
from gate.core.report import DisruptionResult, Outcome, Power, ProbeResult, Report, Tally
from gate.core.specification import Policy
from gate.core.transcript import TREATED, Event
from gate.ports import Scorer, StoreKind
from gate.scorers import SCORERS

NO_STORES: Mapping[str, StoreKind] = {}

LEAK = GUARANTEES["isolation"].anomaly
FABRICATION = GUARANTEES["no-fabrication"].anomaly
ZOMBIE = GUARANTEES["retention"].other_anomaly


@collection_paused()
def analyse(
    events: Iterable[Event],
    scorers: Mapping[str, Scorer] = SCORERS,
    checkers: Mapping[str, Checker] = CHECKERS,
    stores: Mapping[str, StoreKind] = NO_STORES,
) -> Report:
    """Return the report of a run. Raises GateError when the events are no run at all.

    `stores` are the kinds of store by their names in transcripts. A kind that is not among them is not
    asked what it knows of its settings and counters.
    """
    history = read_history(events)
    store_findings = diagnose_stores(history, stores)
    leaks = find_leaks(history)
    results = _judge_probes(history, scorers)
    observed = Observed(history=history, results=results, leaks=leaks, store_findings=store_findings)
    checker_results = run_checkers(observed, checkers)
    # A repeated question shows how stable an answer is; it does not count twice.
    judged = {
        turn: classify(result, checker_results.at(turn))
        for turn, result in results.items()
        if not history.turns[turn].started.repeats
    }
    return _report(observed, checker_results, judged)


def _judge_probes(history: History, scorers: Mapping[str, Scorer]) -> dict[str, ProbeResult]:
    """Return the results by turn, in the order of the plan: timing must not change a report."""
    return {
        turn.started.turn: judge_probe(history, turn, scorers)
        for conversation in history.conversations
        for turn in history.turns_of(conversation)
        if turn.started.checks is not None
    }


def _report(observed: Observed, checker_results: CheckerResults, judged: Mapping[str, ProbeResult]) -> Report:
    history, probes = observed.history, tuple(judged.values())
    disruptions = judge_disruptions(history, probes, observed.store_findings)
    anomalies = _count_anomalies(observed.leaks, judged, checker_results)
    verdict, reasons = conclude(history, history.policy, disruptions, anomalies)
    return Report(
        verdict=verdict,
        coded_reasons=reasons,
        disruptions=disruptions,
        probes=probes,
        interrupted=history.end is None or history.end.interrupted,
        seconds=history.seconds,
        time=history.time,
        guarantees=guarantee_statuses(checker_results, judged),
        policy=history.policy,
        threshold=history.policy.accuracy,
        confidence=history.policy.confidence,
        power=_power(disruptions, probes, history.policy),
        coded_findings=collect_findings(history, checker_results, judged, observed.store_findings),
        latency=latency(history, frozenset(history.deployment_histories)),
        **_shares(disruptions, probes),
        **_counted_apart(anomalies, probes),
        **_identity(history),
    )


def _shares(disruptions: Sequence[DisruptionResult], probes: Sequence[ProbeResult]) -> dict[str, Any]:
    """Return the shares remembered over all disruptions."""
    return {
        "accuracy": _sum(disruption.after for disruption in disruptions).share,
        "accuracy_before": _sum(disruption.before for disruption in disruptions).share,
        "retention": _sum(disruption.retained for disruption in disruptions).share,
        "interval": clustered_interval(by_conversation(recall_probes(probes, TREATED))),
    }


def _counted_apart(anomalies: AnomalyCounts, probes: Sequence[ProbeResult]) -> dict[str, Any]:
    """Return the figures that are counted apart from the accuracy."""
    return {
        "leaks": anomalies.leaks,
        "fabrications": anomalies.fabrications,
        "zombies": anomalies.zombies,
        "isolation_probes": sum(probe.guarantee == "isolation" for probe in probes),
        "fabrication_probes": sum(probe.guarantee == "no-fabrication" for probe in probes),
    }


def _identity(history: History) -> dict[str, Any]:
    """Return the identity of the run, and the commands that repeat it."""
    return {
        "seed": history.run.seed,
        "bot": history.run.bot,
        "images": _images(history.deployment_histories.values()),
        "version": history.run.version,
        "repeat": repeat_line(history.run),
        "commands": repeat_commands(history.run),
    }


def _count_anomalies(
    leaks: Sequence[Leak], judged: Mapping[str, ProbeResult], checker_results: CheckerResults
) -> AnomalyCounts:
    """Count the anomalies by kind.

    A reply that breaks an isolation probe is a leak, even if several sessions own the value.
    """
    apart = {
        turn: result.anomaly
        for turn, result in judged.items()
        if result.outcome is Outcome.LOST and not result.recall
    }
    replies = {leak.turn for leak in leaks if leak.in_reply}
    replies |= {turn for turn, anomaly in apart.items() if anomaly == LEAK}
    return AnomalyCounts(
        leaking_replies=len(replies),
        leaking_requests=len({leak.turn for leak in leaks} - replies),
        fabrications=sum(anomaly == FABRICATION for anomaly in apart.values()),
        zombies=sum(anomaly == ZOMBIE for anomaly in apart.values()),
        expiring=[
            anomaly.reason for anomaly in checker_results.anomalies if _is_seen_in_store(anomaly, judged)
        ],
        unchecked=checker_results.unchecked,
    )


def _is_seen_in_store(anomaly: Anomaly, judged: Mapping[str, ProbeResult]) -> bool:
    """Whether the store shows it and no reply does: that turn asked no probe."""
    return anomaly.guarantee == "retention" and anomaly.turn not in judged


def _power(
    disruptions: Sequence[DisruptionResult], probes: Sequence[ProbeResult], policy: Policy
) -> Power | None:
    """The threshold has to be met after each disruption: the one with the fewest probes tells least."""
    if policy.confidence is None:
        counts = [disruption.after.scored for disruption in disruptions]
    else:
        treated = recall_probes(probes, TREATED)
        counts = [
            effective_counts(
                by_conversation([probe for probe in treated if probe.disruption == disruption.name])
            )[1]
            for disruption in disruptions
        ]
    return power_of(min(filter(None, counts), default=0), policy.accuracy, policy.confidence)


def _images(deployment_histories: Iterable[DeploymentHistory]) -> dict[str, str]:
    return {
        role: image
        for deployment_history in deployment_histories
        if deployment_history.started is not None
        for role, image in deployment_history.started.images.items()
    }


def _sum(tallies: Iterable[Tally]) -> Tally:
    every = tuple(tallies)
    return Tally(
        remembered=sum(tally.remembered for tally in every),
        scored=sum(tally.scored for tally in every),
        unscored=sum(tally.unscored for tally in every),
    )
