"""report.json: every figure of the verdict, for programs. Its field names are public and must not change."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.core.report import (
    DisruptionResult,
    GuaranteeResult,
    Latency,
    ProbeResult,
    Report,
    StoreUse,
    Tally,
)
from gate.core.statements import Statement, statement_fields
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.figures import lost_facts, power_text
from gate.reporters.report_fields import (
    DisruptionFields,
    GuaranteeFields,
    LatencyFields,
    PowerFields,
    ProbeFields,
    ReportFields,
    StoreFields,
    TallyFields,
)
from gate.reporters.sanitize import encode_json

FILE_NAME = "report.json"


class JsonReporter:
    """Reporter that writes report.json into `directory`."""

    name = "json"
    file = FILE_NAME
    sentence = "every figure of the verdict, for programs"

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME

    def show(self, event: Event) -> None:
        """Ignore the event: the transcript keeps it."""

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, to_json(report).encode())


def to_json(report: Report) -> str:
    """Encode the report as JSON. Equal reports give equal texts."""
    return encode_json(as_fields(report))


def as_fields(report: Report) -> dict[str, object]:
    """Return the fields of report.json. Shares are between 0 and 1; unknown values are null."""
    fields: ReportFields = {
        "verdict": report.verdict,
        "reasons": list(report.reasons),
        "coded_reasons": report.coded_reasons,
        "accuracy": report.accuracy,
        "accuracy_before": report.accuracy_before,
        "retention": report.retention,
        "interval": None if report.interval is None else list(report.interval),
        "threshold": report.threshold,
        "confidence": report.confidence,
        "policy": report.policy,
        "power": _power(report),
        "leaks": report.leaks,
        "fabrications": report.fabrications,
        "lost_facts": lost_facts(report),
        "zombies": report.zombies,
        "isolation_probes": report.isolation_probes,
        "fabrication_probes": report.fabrication_probes,
        "interrupted": report.interrupted,
        "disruptions": [_disruption(result) for result in report.disruptions],
        "latency": _latency(report.latency),
        "guarantees": [_guarantee(result) for result in report.guarantees],
        "baseline": report.baseline or None,
        "baseline_accuracy": report.baseline_accuracy,
        "findings": list(report.findings),
        "coded_findings": report.coded_findings,
        "repeat": report.repeat,
        "commands": [list(words) for words in report.commands],
        "bot": report.bot,
        "images": dict(report.images),
        "seed": report.seed,
        "seconds": report.seconds,
        "time": report.time,
        "version": report.version,
        "probes": [_probe(result) for result in report.probes],
    }
    return {name: _plain(value) for name, value in fields.items()}


def _disruption(result: DisruptionResult) -> DisruptionFields:
    return {
        "name": result.name,
        "disruptions": list(result.disruptions),
        "verdict": result.verdict,
        "reasons": list(result.reasons),
        "coded_reasons": result.coded_reasons,
        "accuracy": result.after.share,
        "accuracy_before": result.before.share,
        "retention": result.retained.share,
        "before": _tally(result.before),
        "after": _tally(result.after),
        "retained": _tally(result.retained),
        "lost_at": dict(result.lost_at),
        "evidence": result.evidence,
        "details": dict(result.details),
        "seconds": result.seconds,
        "meanwhile": _tally(result.meanwhile),
        "availability": {
            "acknowledged": result.availability.acknowledged,
            "refused": result.availability.refused,
            "indeterminate": result.availability.indeterminate,
            "seconds_unavailable": result.availability.seconds,
        },
        "latency": _latency(result.latency),
        "store": _store(result.store),
        "asked_afterwards": result.asked_afterwards,
    }


def _store(use: StoreUse | None) -> StoreFields | None:
    if use is None:
        return None
    return {
        "keys": use.keys,
        "bytes": use.bytes,
        "turns": use.turns,
        "bytes_per_turn": use.bytes_per_turn,
        "commands_per_turn": use.commands_per_turn,
        "expiring_keys": use.expiring_keys,
        "shortest_ttl": use.shortest_ttl,
        "advice": list(use.advice),
    }


def _guarantee(result: GuaranteeResult) -> GuaranteeFields:
    return {
        "name": result.name,
        "standing": result.status,
        "probes": result.probes,
        "breaches": result.anomalous_turns,
        "anomalies": dict(result.anomalies),
        "sentence": result.sentence,
        "coded_reason": result.coded_reason,
    }


def _probe(result: ProbeResult) -> ProbeFields:
    return {
        "scenario": result.scenario,
        "content": result.content,
        "file": result.file,
        "line": result.line,
        "column": result.column,
        "session": result.session,
        "conversation": result.conversation,
        "trial": result.trial,
        "arm": result.arm,
        "disruption": result.disruption,
        "guarantee": result.guarantee,
        "recall": result.recall,
        "question": result.question,
        "expected": result.expected,
        "reply": result.reply,
        "outcome": result.outcome,
        "anomaly": result.anomaly,
        "lost_at": result.lost_at,
        "custody": dict(result.trace.stages),
        "facts": list(result.facts),
        "reason": result.reason,
        "coded_reason": result.coded_reason,
    }


def _power(report: Report) -> PowerFields | None:
    if report.power is None:
        return None
    return {
        "probes": report.power.probes,
        "unit": report.power.unit,
        "blocks_good": report.power.blocks_good,
        "passes_bad": report.power.passes_bad,
        "sentence": power_text(report),
    }


def _tally(tally: Tally) -> TallyFields:
    return {"remembered": tally.remembered, "scored": tally.scored, "unscored": tally.unscored}


def _latency(latency: Latency) -> LatencyFields:
    return {
        "p50_before": latency.p50_before,
        "p95_before": latency.p95_before,
        "p50_after": latency.p50_after,
        "p95_after": latency.p95_after,
    }


def _plain(value: object) -> object:
    """Convert dataclasses to objects and infinite numbers to null, which JSON lacks."""
    if isinstance(value, Statement):
        return _plain(statement_fields(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(dataclasses.asdict(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
