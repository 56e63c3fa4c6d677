"""badge.json as shields.io reads it, benchmark.json as github-action-benchmark reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from gate.core.report import Report
from gate.reporters.badge import BadgeReporter, compose_badge
from gate.reporters.benchmark import BenchmarkReporter, compose_benchmark
from gate.reporters.sanitize import sanitize_line
from tests.unit.reporters import builder, hostile


@pytest.mark.parametrize(
    ("report", "message", "colour"),
    [
        (builder.report(), "100 % after a deploy", "brightgreen"),
        (builder.failed_report(), "65.5 % after a deploy", "red"),
        (builder.inconclusive_report(), "inconclusive", "lightgrey"),
    ],
)
def test_the_badge_says_how_much_was_remembered(report: Report, message: str, colour: str) -> None:
    assert json.loads(compose_badge(report)) == {
        "schemaVersion": 1,
        "label": "memory",
        "message": message,
        "color": colour,
    }


def test_the_figures_of_a_chart_are_shares_in_percent() -> None:
    figures = json.loads(compose_benchmark(builder.failed_report()))
    assert figures[0] == {
        "name": "remembered after",
        "unit": "%",
        "value": round(builder.REMEMBERED * 100, 4),
        "range": "61–70 %",
    }
    assert {figure["name"]: figure["value"] for figure in figures[1:]} == {
        "remembered before": 100,
        "retained": round(builder.REMEMBERED * 100, 4),
        "remembered after restart": 100,
        "remembered after kill": round(builder.OVER_KILL / builder.PROBES * 100, 4),
        "remembered after recreate": 0,
    }


def test_what_was_not_scored_is_left_out_and_no_zero() -> None:
    assert json.loads(compose_benchmark(builder.inconclusive_report())) == []
    odd = replace(builder.report(), accuracy=float("nan"), accuracy_before=None)
    assert "NaN" not in compose_benchmark(odd)


@hostile.LAW
@given(hostile.texts())
def test_any_text_stays_text(text: str) -> None:
    for compose in (compose_badge, compose_benchmark):
        written = compose(builder.hostile_report(text))
        json.loads(written)
        assert hostile.runner_reads(written).commands == []
        assert hostile.unseen_in(written) == []
    # A page shows the names as they are when they are read.
    names = [figure["name"] for figure in json.loads(compose_benchmark(builder.hostile_report(text)))]
    assert all(sanitize_line(name) == name for name in names)


def test_the_report_folder_gets_both(tmp_path: Path) -> None:
    BadgeReporter(tmp_path).finish(builder.report())
    BenchmarkReporter(tmp_path).finish(builder.report())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["badge.json", "benchmark.json"]
    assert (tmp_path / "badge.json").read_bytes().decode() == compose_badge(builder.report())
