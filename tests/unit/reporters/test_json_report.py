"""report.json: its field names are public, and it can be read back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from gate.core.report import Latency, Outcome
from gate.reporters.json_report import JsonReporter, as_fields, to_json
from tests.unit.reporters import builder, hostile
from tests.unit.reporters.builder import (
    failed_report,
    hostile_report,
    inconclusive_report,
    probe,
    report,
)


def test_the_fields_are_the_public_ones() -> None:
    fields = json.loads(to_json(failed_report()))
    assert list(fields) == [
        "verdict",
        "reasons",
        "coded_reasons",
        "accuracy",
        "accuracy_before",
        "retention",
        "interval",
        "threshold",
        "confidence",
        "policy",
        "power",
        "leaks",
        "fabrications",
        "lost_facts",
        "zombies",
        "isolation_probes",
        "fabrication_probes",
        "interrupted",
        "disruptions",
        "latency",
        "guarantees",
        "baseline",
        "baseline_accuracy",
        "findings",
        "coded_findings",
        "repeat",
        "commands",
        "bot",
        "images",
        "seed",
        "seconds",
        "time",
        "version",
        "probes",
    ]
    assert list(fields["disruptions"][0]) == [
        "name",
        "disruptions",
        "verdict",
        "reasons",
        "coded_reasons",
        "accuracy",
        "accuracy_before",
        "retention",
        "before",
        "after",
        "retained",
        "lost_at",
        "evidence",
        "details",
        "seconds",
        "meanwhile",
        "availability",
        "latency",
        "store",
        "asked_afterwards",
    ]
    assert list(fields["probes"][0]) == [
        "scenario",
        "content",
        "file",
        "line",
        "column",
        "session",
        "conversation",
        "trial",
        "arm",
        "disruption",
        "guarantee",
        "recall",
        "question",
        "expected",
        "reply",
        "outcome",
        "anomaly",
        "lost_at",
        "custody",
        "facts",
        "reason",
        "coded_reason",
    ]
    assert list(fields["probes"][0]["custody"]) == ["told", "stored", "loaded", "answered"]
    assert list(fields["latency"]) == ["p50_before", "p95_before", "p50_after", "p95_after"]


def test_the_figures_come_back() -> None:
    given_report = failed_report()
    fields = json.loads(to_json(given_report))
    assert fields == as_fields(given_report)
    assert fields["verdict"] == "failed"
    assert given_report.power is not None
    recreate = given_report.disruptions[2]
    assert fields["accuracy"] == given_report.accuracy
    assert fields["interval"] == list(given_report.interval or ())
    assert fields["lost_facts"] == builder.failed_questions(given_report)
    assert fields["power"]["probes"] == given_report.power.probes
    assert 0 < fields["power"]["blocks_good"] < fields["power"]["passes_bad"] < 0.02
    assert fields["power"]["sentence"].startswith(
        f"{given_report.power.probes} probes per disruption: a 98 % bot is blocked"
    )
    assert fields["disruptions"][2]["lost_at"] == {"stored": recreate.before.remembered}
    assert fields["disruptions"][2]["accuracy"] == 0.0
    lost = next(probe for probe in fields["probes"] if probe["guarantee"] == "correction")
    assert lost["lost_at"] == "loaded"
    assert lost["custody"] == {"told": True, "stored": True, "loaded": False, "answered": False}
    assert lost["anomaly"] == "resurrected value"


def test_the_unknown_is_null() -> None:
    fields = json.loads(to_json(inconclusive_report()))
    assert [fields[name] for name in ("accuracy", "accuracy_before", "retention", "interval", "power")] == [
        None
    ] * 5
    assert fields["interrupted"] is True
    assert fields["disruptions"][0]["accuracy"] is None


def test_no_number_is_infinite() -> None:
    odd = report(
        latency=Latency(p50_before=math.nan, p95_after=math.inf),
        seconds=-math.inf,
        accuracy=math.nan,
        interval=(math.nan, 1.0),
    )
    fields = json.loads(to_json(odd), parse_constant=pytest.fail)
    assert fields["seconds"] is fields["accuracy"] is fields["latency"]["p50_before"] is None
    assert fields["interval"] == [None, 1.0]


@hostile.LAW
@given(hostile.texts())
def test_any_text_comes_back_and_obeys_nobody(text: str) -> None:
    written = to_json(hostile_report(text))
    assert json.loads(written.encode())["probes"][0]["reply"] == hostile.whole_characters(text)
    log = hostile.runner_reads(written)
    assert log.commands == log.unknown_commands == []
    assert hostile.unseen_in(written) == []


def test_readable_text_stays_readable() -> None:
    assert "Zoë wohnt in 京都" in to_json(report(probes=[probe(reply="Zoë wohnt in 京都")]))


def test_the_file_appears_whole_and_alone(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "report"
    reporter = JsonReporter(directory)
    reporter.finish(report())
    reporter.finish(hostile_report("\ud800"))
    assert [path.name for path in directory.iterdir()] == ["report.json"]
    assert json.loads((directory / "report.json").read_bytes())["verdict"] == "failed"


def test_a_file_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError, match=r"report\.json"):
        JsonReporter(tmp_path).finish(report())
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_equal_reports_give_equal_texts() -> None:
    assert to_json(failed_report()) == to_json(replace(failed_report()))
    assert probe(outcome=Outcome.LOST).lost_at == "stored"
