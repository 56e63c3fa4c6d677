"""Composition of the page: its parts, data and script, and the policy that blocks everything else."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from importlib import resources

from gate.analysis.history import History
from gate.core.report import Report, Verdict
from gate.reporters.html_report.conversations import Budget
from gate.reporters.html_report.document import compose_document
from gate.reporters.html_report.overview import counts_of, gauge_of, guarantee_items, log_tails, untested
from gate.reporters.html_report.tables import Document
from gate.reporters.html_report.timeline import draw_lanes
from gate.reporters.report_view import build_view
from gate.reporters.sanitize import escape_json
from gate.reporters.templates import html_markup, render_html, take_first

REASONS_SHOWN = 8
FINDINGS_SHOWN = 20
MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INCONCLUSIVE: "?"}
SCRIPTS = ("page.js", "matrix.js", "questions.js", "conversation.js", "opening.js")
STYLES = ("page.css", "conversation.css")


def compose_page(report: Report, history: History | None, budget: Budget | None = None) -> str:
    """Compose report.html. Equal runs give equal texts."""
    style, script = _asset(STYLES), f'"use strict";\n(() => {{\n{_asset(SCRIPTS)}}})();\n'
    view = build_view(report)
    return render_html(
        "html_report/page.html.j2",
        view=view,
        marks=MARKS,
        policy=content_security_policy(script, style),
        style=html_markup(style),
        script=html_markup(script),
        data=html_markup(data_text(compose_document(report, history, budget))),
        reasons=take_first(view.reasons[1:], REASONS_SHOWN - 1),
        gauge=gauge_of(report),
        counts=counts_of(view.figures),
        guarantees=guarantee_items(view.guarantee_results),
        untested=untested(view.guarantee_results),
        findings=take_first(view.findings, FINDINGS_SHOWN),
        logs=log_tails(history),
        lanes=[] if history is None else draw_lanes(report, history),
    )


def content_security_policy(script: str, style: str) -> str:
    """Return a policy that allows this script and this style only, and loads nothing."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}';"
        " base-uri 'none'; form-action 'none'"
    )


def data_text(document: Document) -> str:
    """Encode the data as JSON that is safe to print and cannot end its HTML element."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return escape_json(text)


@functools.cache
def _asset(names: tuple[str, ...]) -> str:
    folder = resources.files("gate.reporters.html_report") / "assets"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
