"""The verdict: passed, failed or inconclusive, with its reasons as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.core.specification import Policy
from gate.core.transcript import CONTROL, TREATED, Event
from gate.core.verdict import DisruptionResult, Outcome, ProbeResult, Report, Tally, Verdict
from gate.interfaces import Scorer
from gate.judging.accuracy import latency, lost_at, recall_probes, retained, tally
from gate.judging.history import History, Performance, read_history
from gate.judging.leaks import find_leaks
from gate.judging.probes import judge_probe
from gate.judging.statistics import wilson_interval
from gate.scorers import SCORERS

TOLERANCE = 1e-9
"""So that 19 of 20 meets a threshold of 0.95 whatever binary fractions make of it."""


def judge(events: Iterable[Event], scorers: Mapping[str, Scorer] = SCORERS) -> Report:
    """The report of a run. Raises GateError when the events are no run at all."""
    history = read_history(events)
    policy = Policy(**history.run.policy)
    probes = tuple(
        judge_probe(history, turn, scorers)
        for turn in history.turns.values()
        if turn.started.checks is not None
    )
    names = dict.fromkeys(one.disruption for one in history.conversations.values())
    disruptions = tuple(_judge_disruption(history, name, probes, policy) for name in names)
    leaks = find_leaks(history)
    fabrications = [
        one for one in probes if one.guarantee == "no-fabrication" and one.outcome is Outcome.LOST
    ]
    whole = _Counts(
        before=_sum(one.before for one in disruptions),
        after=_sum(one.after for one in disruptions),
        retained=_sum(one.retained for one in disruptions),
    )
    verdict, reasons = _conclude(history, policy, disruptions, len(leaks), len(fabrications))
    return Report(
        verdict=verdict,
        reasons=reasons,
        accuracy=whole.after.share,
        accuracy_before=whole.before.share,
        retention=whole.retained.share,
        interval=wilson_interval(whole.after.remembered, whole.after.scored),
        leaks=len(leaks),
        fabrications=len(fabrications),
        disruptions=disruptions,
        probes=probes,
        latency=latency(history, frozenset(history.performances)),
        seed=history.run.seed,
        bot=history.run.bot,
        images=_images(history.performances.values()),
        version=history.run.version,
        repeat=history.run.repeat,
        threshold=policy.accuracy,
        interrupted=history.end is None or history.end.interrupted,
        seconds=history.seconds,
        isolation_probes=sum(one.guarantee == "isolation" for one in probes),
        fabrication_probes=sum(one.guarantee == "no-fabrication" for one in probes),
        findings=tuple(_findings(history.performances)),
    )


@dataclass(frozen=True, kw_only=True)
class _Counts:
    before: Tally
    after: Tally
    retained: Tally


def _judge_disruption(
    history: History, name: str, all_probes: Sequence[ProbeResult], policy: Policy
) -> DisruptionResult:
    planned = [one for one in history.conversations.values() if one.disruption == name]
    deployment = planned[0].deployment
    performance = history.performances[deployment]
    probes = [one for one in all_probes if one.disruption == name]
    counts = _Counts(
        before=_tally_arm(probes, planned, CONTROL),
        after=_tally_arm(probes, planned, TREATED),
        retained=retained(probes),
    )
    verdict, reasons = _conclude_disruption(name, performance, probes, counts, policy)
    ended = performance.disruptions[: len(name.split("+"))]
    return DisruptionResult(
        name=name,
        verdict=verdict,
        reasons=reasons,
        before=counts.before,
        after=counts.after,
        retained=counts.retained,
        lost_at=lost_at(probes),
        evidence="; ".join(one.sentence for one in ended),
        details={key: value for one in ended for key, value in one.details.items()},
        seconds=sum(one.seconds for one in ended),
        latency=latency(history, frozenset({deployment})),
    )


def _tally_arm(probes: Sequence[ProbeResult], planned: Sequence[object], arm: str) -> Tally:
    """Probes that were never asked are unscored, unless they are of the kinds that are counted apart."""
    asked = recall_probes(probes, arm)
    apart = sum(one.arm == arm for one in probes) - len(asked)
    expected = sum(one.probes for one in planned if one.arm == arm)  # type: ignore[attr-defined]
    return tally(asked, expected - apart)


def _conclude_disruption(
    name: str,
    performance: Performance,
    probes: Sequence[ProbeResult],
    counts: _Counts,
    policy: Policy,
) -> tuple[Verdict, tuple[str, ...]]:
    unseen = _what_could_not_be_seen(name, performance)
    if unseen:
        return Verdict.INCONCLUSIVE, unseen
    broken = _what_was_seen_to_fail(name, performance, counts, policy)
    if broken:
        return Verdict.FAILED, broken
    if not counts.after.scored or not counts.before.scored:
        return Verdict.INCONCLUSIVE, (_nothing_scored(name, probes),)
    missing = counts.before.unscored + counts.after.unscored
    if missing:
        reasons = [one.reason for one in probes if one.outcome is Outcome.UNSCORED and one.reason]
        why = f": {reasons[0]}" if reasons else ""
        return Verdict.INCONCLUSIVE, (f"under {name}, {_plural(missing, 'probe')} could not be scored{why}",)
    return Verdict.PASSED, ()


def _what_could_not_be_seen(name: str, performance: Performance) -> tuple[str, ...]:
    if performance.failed is not None:
        subject = {"bot": "the bot", "store": "the store"}.get(performance.failed.cause, "the engine")
        return (f"{name} was not tried, because {subject} did not start: {performance.failed.sentence}",)
    if performance.faults:
        return tuple(f"{name} cannot be judged: {one.sentence}" for one in performance.faults)
    return tuple(
        f"{one.disruption} cannot be shown to have happened: {one.sentence}"
        for one in performance.disruptions
        if not one.took_effect
    )


def _what_was_seen_to_fail(
    name: str, performance: Performance, counts: _Counts, policy: Policy
) -> tuple[str, ...]:
    gone = [one for one in performance.disruptions if not one.recovered]
    if gone:
        return tuple(f"the bot did not come back after {one.disruption}: {one.sentence}" for one in gone)
    before, after = counts.before.share, counts.after.share
    if before is not None and before < policy.accuracy - TOLERANCE:
        return (
            f"even undisturbed, the bot remembers only {_of(counts.before)}"
            f" ({percent(policy.accuracy)} needed); the deploy is not to blame",
        )
    if after is not None and after < policy.accuracy - TOLERANCE:
        return (f"after {name}, the bot remembers {_of(counts.after)}; {percent(policy.accuracy)} needed",)
    if before is not None and after is not None and before - after > policy.max_drop + TOLERANCE:
        return (
            f"after {name}, the accuracy drops from {percent(before)} to {percent(after)};"
            f" at most {percent(policy.max_drop)} is allowed",
        )
    return ()


def _nothing_scored(name: str, probes: Sequence[ProbeResult]) -> str:
    reasons = [one.reason for one in probes if one.reason]
    why = f": {reasons[0]}" if reasons else ""
    return f"under {name}, no probe could be scored{why}"


def _conclude(
    history: History,
    policy: Policy,
    disruptions: Sequence[DisruptionResult],
    leaks: int,
    fabrications: int,
) -> tuple[Verdict, tuple[str, ...]]:
    blocking = []
    if leaks > policy.leaks:
        blocking.append(f"{_plural(leaks, 'reply', 'replies')} held what only another session was told")
    if fabrications > policy.fabrications:
        blocking.append(f"{_plural(fabrications, 'reply', 'replies')} made up what was never told")
    blocking += [reason for one in disruptions if one.verdict is Verdict.FAILED for reason in one.reasons]
    if blocking:
        return Verdict.FAILED, tuple(blocking)
    unseen = [reason for one in disruptions if one.verdict is Verdict.INCONCLUSIVE for reason in one.reasons]
    if history.end is None:
        unseen.insert(0, "the transcript ends before the run does")
    elif history.end.interrupted:
        unseen.insert(0, "the run was interrupted")
    if not disruptions:
        unseen.append("no conversation was planned, so nothing was asked")
    if unseen:
        return Verdict.INCONCLUSIVE, tuple(dict.fromkeys(unseen))
    share = _sum(one.after for one in disruptions)
    return Verdict.PASSED, (f"the bot remembers {_of(share)} after {_enumerate(disruptions)}",)


def _findings(performances: Mapping[str, Performance]) -> list[str]:
    return [
        f"{one.disruption}: the bot ended with exit code 137: it did not stop within its grace and was killed"
        for performance in performances.values()
        for one in performance.disruptions
        if one.details.get("exit code") == "137" and one.disruption in ("restart", "recreate")
    ]


def _images(performances: Iterable[Performance]) -> dict[str, str]:
    return {
        role: image
        for one in performances
        if one.started is not None
        for role, image in one.started.images.items()
    }


def _sum(tallies: Iterable[Tally]) -> Tally:
    every = tuple(tallies)
    return Tally(
        remembered=sum(one.remembered for one in every),
        scored=sum(one.scored for one in every),
        unscored=sum(one.unscored for one in every),
    )


def _enumerate(disruptions: Sequence[DisruptionResult]) -> str:
    names = ["no disruption" if one.name == "none" else one.name for one in disruptions]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _of(counts: Tally) -> str:
    return f"{counts.remembered} of {_plural(counts.scored, 'fact')} ({percent(counts.share or 0.0)})"


def _plural(count: int, singular: str, plural: str = "") -> str:
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def percent(share: float) -> str:
    """A share as people write it; never rounded up to 100 % when something is missing."""
    figure = int(share * 1000 + 1e-6) / 10
    return f"{figure:.0f} %" if figure == int(figure) else f"{figure:.1f} %"
