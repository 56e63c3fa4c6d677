"""The job summary: valid Markdown, and never too large for GitHub."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gate.analysis.findings import ChangedSinceBaseline
from gate.core.report import Outcome, Report, Verdict
from gate.reporters.github_summary import BUDGET, SummaryReporter, compose_summary
from gate.reporters.sanitize import sanitize_line
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


def test_what_goes_beyond_five_is_folded() -> None:
    shown, folded = 5, 25
    summary = compose_summary(huge_report(shown + folded, "x"))
    head, fold = summary.split(f"<details><summary>{folded} more failures</summary>")
    assert head.count("**Lost after restart: order**") == shown
    assert fold.count("**Lost after restart: order**") == folded
    assert fold.count("</details>") == 1


def test_a_baseline_shows_the_difference_and_what_was_changed_about_the_test() -> None:
    report = builder.report(
        accuracy=0.955,
        baseline="no evidence of a difference: of 8 conversations that both runs held, 1 remembered less",
        baseline_accuracy=0.98,
        findings=(
            ChangedSinceBaseline(note="the threshold was lowered from 95 % to 50 %"),
            *(ChangedSinceBaseline(note=f'scenario "{name}" was removed') for name in "abcdefghijklmn"),
            "restart: it is slow",
        ),
    )
    lines = compose_summary(report).splitlines()
    baseline = next(index for index, line in enumerate(lines) if line.startswith("Baseline: "))
    assert lines[baseline].startswith("Baseline: **98 % → 95.5 %** (−2.5 points). No evidence of a diff")
    assert lines[baseline + 2] == "- ⚠️ The threshold was lowered from 95 % to 50 %"
    assert lines[baseline + 3] == '- ⚠️ Scenario "a" was removed'
    assert lines[baseline + 14] == "- … 3 more changes"
    assert [line for line in lines if line.startswith("> ")] == ["> **Note:** Restart: it is slow"]


def test_an_unknown_accuracy_of_the_baseline_is_not_made_up() -> None:
    summary = compose_summary(builder.report(baseline="not comparable: no scenario is the same in both"))
    assert "\nBaseline: Not comparable: no scenario is the same in both\n" in summary


@pytest.mark.parametrize("text", [text for text in hostile.TEXTS if sanitize_line(text).strip()])
def test_no_text_changes_the_shape_of_a_summary(text: str) -> None:
    def shape(summary: str) -> list[tuple[str, str]]:
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(summary)
        flat = [part for token in tokens for part in (token, *(token.children or []))]
        kept = [(part.type, part.tag) for part in flat if part.type not in ("text", "softbreak", "inline")]
        html = [part.content for part in flat if part.type == "html_inline" and part.content != "<wbr>"]
        assert set(html) <= {"<code>", "</code>", "<br>", "<sub>", "</sub>"}
        return [token for token in kept if token[0] != "html_inline"]

    assert shape(compose_summary(builder.hostile_report(text))) == shape(
        compose_summary(builder.hostile_report("harmless"))
    )


def test_the_report_folder_gets_the_same(tmp_path: Path) -> None:
    SummaryReporter(tmp_path / "report").finish(builder.failed_report())
    written = (tmp_path / "report" / "summary.md").read_bytes().decode()
    assert written == compose_summary(builder.failed_report())
