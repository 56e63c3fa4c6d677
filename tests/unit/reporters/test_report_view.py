"""View of a report: every surface shows its texts and words nothing itself."""

from __future__ import annotations

import html
import io
from dataclasses import replace

import pytest

from gate.analysis.findings import ChangedSinceBaseline
from gate.core.report import Report
from gate.reporters import ConsoleReporter, open_console
from gate.reporters.comment import compose_comment
from gate.reporters.github_summary import compose_summary
from gate.reporters.html_report.page import compose_page
from gate.reporters.report_view import build_view
from tests.unit.reporters import builder


def console_text(report: Report) -> str:
    stream = io.StringIO()
    console = open_console(stream, {})
    console.width = 400
    ConsoleReporter(console).finish(report)
    return stream.getvalue()


SURFACES = {
    "console": console_text,
    "summary": lambda report: html.unescape(compose_summary(report)),
    "comment": lambda report: html.unescape(compose_comment(report)),
    "page": lambda report: html.unescape(compose_page(report, None)),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_shows_the_same_words(surface: str) -> None:
    report = builder.failed_report()
    view = build_view(report)
    shown = SURFACES[surface](report)
    figures = [text for row in view.rows for text in (row.name, row.before, row.after, row.p95)]
    stages = [row.lost_at_text for row in view.rows]
    about = [view.power, view.time, view.figures.needed, view.figures.interval]
    for text in (*figures, *stages, *about, *view.reasons):
        assert text in shown, text


def test_what_was_changed_about_the_test_stands_with_the_baseline() -> None:
    change = ChangedSinceBaseline(note="the seed differs")
    view = build_view(builder.report(baseline="it is as good", findings=("no fact expires", change)))
    assert view.baseline is not None
    assert view.baseline.changes == ("The seed differs",)
    assert view.notes == ("No fact expires",)
    assert view.findings == ("no fact expires", change.sentence)


def test_a_report_without_a_baseline_or_figures_has_neither() -> None:
    view = build_view(replace(builder.report(), accuracy=None, accuracy_before=None, disruptions=()))
    assert view.baseline is None
    assert not view.figures.scored
    assert view.rows == ()
