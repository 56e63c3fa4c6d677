"""From counts to verdicts: what failed, what could not be seen, and why, one sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.core.disruption_names import UNDISTURBED
from gate.core.specification import Policy
from gate.core.transcript import CONTROL, TREATED, DeploymentFailed
from gate.core.verdict import Availability, DisruptionResult, Outcome, ProbeResult, Tally, Verdict
from gate.judging.history import Disturbance, History, Performance
from gate.judging.sentences import after, after_all, percent, plural, remembered, subject
from gate.judging.statistics import Cluster, effective_counts, exact_lower_bound, trials_needed

TOLERANCE = 1e-9
"""So that 19 of 20 meets a threshold of 0.95 whatever binary fractions make of it."""

Conclusion = tuple[Verdict, tuple[str, ...]]
"""A verdict and its reasons."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Recall probes of one disruption: those of the control arm, of the treated arm, and the pairs."""

    before: Tally
    after: Tally
    retained: Tally
    meanwhile: Tally = field(default_factory=Tally)
    """Those of the sessions that went on talking during the disruption."""
    availability: Availability = field(default_factory=Availability)
    conversations: Sequence[Cluster] = ()
    """Of each treated conversation, how many probes were remembered, and how many were scored."""

    @property
    def planned(self) -> int:
        """How many recall probes there should be in both arms."""
        return self.before.scored + self.before.unscored + self.after.scored + self.after.unscored

    @property
    def dropped_by(self) -> float:
        """By how much the share fell, 0 where either arm has none."""
        if self.before.share is None or self.after.share is None:
            return 0.0
        return self.before.share - self.after.share


@dataclass(frozen=True, kw_only=True)
class Breaches:
    """What is never a matter of degree, counted in turns."""

    leaking_replies: int
    leaking_requests: int
    """The model read what another session was told, and the reply did not show it."""
    fabrications: int
    zombies: int
    """Replies that held what was to be forgotten."""
    expiring: Sequence[str] = ()
    """What the store shows of facts that run out before their time, one clause for each."""
    unchecked: Sequence[str] = ()
    """Why guarantees could not be checked, one clause each."""

    @property
    def leaks(self) -> int:
        """Turns with a leak."""
        return self.leaking_replies + self.leaking_requests


@dataclass(frozen=True, kw_only=True)
class DisruptedDeployment:
    """One deployment, and what was to be carried out in it.

    `disruptions` has each of them: restart twice where the row is named "restart".
    """

    performance: Performance
    disruptions: Sequence[str]

    @property
    def disturbances(self) -> Sequence[Disturbance]:
        """The disruptions that were carried out, in order."""
        return self.performance.disturbances[: len(self.disruptions)]

    @property
    def undone(self) -> str:
        """Why they cannot be shown to have happened; "" when they can."""
        return self.performance.undone(self.disruptions)


def conclude_disruption(
    disruptions: Sequence[str],
    deployments: Sequence[DisruptedDeployment],
    probes: Sequence[ProbeResult],
    counts: Counts,
    policy: Policy,
) -> Conclusion:
    """The verdict on what happened under these disruptions, leaks and fabrications aside.

    There are several `deployments` where the runs of several shards are merged. What one of them shows to
    fail has failed, though others could not be judged.
    """
    faults = list(filter(None, (_fault(disruptions, one.performance) for one in deployments)))
    if len(faults) == len(deployments):
        return Verdict.INCONCLUSIVE, (faults[0],)
    broken = _what_was_seen_to_fail(disruptions, deployments, probes, counts, policy)
    if broken:
        return Verdict.FAILED, broken
    unseen = (
        next(iter(faults), "")
        or next((one.undone for one in deployments if one.undone), "")
        or _what_could_not_be_seen(disruptions, probes, counts)
        or _what_was_not_shown(disruptions, counts, policy)
    )
    return (Verdict.INCONCLUSIVE, (unseen,)) if unseen else (Verdict.PASSED, ())


def conclude(
    history: History, policy: Policy, disruptions: Sequence[DisruptionResult], breaches: Breaches
) -> Conclusion:
    """The verdict on the run: the worst of its disruptions, unless a leak or a fabrication is worse."""
    blocking = []
    if breaches.leaks > policy.leaks:
        blocking += _leaks(breaches)
    if breaches.fabrications > policy.fabrications:
        blocking.append(f"{plural(breaches.fabrications, 'reply', 'replies')} made up what was never told")
    if breaches.zombies:
        blocking.append(f"{plural(breaches.zombies, 'reply', 'replies')} held what was to be forgotten")
    if breaches.expiring:
        several = f" ({plural(len(breaches.expiring), 'fact')})" if len(breaches.expiring) > 1 else ""
        blocking.append(f"{breaches.expiring[0]}{several}")
    blocking += [reason for one in disruptions if one.verdict is Verdict.FAILED for reason in one.reasons]
    if blocking and history.end is not None:
        return Verdict.FAILED, tuple(blocking)
    unseen = []
    if history.end is None:
        # What was cut off may have shown that the bot is not to blame: that its store had died.
        unseen += [f"the transcript ends with line {history.lines}, before the run does", *blocking]
    elif history.end.interrupted:
        unseen.append("the run was interrupted")
    unseen += history.run.missing
    same = _nothing_came_up(history)
    unseen += (
        [same]
        if same
        else [reason for one in disruptions if one.verdict is Verdict.INCONCLUSIVE for reason in one.reasons]
    )
    if not disruptions:
        unseen.append("no conversation was planned, so nothing was asked")
    scored = [one for one in disruptions if one.after.scored]
    if not unseen and not scored:
        unseen.append("no question asked for what was told, so nothing is known about the memory")
    unseen += breaches.unchecked
    if unseen:
        return Verdict.INCONCLUSIVE, tuple(dict.fromkeys(unseen))
    counts = Tally(
        remembered=sum(one.after.remembered for one in scored), scored=sum(one.after.scored for one in scored)
    )
    moments = after_all([one.disruptions for one in scored])
    return Verdict.PASSED, (f"the bot remembers {remembered(counts)} {moments}",)


def _nothing_came_up(history: History) -> str:
    """Why none of several deployments came up, when it is the same for all; else ""."""
    performances = history.performances.values()
    causes = {_cause(one.failed) if one.failed is not None else "" for one in performances}
    only = causes.pop() if len(causes) == 1 else ""
    return f"nothing was tried, because {only}" if only and len(performances) > 1 else ""


def _cause(failed: DeploymentFailed) -> str:
    """Why a deployment did not come up, as a clause."""
    causes = {
        "bot": "the bot did not start",
        "store": "the store did not start",
        "engine": "the engine failed",
    }
    return f"{causes.get(failed.cause, 'the gate failed')}: {failed.sentence}"


def _fault(disruptions: Sequence[str], performance: Performance) -> str:
    if performance.failed is not None:
        return f"{subject(disruptions)} was not tried, because {_cause(performance.failed)}"
    if performance.faults:
        return f"{subject(disruptions)} cannot be judged: {performance.faults[0].sentence}"
    if performance.started is None:
        return f"{subject(disruptions)} was not tried, because the run ended before"
    return ""


def _what_was_seen_to_fail(
    disruptions: Sequence[str],
    deployments: Sequence[DisruptedDeployment],
    probes: Sequence[ProbeResult],
    counts: Counts,
    policy: Policy,
) -> tuple[str, ...]:
    own = [one.ended for each in deployments for one in each.disturbances]
    gone = [one for one in own if not one.recovered]
    if gone:
        return tuple(f"the bot did not come back after {one.disruption}: {one.sentence}" for one in gone)
    forgetful_before = _is_short_of(policy, counts.before)
    dropped = counts.dropped_by > policy.max_drop + TOLERANCE
    reasons = []
    if forgetful_before:
        reasons.append(
            f"even undisturbed, the bot remembers only {remembered(counts.before)}"
            f"{_unanswered(probes, CONTROL)}; {percent(policy.accuracy)} needed"
            + ("" if dropped else ", and the deploy is not to blame")
        )
    if _is_short_of(policy, counts.after) and (dropped or not forgetful_before):
        reasons.append(
            f"{after(disruptions)}, the bot remembers {remembered(counts.after)}"
            f"{_unanswered(probes, TREATED)}; {percent(policy.accuracy)} needed"
        )
    elif dropped:
        reasons.append(
            f"{after(disruptions)}, the accuracy drops from {percent(counts.before.share or 0.0)}"
            f" to {percent(counts.after.share or 0.0)}; at most {percent(policy.max_drop)} is allowed"
        )
    if _is_short_of(policy, counts.meanwhile):
        reasons.append(
            f"of what it was told around {subject(disruptions)} by those who went on talking,"
            f" the bot remembers {remembered(counts.meanwhile)}; {percent(policy.accuracy)} needed"
        )
    away = counts.availability.seconds
    if policy.max_unavailable is not None and away > policy.max_unavailable:
        reasons.append(
            f"during {subject(disruptions)}, the bot was unavailable for {away:.1f} s;"
            f" at most {policy.max_unavailable:g} s are allowed"
        )
    return tuple(reasons)


def _unanswered(probes: Sequence[ProbeResult], arm: str) -> str:
    """How many questions the bot had no answer for but an error, as the end of a clause."""
    errors = sum(one.outcome is Outcome.ERROR and one.arm == arm for one in probes)
    return f" and leaves {plural(errors, 'question')} without an answer" if errors else ""


def _is_short_of(policy: Policy, tally: Tally) -> bool:
    return tally.share is not None and tally.share < policy.accuracy - TOLERANCE


def _what_could_not_be_seen(disruptions: Sequence[str], probes: Sequence[ProbeResult], counts: Counts) -> str:
    unscored = [one for one in probes if one.outcome is Outcome.UNSCORED]
    apart = sum(not one.recall for one in unscored)
    # A scenario without a disruption may ask only whether sessions stay apart; after a disruption
    # that alone would let a bot pass which remembers nothing.
    if counts.planned or list(disruptions) != [UNDISTURBED] or not probes:
        if not counts.before.scored:
            return f"undisturbed, no question could be judged{_why(unscored, CONTROL)}"
        if not counts.after.scored:
            return f"{after(disruptions)}, no question could be judged{_why(unscored, TREATED)}"
    missing = counts.before.unscored + counts.after.unscored + apart
    if missing:
        what = plural(missing, "question")
        return f"under {subject(disruptions)}, {what} could not be judged{_why(unscored, CONTROL, TREATED)}"
    return ""


def _what_was_not_shown(disruptions: Sequence[str], counts: Counts, policy: Policy) -> str:
    """Why too few probes were asked to be as sure of the accuracy as the policy demands; "" if not."""
    if policy.confidence is None or not counts.after.scored:
        return ""
    kept, held = effective_counts(counts.conversations)
    bound = exact_lower_bound(kept, held, policy.confidence)
    if bound >= policy.accuracy - TOLERANCE:
        return ""
    needed = trials_needed(held - kept, policy.accuracy, policy.confidence)
    takes = "no number shows that" if needed is None else f"{plural(needed, 'conversation')} needed"
    return (
        f"{after(disruptions)}, the bot remembers {remembered(counts.after)}, which with"
        f" {percent(policy.confidence)} confidence is {percent(bound)} or more, and"
        f" {percent(policy.accuracy)} is to be shown; not enough probes to show it:"
        f" {takes}{' with no more lost' if held > kept and needed else ''}, these count as {held}"
    )


def _why(unscored: Sequence[ProbeResult], *arms: str) -> str:
    """The commonest reason in these arms, led by a colon."""
    reasons = Counter(one.reason for one in unscored if one.reason and one.arm in arms)
    return f": {reasons.most_common(1)[0][0]}" if reasons else ""


def _leaks(breaches: Breaches) -> list[str]:
    counted = (
        (breaches.leaking_replies, "reply", "replies"),
        (breaches.leaking_requests, "request to the model", "requests to the model"),
    )
    return [
        f"{plural(count, one, many)} held what another session was told"
        for count, one, many in counted
        if count
    ]
