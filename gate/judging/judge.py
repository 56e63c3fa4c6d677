"""The report of a run, from its transcript alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gate.core.disruption_traits import UNDECLARED
from gate.core.guarantees import GUARANTEES
from gate.core.specification import Policy
from gate.core.store_findings import Owner
from gate.core.transcript import CONTROL, MEANWHILE, TREATED, ConversationPlanned, Event
from gate.core.verdict import DisruptionResult, Outcome, Power, ProbeResult, Report, Tally, Verdict
from gate.interfaces import Scorer, StoreKind
from gate.judging.accuracy import by_conversation, latency, lost_at, recall_probes, retained, tally
from gate.judging.availability import availability, together
from gate.judging.bot_advice import bot_advice
from gate.judging.collecting import collection_paused
from gate.judging.conclusion import Breaches, Counts, DisruptedDeployment, conclude, conclude_disruption
from gate.judging.evidence_details import details_of
from gate.judging.examination import Examination, examine, named, remarks, standings
from gate.judging.guarantees import CHECKERS, Breach, Checker, Observed
from gate.judging.history import History, Performance
from gate.judging.history_reading import read_history
from gate.judging.leaks import Leak, find_leaks
from gate.judging.power import power_of
from gate.judging.probes import judge_probe
from gate.judging.repeating import repeat_commands, repeat_line
from gate.judging.sentences import plural
from gate.judging.statistics import clustered_interval, effective_counts
from gate.judging.store_advice import store_advice
from gate.judging.store_findings import Findings, diagnose_stores, loss_in
from gate.judging.store_use import store_use
from gate.scorers import SCORERS

NO_STORES: Mapping[str, StoreKind] = {}

LEAK = GUARANTEES["isolation"].anomaly
FABRICATION = GUARANTEES["no-fabrication"].anomaly
ZOMBIE = GUARANTEES["retention"].other_anomaly


@collection_paused()
def judge(
    events: Iterable[Event],
    scorers: Mapping[str, Scorer] = SCORERS,
    checkers: Mapping[str, Checker] = CHECKERS,
    stores: Mapping[str, StoreKind] = NO_STORES,
) -> Report:
    """The report of a run. Raises GateError when the events are no run at all.

    `stores` are the kinds of store by their names in transcripts. A kind that is not among them is not
    asked what it knows of its settings and counters.
    """
    history = read_history(events)
    store_findings = diagnose_stores(history, stores)
    policy = history.policy
    leaks = find_leaks(history)
    # In the order of the plan: who was faster must not change a report.
    results = {
        turn.started.turn: judge_probe(history, turn, scorers)
        for conversation in history.conversations
        for turn in history.turns_of(conversation)
        if turn.started.checks is not None
    }
    observed = Observed(history=history, results=results, leaks=leaks, store_findings=store_findings)
    examination = examine(observed, checkers)
    # What was asked again says how sure an answer is; it counts no second time.
    judged = {
        turn: named(result, examination.at(turn))
        for turn, result in results.items()
        if not history.turns[turn].started.repeats
    }
    probes = tuple(judged.values())
    rows = {history.row_of(one): history.disruptions_of(one) for one in history.conversations.values()}
    disruptions = tuple(
        _judge_disruption(history, name, row, probes, policy, store_findings) for name, row in rows.items()
    )
    breaches = _breaches(leaks, judged, examination)
    verdict, reasons = conclude(history, policy, disruptions, breaches)
    after = _sum(one.after for one in disruptions)
    return Report(
        verdict=verdict,
        reasons=reasons,
        accuracy=after.share,
        accuracy_before=_sum(one.before for one in disruptions).share,
        retention=_sum(one.retained for one in disruptions).share,
        interval=clustered_interval(by_conversation(recall_probes(probes, TREATED))),
        leaks=breaches.leaks,
        fabrications=breaches.fabrications,
        disruptions=disruptions,
        probes=probes,
        latency=latency(history, frozenset(history.performances)),
        seed=history.run.seed,
        bot=history.run.bot,
        images=_images(history.performances.values()),
        version=history.run.version,
        repeat=repeat_line(history.run),
        commands=repeat_commands(history.run),
        threshold=policy.accuracy,
        confidence=policy.confidence,
        interrupted=history.end is None or history.end.interrupted,
        seconds=history.seconds,
        time=history.time,
        isolation_probes=sum(one.guarantee == "isolation" for one in probes),
        fabrication_probes=sum(one.guarantee == "no-fabrication" for one in probes),
        power=_power(disruptions, probes, policy),
        guarantees=standings(examination, judged),
        zombies=breaches.zombies,
        policy=policy,
        findings=(
            *_left_out(history),
            *bot_advice(history),
            *_findings(history.performances),
            *remarks(examination, judged),
            *store_advice(history, store_findings),
            *_left_behind(history),
        ),
    )


def _judge_disruption(
    history: History,
    name: str,
    disruptions: Sequence[str],
    all_probes: Sequence[ProbeResult],
    policy: Policy,
    store_findings: Findings,
) -> DisruptionResult:
    planned = [one for one in history.conversations.values() if history.row_of(one) == name]
    deployments = _disrupted(history, planned)
    probes = [one for one in all_probes if one.disruption == name]
    control, treated = recall_probes(probes, CONTROL), recall_probes(probes, TREATED)
    asked = Counter(one.arm for one in probes)
    counts = Counts(
        before=_tally_arm(control, asked[CONTROL], planned, CONTROL),
        after=_tally_arm(treated, asked[TREATED], planned, TREATED),
        retained=retained(control, treated),
        conversations=by_conversation(treated),
        meanwhile=tally(recall_probes(probes, MEANWHILE), 0),
        availability=together(
            availability(history, name, one.disturbances) for name, one in deployments.items()
        ),
    )
    verdict, reasons = conclude_disruption(disruptions, tuple(deployments.values()), probes, counts, policy)
    if verdict is Verdict.FAILED:
        # What the store lost is not to be looked for in the bot.
        losses = (loss_in(store_findings.get(deployment, ())) for deployment in deployments)
        others = (loss.sentence for loss in losses if loss is not None and loss.owner is not Owner.BOT)
        reasons = tuple(dict.fromkeys((*reasons, *others)))
    ended = [one.ended for each in deployments.values() for one in each.disturbances]
    return DisruptionResult(
        name=name,
        disruptions=disruptions,
        verdict=verdict,
        reasons=reasons,
        before=counts.before,
        after=counts.after,
        retained=counts.retained,
        lost_at=lost_at(treated),
        evidence="; ".join(one.sentence for one in ended),
        details={name: text for one in ended for name, text in details_of(one.observed).items()},
        # Several deployments of one kind stand side by side.
        seconds=max(sum(one.ended.seconds for one in each.disturbances) for each in deployments.values()),
        latency=latency(history, frozenset(deployments)),
        meanwhile=counts.meanwhile,
        availability=counts.availability,
        store=store_use(history, tuple(deployments), store_findings),
        asked_afterwards=_asked_afterwards(deployments.values()),
    )


def _asked_afterwards(deployments: Iterable[DisruptedDeployment]) -> str:
    """Who answered the questions after the last disruption; merged deployments were disrupted alike."""
    last = (one.disturbances[-1].traits for one in deployments if one.disturbances)
    return next(last, UNDECLARED).asked_afterwards


def _disrupted(history: History, planned: Sequence[ConversationPlanned]) -> dict[str, DisruptedDeployment]:
    """Where these conversations took place, by deployment: several when the runs of shards are merged."""
    longest: dict[str, Sequence[str]] = {}
    for conversation in planned:
        # The shorter scripts play along with the longest one.
        scripts = longest.get(conversation.deployment, ()), conversation.disruptions
        longest[conversation.deployment] = max(scripts, key=len)
    return {
        deployment: DisruptedDeployment(performance=history.performances[deployment], disruptions=disruptions)
        for deployment, disruptions in longest.items()
    }


def _tally_arm(
    counted: Sequence[ProbeResult], asked: int, planned: Sequence[ConversationPlanned], arm: str
) -> Tally:
    """Probes that were never asked are unscored, unless they are of the kinds that are counted apart."""
    apart = asked - len(counted)
    expected = sum(one.probes for one in planned if one.arm == arm)
    return tally(counted, expected - apart)


def _breaches(leaks: Sequence[Leak], judged: Mapping[str, ProbeResult], examination: Examination) -> Breaches:
    """A reply that breaks a probe of isolation is a leak, even where several sessions own the value."""
    apart = {
        turn: one.anomaly for turn, one in judged.items() if one.outcome is Outcome.LOST and not one.recall
    }
    replies = {leak.turn for leak in leaks if leak.in_reply}
    replies |= {turn for turn, anomaly in apart.items() if anomaly == LEAK}
    return Breaches(
        leaking_replies=len(replies),
        leaking_requests=len({leak.turn for leak in leaks} - replies),
        fabrications=sum(anomaly == FABRICATION for anomaly in apart.values()),
        zombies=sum(anomaly == ZOMBIE for anomaly in apart.values()),
        expiring=[one.sentence for one in examination.breaches if _is_seen_in_store(one, judged)],
        unchecked=examination.unchecked,
    )


def _is_seen_in_store(breach: Breach, judged: Mapping[str, ProbeResult]) -> bool:
    """Whether no reply shows it, but the store does: no probe was asked in that turn."""
    return breach.guarantee == "retention" and breach.turn not in judged


def _power(
    disruptions: Sequence[DisruptionResult], probes: Sequence[ProbeResult], policy: Policy
) -> Power | None:
    """The threshold has to be met after each disruption: the one with the fewest probes tells least."""
    if policy.confidence is None:
        counts = [one.after.scored for one in disruptions]
    else:
        treated = recall_probes(probes, TREATED)
        counts = [
            effective_counts(by_conversation([probe for probe in treated if probe.disruption == one.name]))[1]
            for one in disruptions
        ]
    return power_of(min(filter(None, counts), default=0), policy.accuracy, policy.confidence)


def _left_out(history: History) -> list[str]:
    """What the bot itself says it does not keep."""
    if not history.run.left_out:
        return []
    asked = plural(history.run.left_out, "question")
    return [
        f"{asked} asked for what was told {history.run.window} or more turns earlier, which bot.window says"
        " the bot does not keep: not asked"
    ]


def _left_behind(history: History) -> list[str]:
    """It says nothing about the bot, and somebody has to see to it."""
    return [history.end.left_behind] if history.end is not None and history.end.left_behind else []


def _findings(performances: Mapping[str, Performance]) -> list[str]:
    found = (
        f"{one.ended.disruption}: the bot ended with exit code 137:"
        " it did not stop within its grace and was killed"
        for performance in performances.values()
        for one in performance.disturbances
        if one.ended.observed.stop_enforced
    )
    # A deployment may be restarted twice, and the bot be as deaf both times.
    return list(dict.fromkeys(found))


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
