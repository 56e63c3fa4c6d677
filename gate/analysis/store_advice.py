"""Advice about the store: what would lose conversations one day, though it blocks nothing now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.analysis.findings import ShortTtl, StoreAdvice
from gate.analysis.history import History
from gate.analysis.store_findings import Findings, early_expiries, loss_in
from gate.core.statements import Finding, each_once
from gate.core.store_findings import StoreFinding, Topic


def store_advice(history: History, findings: Findings) -> tuple[Finding, ...]:
    """Return one finding for each thing worth knowing, each once."""
    waves = {planned.deployment: tuple(planned.disruptions) for planned in history.conversations.values()}
    found: list[Finding] = []
    for deployment, disruptions in waves.items():
        shown = findings.get(deployment, ())
        # Settings are the same sentence for every disruption; what happened is told for each.
        found += [_advice((), finding) for finding in shown if finding.topic is Topic.SETTING]
        found += [_advice(disruptions, finding) for finding in shown if finding.topic is Topic.EVENT]
        found += _about_facts(history, deployment, disruptions, shown)
    return each_once(found)


def _advice(disruptions: tuple[str, ...], found: StoreFinding) -> StoreAdvice:
    return StoreAdvice(
        disruptions=disruptions, setting=found.setting, owner=found.owner, words=found.sentence
    )


def _about_facts(
    history: History, deployment: str, disruptions: tuple[str, ...], findings: Sequence[StoreFinding]
) -> Iterator[Finding]:
    early = early_expiries(history, deployment)
    if early:
        shortest = min(expiry.ttl for expiry in early)
        yield ShortTtl(disruptions=disruptions, facts=len(early), ttl=shortest, declared=early[0].declared)
    loss = loss_in(findings)
    if loss is not None:
        yield _advice(disruptions, loss)
