"""The job summary: read by people, drawn by GitHub, and never too large for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gate.core.verdict import Outcome, Report, Verdict
from gate.reporters.github_summary import BUDGET, SummaryReporter, compose_summary
from gate.reporters.neutraliser import one_line
from tests.unit.reporters import builder, hostile
from tests.unit.reporters.golden import assert_golden


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("failed", builder.failed_report()),
        ("passed", builder.report()),
        ("inconclusive", builder.inconclusive_report()),
    ],
)
def test_the_summary_of_a_run(name: str, report: Report) -> None:
    assert_golden(f"summary-{name}.md", compose_summary(report))


def huge_report(failing: int, text: str) -> Report:
    probes = tuple(
        builder.probe(
            outcome=Outcome.LOST, line=line, file=f"{text}{line}", question=text, expected=text, reply=text
        )
        for line in range(failing)
    )
    return builder.report(
        verdict=Verdict.FAILED,
        reasons=tuple(f"{number}{text}" for number in range(1000)),
        findings=(text,) * 1000,
        repeat=text,
        probes=probes,
        disruptions=(builder.disruption(text, verdict=Verdict.FAILED),) * 300,
    )


@pytest.mark.parametrize("text", ["<", "@", "😀", "a"])
def test_a_summary_is_never_too_large(text: str) -> None:
    summary = compose_summary(huge_report(3000, text * 5000))
    assert len(summary.encode()) < BUDGET
    assert "more failed probes, which report.json lists" in summary


def test_little_room_leaves_out_lost_facts_and_says_how_many() -> None:
    whole = compose_summary(builder.failed_report())
    short = compose_summary(builder.failed_report(), len(whole.encode()) - 2000)
    assert len(short.encode()) < len(whole.encode()) - 2000
    assert "more failed probe" not in whole
    left = re.search(r"… and (\d+) more failed probes, which report.json lists\.", short)
    assert left is not None
    three_trials_of_one_probe = 3
    assert short.count("<code>scenarios/long.yml:") + int(left.group(1)) == 21 + three_trials_of_one_probe
    assert short.splitlines()[0] == whole.splitlines()[0]


def test_what_goes_beyond_twenty_is_folded() -> None:
    summary = compose_summary(huge_report(30, "x"))
    head, fold = summary.split("<details><summary>10 more failures</summary>")
    assert head.count("**Lost after restart: order**") == 20
    assert fold.count("**Lost after restart: order**") == 10
    assert fold.count("</details>") == 1


@pytest.mark.parametrize("text", [text for text in hostile.TEXTS if one_line(text).strip()])
def test_no_text_changes_the_shape_of_a_summary(text: str) -> None:
    def shape(summary: str) -> list[tuple[str, str]]:
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(summary)
        flat = [part for token in tokens for part in (token, *(token.children or []))]
        kept = [(part.type, part.tag) for part in flat if part.type not in ("text", "softbreak", "inline")]
        html = [part.content for part in flat if part.type == "html_inline" and part.content != "<wbr>"]
        assert set(html) <= {"<code>", "</code>", "<br>", "<sub>", "</sub>"}
        return [one for one in kept if one[0] != "html_inline"]

    assert shape(compose_summary(builder.hostile_report(text))) == shape(
        compose_summary(builder.hostile_report("harmless"))
    )


def test_the_report_folder_gets_the_same(tmp_path: Path) -> None:
    SummaryReporter(tmp_path / "report").finish(builder.failed_report())
    written = (tmp_path / "report" / "summary.md").read_bytes().decode()
    assert written == compose_summary(builder.failed_report())
