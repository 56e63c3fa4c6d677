"""Fields of report.json. `json_report` writes them, and the JSON Schema lists them.

Shares are between 0 and 1. None means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from gate.analysis.findings import FINDINGS
from gate.analysis.reasons import REASONS
from gate.core.json_types import DRAFT, Schema, object_schema, schema_of
from gate.core.report import GuaranteeStatus, Outcome, TimeSpent, Verdict
from gate.core.specification import Policy
from gate.core.statements import Finding, Reason, Statement


class TallyFields(TypedDict):
    """Probes of one arm."""

    remembered: int
    scored: int
    unscored: int


class LatencyFields(TypedDict):
    """Turn times in milliseconds."""

    p50_before: float | None
    p95_before: float | None
    p50_after: float | None
    p95_after: float | None


class AvailabilityFields(TypedDict):
    """Turns that were sent during a disruption."""

    acknowledged: int
    refused: int
    indeterminate: int
    seconds_unavailable: float | None


class StoreFields(TypedDict):
    """Use of the store: sizes in bytes, times in seconds."""

    keys: int
    bytes: int
    turns: int
    bytes_per_turn: float | None
    commands_per_turn: float | None
    expiring_keys: int
    shortest_ttl: float | None
    advice: Sequence[str]


class DisruptionFields(TypedDict):
    """A row of the report."""

    name: str
    disruptions: Sequence[str]
    verdict: Verdict
    reasons: Sequence[str]
    coded_reasons: Sequence[Reason]
    accuracy: float | None
    accuracy_before: float | None
    retention: float | None
    before: TallyFields
    after: TallyFields
    retained: TallyFields
    lost_at: Mapping[str, int]
    evidence: str
    details: Mapping[str, str]
    seconds: float | None
    meanwhile: TallyFields
    availability: AvailabilityFields
    latency: LatencyFields
    store: StoreFields | None
    asked_afterwards: str


class GuaranteeFields(TypedDict):
    """One guarantee over the whole run."""

    name: str
    standing: GuaranteeStatus
    probes: int
    breaches: int
    anomalies: Mapping[str, int]
    sentence: str
    coded_reason: Reason | None


class ProbeFields(TypedDict):
    """A question and its outcome."""

    scenario: str
    content: str
    file: str
    line: int
    column: int
    session: str
    conversation: str
    trial: int
    arm: str
    disruption: str
    guarantee: str
    recall: bool
    question: str
    expected: str
    reply: str
    outcome: Outcome
    anomaly: str | None
    lost_at: str | None
    custody: Mapping[str, bool | None]
    facts: Sequence[str]
    reason: str
    coded_reason: Reason | None


class PowerFields(TypedDict):
    """Probabilities of a wrong verdict, given the number of probes."""

    probes: int
    unit: str
    blocks_good: float
    passes_bad: float
    sentence: str


class ReportFields(TypedDict):
    """The whole of report.json."""

    verdict: Verdict
    reasons: Sequence[str]
    coded_reasons: Sequence[Reason]
    accuracy: float | None
    accuracy_before: float | None
    retention: float | None
    interval: Sequence[float] | None
    threshold: float | None
    confidence: float | None
    policy: Policy
    power: PowerFields | None
    leaks: int
    fabrications: int
    lost_facts: int
    zombies: int
    isolation_probes: int
    fabrication_probes: int
    interrupted: bool
    disruptions: Sequence[DisruptionFields]
    latency: LatencyFields
    guarantees: Sequence[GuaranteeFields]
    baseline: str | None
    baseline_accuracy: float | None
    findings: Sequence[str]
    coded_findings: Sequence[Finding]
    repeat: str
    commands: Sequence[Sequence[str]]
    bot: str
    images: Mapping[str, str]
    seed: int
    seconds: float | None
    time: TimeSpent
    version: str
    probes: Sequence[ProbeFields]


def report_schema() -> Schema:
    """Return the JSON Schema of report.json. Further fields and codes may be added."""
    definitions: dict[str, Schema] = {}
    return {
        "$schema": DRAFT,
        "title": "The report.json of memory-gate",
        **schema_of(ReportFields, definitions),
        "$defs": {
            "reason": _statement(REASONS, definitions),
            "finding": _statement(FINDINGS, definitions),
            **definitions,
        },
    }


def _statement(kinds: Mapping[str, type[Statement]], definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a statement: a code, a sentence, and the fields of that code."""
    return {
        "type": "object",
        "properties": {
            "code": {"anyOf": [{"enum": list(kinds)}, {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"}]},
            "sentence": {"type": "string"},
        },
        "required": ["code", "sentence"],
        "allOf": [
            {
                "if": {"properties": {"code": {"const": code}}},
                "then": object_schema(kind, definitions),
            }
            for code, kind in kinds.items()
        ],
    }
