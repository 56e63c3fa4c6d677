"""From counts to verdicts: what failed, what could not be seen, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gate.analysis.history import DeploymentHistory, History
from gate.analysis.reasons.disruptions import (
    NothingScored,
    NotJudged,
    NotReached,
    NotRecovered,
    NotTried,
    SomeUnscored,
    cause_of,
)
from gate.analysis.reasons.run import (
    Expiring,
    Fabrications,
    Interrupted,
    Leaks,
    NothingCameUp,
    NothingPlanned,
    NothingRecalled,
    PartMissing,
    Remembers,
    TranscriptCut,
    Zombies,
)
from gate.analysis.threshold import Row, background_shortfalls, memory_shortfalls, unproven_accuracy
from gate.core.disruption_names import UNDISTURBED
from gate.core.report import DisruptionResult, Outcome, ProbeResult, Verdict
from gate.core.specification import Policy
from gate.core.statements import Reason, each_once
from gate.core.transcript import CONTROL, TREATED

Conclusion = tuple[Verdict, tuple[Reason, ...]]
"""A verdict and its reasons."""


@dataclass(frozen=True, kw_only=True)
class AnomalyCounts:
    """Turns with anomalies that block at any accuracy."""

    leaking_replies: int
    leaking_requests: int
    """Requests that held values of another session, where the reply did not show them."""
    fabrications: int
    zombies: int
    """Replies that held facts that the bot was to forget."""
    expiring: Sequence[Reason] = ()
    """Reasons from the store for each fact that expires early."""
    unchecked: Sequence[Reason] = ()
    """Reasons for the guarantees that could not be checked."""

    @property
    def leaks(self) -> int:
        """Turns with a leak."""
        return self.leaking_replies + self.leaking_requests


def conclude_disruption(row: Row) -> Conclusion:
    """Return the verdict on what happened under the disruptions of a row, leaks and fabrications aside.

    What one deployment shows to fail has failed, though others could not be judged.
    """
    faults = [
        fault
        for disrupted in row.deployments
        if (fault := _fault(row.disruptions, disrupted.deployment_history))
    ]
    if len(faults) == len(row.deployments):
        return Verdict.INCONCLUSIVE, (faults[0],)
    broken = _what_was_seen_to_fail(row)
    if broken:
        return Verdict.FAILED, broken
    unseen = (
        next(iter(faults), None)
        or next((deployment.not_applied for deployment in row.deployments if deployment.not_applied), None)
        or _what_could_not_be_seen(row)
        or unproven_accuracy(row)
    )
    return (Verdict.INCONCLUSIVE, (unseen,)) if unseen else (Verdict.PASSED, ())


def conclude(
    history: History, policy: Policy, disruptions: Sequence[DisruptionResult], anomalies: AnomalyCounts
) -> Conclusion:
    """Return the verdict on the run: its worst disruption's, unless a leak or a fabrication is worse."""
    blocking = [*_intolerable(policy, anomalies), *_reasons_of(disruptions, Verdict.FAILED)]
    if blocking and history.end is not None:
        return Verdict.FAILED, tuple(blocking)
    unseen = _unseen(history, disruptions, blocking)
    scored = [disruption for disruption in disruptions if disruption.after.scored]
    if not unseen and not scored:
        unseen.append(NothingRecalled())
    unseen += anomalies.unchecked
    if unseen:
        return Verdict.INCONCLUSIVE, each_once(unseen)
    return Verdict.PASSED, (
        Remembers(
            rows=tuple(tuple(disruption.disruptions) for disruption in scored),
            remembered=sum(disruption.after.remembered for disruption in scored),
            scored=sum(disruption.after.scored for disruption in scored),
        ),
    )


def _intolerable(policy: Policy, anomalies: AnomalyCounts) -> list[Reason]:
    """Return the reasons that block whatever the accuracy."""
    blocking: list[Reason] = []
    if anomalies.leaks > policy.leaks:
        counted = (("reply", anomalies.leaking_replies), ("request", anomalies.leaking_requests))
        blocking += [Leaks(place=place, turns=turns) for place, turns in counted if turns]
    if anomalies.fabrications > policy.fabrications:
        blocking.append(Fabrications(replies=anomalies.fabrications))
    if anomalies.zombies:
        blocking.append(Zombies(replies=anomalies.zombies))
    if anomalies.expiring:
        blocking.append(Expiring(facts=len(anomalies.expiring), first=anomalies.expiring[0]))
    return blocking


def _reasons_of(disruptions: Sequence[DisruptionResult], verdict: Verdict) -> list[Reason]:
    return [
        reason
        for disruption in disruptions
        if disruption.verdict is verdict
        for reason in disruption.coded_reasons
    ]


def _unseen(
    history: History, disruptions: Sequence[DisruptionResult], blocking: Sequence[Reason]
) -> list[Reason]:
    """Return why parts of the run could not be seen."""
    unseen: list[Reason] = []
    if history.end is None:
        # What was cut off may have shown that the bot is not to blame: that its store had died.
        unseen += [TranscriptCut(lines=history.lines), *blocking]
    elif history.end.interrupted:
        unseen.append(Interrupted())
    unseen += [PartMissing(what=clause) for clause in history.run.missing]
    same = _nothing_came_up(history)
    unseen += [same] if same else _reasons_of(disruptions, Verdict.INCONCLUSIVE)
    if not disruptions:
        unseen.append(NothingPlanned())
    return unseen


def _nothing_came_up(history: History) -> NothingCameUp | None:
    """Return why no deployment came up, when it is the same for several; else None."""
    failed = [deployment_history.failed for deployment_history in history.deployment_histories.values()]
    known = [event for event in failed if event is not None]
    if len(failed) < 2 or len(known) < len(failed) or len({cause_of(event) for event in known}) > 1:
        return None
    return NothingCameUp(cause=known[0].cause, why=cause_of(known[0]))


def _fault(disruptions: tuple[str, ...], deployment_history: DeploymentHistory) -> Reason | None:
    failed = deployment_history.failed
    if failed is not None:
        return NotTried(disruptions=disruptions, cause=failed.cause, why=cause_of(failed))
    if deployment_history.faults:
        fault = deployment_history.faults[0]
        return NotJudged(disruptions=disruptions, cause=fault.cause, why=fault.sentence)
    if deployment_history.started is None:
        return NotReached(disruptions=disruptions)
    return None


def _what_was_seen_to_fail(row: Row) -> tuple[Reason, ...]:
    ended = [completed.ended for each in row.deployments for completed in each.completed_disruptions]
    gone = [event for event in ended if not event.recovered]
    if gone:
        return tuple(NotRecovered(disruption=event.disruption, why=event.sentence) for event in gone)
    return (*memory_shortfalls(row), *background_shortfalls(row))


def _what_could_not_be_seen(row: Row) -> Reason | None:
    counts = row.counts
    unscored = [probe for probe in row.probes if probe.outcome is Outcome.UNSCORED]
    apart = sum(not probe.recall for probe in unscored)
    # A scenario without a disruption may ask only whether sessions stay apart; after a disruption
    # that alone would let a bot pass which remembers nothing.
    if counts.planned or row.disruptions != (UNDISTURBED,) or not row.probes:
        for arm, tally in ((CONTROL, counts.before), (TREATED, counts.after)):
            if not tally.scored:
                because = _commonest(unscored, arm)
                return NothingScored(disruptions=row.disruptions, arm=arm, because=because)
    missing = counts.before.unscored + counts.after.unscored + apart
    if missing:
        because = _commonest(unscored, CONTROL, TREATED)
        return SomeUnscored(disruptions=row.disruptions, questions=missing, because=because)
    return None


def _commonest(unscored: Sequence[ProbeResult], *arms: str) -> Reason | None:
    """Return the commonest reason in these arms."""
    told = {
        probe.reason: probe.coded_reason for probe in reversed(unscored) if probe.reason and probe.arm in arms
    }
    counted = Counter(probe.reason for probe in unscored if probe.reason and probe.arm in arms)
    return told[counted.most_common(1)[0][0]] if counted else None
