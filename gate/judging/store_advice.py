"""Advice about the store: what would lose conversations one day, though it blocks nothing now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.core.store_findings import StoreFinding, Topic
from gate.judging.history import History
from gate.judging.sentences import lasting, plural, subject
from gate.judging.store_findings import Findings, early_expiries, loss_in


def store_advice(history: History, findings: Findings) -> tuple[str, ...]:
    """Return one sentence for each thing worth knowing, each once."""
    names = {planned.deployment: subject(planned.disruptions) for planned in history.conversations.values()}
    found: dict[str, None] = {}
    for deployment, name in names.items():
        shown = findings.get(deployment, ())
        # Settings are the same sentence for every disruption; what happened is told for each.
        found.update(dict.fromkeys(_sentences(shown, Topic.SETTING)))
        found.update(dict.fromkeys(f"{name}: {sentence}" for sentence in _sentences(shown, Topic.EVENT)))
        lost = _about_facts(history, deployment, shown)
        found.update(dict.fromkeys(f"{name}: {sentence}" for sentence in lost))
    return tuple(found)


def _sentences(findings: Sequence[StoreFinding], topic: Topic) -> Iterator[str]:
    return (finding.sentence for finding in findings if finding.topic is topic)


def _about_facts(history: History, deployment: str, findings: Sequence[StoreFinding]) -> Iterator[str]:
    early = early_expiries(history, deployment)
    if early:
        shortest = min(expiry.ttl for expiry in early)
        yield (
            f"{plural(len(early), 'told fact')} in keys whose TTL is at most {lasting(shortest)};"
            f" store: {{ttl: …}} declares {lasting(early[0].declared)}"
        )
    loss = loss_in(findings)
    if loss is not None:
        yield loss.sentence
