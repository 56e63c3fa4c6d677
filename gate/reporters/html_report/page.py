"""The page: its parts, its data and its script, and the policy that keeps everything else out."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from importlib import resources

from gate.core.verdict import Report
from gate.judging.history import History
from gate.reporters.html_report.document import Budget, Document, compose_document
from gate.reporters.html_report.markup import Html, element
from gate.reporters.html_report.overview import (
    about_block,
    disruptions_table,
    figures_block,
    findings_block,
    guarantees_block,
    verdict_block,
)
from gate.reporters.html_report.timeline import timeline
from gate.reporters.neutraliser import json_text

SCRIPTS = ("page.js", "matrix.js", "questions.js", "conversation.js", "opening.js")
STYLES = ("page.css", "conversation.css")


def compose_page(report: Report, history: History | None, budget: Budget | None = None) -> str:
    """The text of report.html. Equal runs give equal texts."""
    style, script = _asset(STYLES), f'"use strict";\n(() => {{\n{_asset(SCRIPTS)}}})();\n'
    document = compose_document(report, history, budget)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=content_security_policy(script, style)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{report.verdict.value.capitalize()}: {report.bot} · memory-gate"),
        Html(f"<style>{style}</style>"),
    )
    body = element(
        "body",
        element("a", "Skip to the results", href="#results", class_="skip"),
        element(
            "main", _left(report), _middle(report, history), about_block(report), _questions(), class_="page"
        ),
        element("dialog", id="conversation", aria_labelledby="conversation-title"),
        Html(f'<script type="application/json" id="data">{data_text(document)}</script>\n'),
        Html(f"<script>{script}</script>\n"),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def content_security_policy(script: str, style: str) -> str:
    """Nothing may be loaded from anywhere, and only this very script and style may act."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}';"
        " base-uri 'none'; form-action 'none'"
    )


def data_text(document: Document) -> str:
    """JSON that cannot end the element it stands in, and that can be printed."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return json_text(text)


def _left(report: Report) -> Html:
    return element(
        "div",
        verdict_block(report),
        figures_block(report),
        guarantees_block(report),
        class_="left",
    )


def _middle(report: Report, history: History | None) -> Html:
    lanes = Html("") if history is None else timeline(report, history)
    return element(
        "div",
        element("section", element("h2", "Disruptions"), disruptions_table(report))
        if report.disruptions
        else Html(""),
        findings_block(report, history),
        element("section", element("h2", "Timeline"), lanes) if lanes else Html(""),
        element("section", element("h2", "Scenarios"), element("div", id="matrix")),
        id="results",
    )


def _questions() -> Html:
    return element(
        "section",
        element("h2", "Questions"),
        element("div", id="questions"),
        element(
            "noscript",
            element(
                "p",
                "Scenarios, questions and conversations are shown by this page's own script, which does not"
                " run here. report.json and transcript.jsonl beside this file hold the same.",
            ),
        ),
        class_="questions",
    )


@functools.cache
def _asset(names: tuple[str, ...]) -> str:
    folder = resources.files("gate.reporters.html_report") / "assets"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
