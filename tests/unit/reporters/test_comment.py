"""comment.md: the summary with a marker, never longer than GitHub allows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.core.report import Outcome, Verdict
from gate.reporters.comment import LIMIT, MARKER, CommentReporter, compose_comment
from tests.unit.reporters import builder, hostile


def test_a_comment_is_marked_and_leads_with_the_verdict() -> None:
    lines = compose_comment(builder.failed_report()).splitlines()
    assert lines[:3] == [MARKER, "", "### ❌ Failed: 1 reply held what only another session was told"]


def test_a_comment_shows_three_failures_and_folds_the_others() -> None:
    shown = 3
    comment = compose_comment(builder.failed_report())
    head, fold = comment.split("<details>")
    assert head.count("<code>scenarios/") == shown
    folded = re.search(r"<summary>(\d+) more", fold)
    assert folded is not None
    assert fold.count("<code>scenarios/") == int(folded.group(1)) > shown
    assert fold.count("</details>") == 1


@pytest.mark.parametrize("text", ["<", "@", "😀", "a", "#" * 500])
@pytest.mark.parametrize("disruptions", [1, 300])
def test_a_comment_is_never_too_long(text: str, disruptions: int) -> None:
    probes = tuple(
        builder.probe(outcome=Outcome.LOST, line=line, file=f"{text}{line}", question=text * 99, reply=text)
        for line in range(500)
    )
    comment = compose_comment(
        builder.report(
            verdict=Verdict.FAILED,
            reasons=tuple(f"{number}{text * 500}" for number in range(100)),
            findings=(text * 500,) * 100,
            repeat=text * 2000,
            probes=probes,
            disruptions=(builder.disruption(text * 60, verdict=Verdict.FAILED),) * disruptions,
        )
    )
    assert len(comment.encode()) < LIMIT
    assert comment.startswith(f"{MARKER}\n\n### ❌ Failed: ")


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_nobody_else_can_write_the_marker(text: str) -> None:
    comment = compose_comment(builder.hostile_report(f"{MARKER}{text}{MARKER}"))
    assert comment.count(MARKER) == 1
    assert hostile.runner_reads(comment).commands == []


def test_the_report_folder_gets_it(tmp_path: Path) -> None:
    CommentReporter(tmp_path).finish(builder.report())
    assert (tmp_path / "comment.md").read_bytes().decode() == compose_comment(builder.report())
