"""The rows of the report: what happened under each disruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gate.analysis.accuracy import by_conversation, latency, lost_at, recall_probes, retained, tally
from gate.analysis.availability import availability, together
from gate.analysis.evidence_details import details_of
from gate.analysis.history import History
from gate.analysis.reasons.anomalies import store_loss
from gate.analysis.store_findings import Findings, loss_in
from gate.analysis.store_use import store_use
from gate.analysis.threshold import Counts, DisruptedDeployment, Row
from gate.analysis.verdict import conclude_disruption
from gate.core.disruption_traits import UNDECLARED
from gate.core.report import DisruptionResult, ProbeResult, Tally, Verdict
from gate.core.statements import Reason, each_once
from gate.core.store_findings import Owner
from gate.core.transcript import CONTROL, MEANWHILE, TREATED, ConversationPlanned


def judge_disruptions(
    history: History, probes: Sequence[ProbeResult], store_findings: Findings
) -> tuple[DisruptionResult, ...]:
    """Return one result for each row, in the order of the plan."""
    planned: dict[str, list[ConversationPlanned]] = {}
    for conversation in history.conversations.values():
        planned.setdefault(history.row_of(conversation), []).append(conversation)
    asked: dict[str, list[ProbeResult]] = {}
    for probe in probes:
        asked.setdefault(probe.disruption, []).append(probe)
    return tuple(
        _judge_disruption(history, conversations, asked.get(name, []), store_findings)
        for name, conversations in planned.items()
    )


def _judge_disruption(
    history: History,
    planned: Sequence[ConversationPlanned],
    probes: Sequence[ProbeResult],
    store_findings: Findings,
) -> DisruptionResult:
    deployments = _disrupted(history, planned)
    row = Row(
        disruptions=tuple(history.disruptions_of(planned[0])),
        deployments=tuple(deployments.values()),
        probes=probes,
        counts=_counts(history, planned, probes, deployments),
        policy=history.policy,
    )
    verdict, reasons = conclude_disruption(row)
    if verdict is Verdict.FAILED:
        reasons = each_once((*reasons, *_losses_of_others(deployments, store_findings)))
    return _result(history, row, history.row_of(planned[0]), verdict, reasons, store_findings)


def _counts(
    history: History,
    planned: Sequence[ConversationPlanned],
    probes: Sequence[ProbeResult],
    deployments: Mapping[str, DisruptedDeployment],
) -> Counts:
    control, treated = recall_probes(probes, CONTROL), recall_probes(probes, TREATED)
    asked = Counter(probe.arm for probe in probes)
    return Counts(
        before=_tally_arm(control, asked[CONTROL], planned, CONTROL),
        after=_tally_arm(treated, asked[TREATED], planned, TREATED),
        retained=retained(control, treated),
        conversations=by_conversation(treated),
        meanwhile=tally(recall_probes(probes, MEANWHILE), 0),
        availability=together(
            availability(history, name, disrupted.completed_disruptions)
            for name, disrupted in deployments.items()
        ),
    )


def _losses_of_others(deployments: Iterable[str], store_findings: Findings) -> list[Reason]:
    """Return the losses that the store caused, for which the bot is not to blame."""
    losses = (loss_in(store_findings.get(deployment, ())) for deployment in deployments)
    return [store_loss(loss) for loss in losses if loss is not None and loss.owner is not Owner.BOT]


def _result(
    history: History,
    row: Row,
    name: str,
    verdict: Verdict,
    reasons: Sequence[Reason],
    store_findings: Findings,
) -> DisruptionResult:
    counts = row.counts
    deployments = [disrupted.deployment_history.deployment for disrupted in row.deployments]
    ended = [
        completed.ended for disrupted in row.deployments for completed in disrupted.completed_disruptions
    ]
    return DisruptionResult(
        name=name,
        disruptions=row.disruptions,
        verdict=verdict,
        coded_reasons=reasons,
        before=counts.before,
        after=counts.after,
        retained=counts.retained,
        lost_at=lost_at(recall_probes(row.probes, TREATED)),
        evidence="; ".join(event.sentence for event in ended),
        details={name: text for event in ended for name, text in details_of(event.observed).items()},
        # Several deployments of one kind stand side by side.
        seconds=max(
            sum(completed.ended.seconds for completed in disrupted.completed_disruptions)
            for disrupted in row.deployments
        ),
        latency=latency(history, frozenset(deployments)),
        meanwhile=counts.meanwhile,
        availability=counts.availability,
        store=store_use(history, tuple(deployments), store_findings),
        asked_afterwards=_asked_afterwards(row.deployments),
    )


def _asked_afterwards(deployments: Iterable[DisruptedDeployment]) -> str:
    """Return who answered after the last disruption; merged deployments were disrupted alike."""
    last = (
        disrupted.completed_disruptions[-1].traits
        for disrupted in deployments
        if disrupted.completed_disruptions
    )
    return next(last, UNDECLARED).asked_afterwards


def _disrupted(history: History, planned: Sequence[ConversationPlanned]) -> dict[str, DisruptedDeployment]:
    """Return the deployments of these conversations: several when the runs of shards are merged."""
    longest: dict[str, Sequence[str]] = {}
    for conversation in planned:
        # The shorter scripts play along with the longest one.
        scripts = longest.get(conversation.deployment, ()), conversation.disruptions
        longest[conversation.deployment] = max(scripts, key=len)
    return {
        deployment: DisruptedDeployment(
            deployment_history=history.deployment_histories[deployment], disruptions=disruptions
        )
        for deployment, disruptions in longest.items()
    }


def _tally_arm(
    counted: Sequence[ProbeResult], asked: int, planned: Sequence[ConversationPlanned], arm: str
) -> Tally:
    """Probes that were never asked are unscored, unless they are of the kinds that are counted apart."""
    apart = asked - len(counted)
    expected = sum(conversation.probes for conversation in planned if conversation.arm == arm)
    return tally(counted, expected - apart)
