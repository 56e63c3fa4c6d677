"""What fuzzing has found, each as the smallest file that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.targets import read_report, read_transcript, reports, transcripts

HUGE = 10**400
"""A whole number that JSON and Python know and that no float holds."""


def changed_transcript(folder: Path, event: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """A sound transcript with a change in every event of one name; of all events for none."""
    events = [json.loads(line) for line in transcripts()[0].splitlines()]
    for one in events:
        if event in ("", one["event"]):
            change(one)
    file = folder / "transcript.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in events))
    return file


@pytest.mark.parametrize("field", ["at", "seconds"])
def test_a_time_that_no_float_holds_is_refused_with_its_line(tmp_path: Path, field: str) -> None:
    file = changed_transcript(tmp_path, "turn-ended", lambda one: one.update({field: HUGE}))
    assert read_transcript(file) is False


@pytest.mark.parametrize(("first", "others"), [(-1e308, 1e308), (1e308, -1e308)])
def test_times_whose_difference_no_float_holds_are_drawn(tmp_path: Path, first: float, others: float) -> None:
    """Each of them is a number, and the page has a scale for all of them."""

    def change(one: dict[str, Any]) -> None:
        one["at"] = first if one["event"] == "deployment-started" else others

    file = changed_transcript(tmp_path, "", change)
    assert read_transcript(file) is True
    assert "lanes" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_a_threshold_that_no_float_holds_is_refused(tmp_path: Path) -> None:
    file = changed_transcript(tmp_path, "run-started", lambda one: one.update(policy={"accuracy": HUGE}))
    assert read_transcript(file) is False


@pytest.mark.parametrize("name", ["{}", "{1}", "{x", "}"])
def test_a_check_of_an_unknown_name_is_shown_as_it_is(tmp_path: Path, name: str) -> None:
    """Another version may know scorers that this one lacks, and braces mean nothing in their names."""
    file = changed_transcript(
        tmp_path, "turn-started", lambda one: one.update(checks=one["checks"] and {name: ["a"]})
    )
    assert read_transcript(file) is True
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert {probe["expected"] for probe in report["probes"]} == {f"{name} a"}
    assert {probe["outcome"] for probe in report["probes"]} == {"unscored"}


def test_a_report_with_a_share_that_no_float_holds_is_refused(tmp_path: Path) -> None:
    document = json.loads(reports()[0])
    document["threshold"] = HUGE
    file = tmp_path / "mangled.json"
    file.write_text(json.dumps(document))
    assert read_report(file) is False


@pytest.mark.parametrize("rule", ["accuracy", "confidence", "max_drop"])
@pytest.mark.parametrize("share", ["1e308", "1e300", "-1", "17"])
def test_a_rule_that_is_no_share_is_told_as_the_number_it_is(tmp_path: Path, share: str, rule: str) -> None:
    document = json.loads(reports()[0])
    document["policy"][rule] = 0.123456
    file = tmp_path / "mangled.json"
    file.write_text(json.dumps(document).replace("0.123456", share))
    assert read_report(file) is True
