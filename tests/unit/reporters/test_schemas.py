"""The published JSON Schemas accept real reports and transcripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from gate.analysis import analyse
from gate.comparing.measurement import measurement_of
from gate.comparing.regression import against
from gate.core.report import Report
from gate.core.specification import RunSpecification
from gate.core.transcript import Event
from gate.core.transcript_lines import encode
from gate.core.transcript_schema import transcript_schema
from gate.reporters.json_report import as_fields, to_json
from gate.reporters.report_fields import report_schema
from tests.transcripts import samples
from tests.transcripts.playing import ChattingBot, short_ones, transcript_of
from tests.transcripts.runs import honest_run
from tests.unit.analysis.planting import leak, lose
from tests.unit.reporters import builder

REPORT = Draft202012Validator(report_schema())
LINE = Draft202012Validator(transcript_schema())


def runs() -> Iterator[list[Event]]:
    """Transcripts of an honest bot, of a forgetful one, and of a run with troubles."""
    yield honest_run(["restart", "kill"]).events()
    yield honest_run([]).events()
    forgetful = honest_run(["restart"])
    for exchange in forgetful.talks:
        lose(exchange, forgetful)
        leak(exchange, forgetful)
    yield forgetful.events()
    played = transcript_of(ChattingBot, short_ones(), RunSpecification(disruptions=("restart", "kill")))
    yield played
    yield played[:40]


def reports() -> Iterator[Report]:
    """Reports of all verdicts."""
    yield builder.report()
    yield builder.failed_report()
    yield builder.inconclusive_report()
    yield builder.hostile_report("<script>")
    for run in runs():
        judged = analyse(run)
        yield judged
        yield against(judged, replace(measurement_of(builder.report()), threshold=0.5))


@pytest.mark.parametrize("report", list(reports()))
def test_a_report_is_as_its_schema_says(report: Report) -> None:
    document = json.loads(to_json(report))
    assert [error.message for error in REPORT.iter_errors(document)] == []
    assert list(document) == list(report_schema()["properties"])
    for name in ("disruptions", "guarantees", "probes"):
        fields = report_schema()["properties"][name]["items"]["properties"]
        assert all(list(row) == list(fields) for row in document[name])


@pytest.mark.parametrize("run", [*runs(), list(samples.troubled()), list(samples.played(("restart",)))])
def test_each_line_of_a_transcript_is_as_its_schema_says(run: list[Event]) -> None:
    for event in run:
        line = json.loads(encode(event))
        assert [error.message for error in LINE.iter_errors(line)] == []


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(report_schema())
    Draft202012Validator.check_schema(transcript_schema())


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": "perhaps"},
        {"accuracy": "all of it"},
        {"probes": None},
        {"coded_reasons": [{"sentence": "it says no code"}]},
        {"coded_reasons": [{"code": "leaks", "sentence": "it says no place", "turns": 1}]},
    ],
)
def test_what_is_no_report_is_refused(changed: dict[str, object]) -> None:
    document = json.loads(json.dumps(as_fields(builder.report()))) | changed
    assert not REPORT.is_valid(document)


def test_what_is_no_event_is_refused() -> None:
    line = json.loads(encode(samples.run_started()))
    assert LINE.is_valid(line)
    for changed in ({"event": "run-begun"}, {"seed": "seven"}, {"commands": "memory-gate run"}):
        assert not LINE.is_valid(line | changed)
