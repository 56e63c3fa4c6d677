"""Bots, scenarios and pull requests that attack the browser of a person who reads the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gate.reporters.html_report import HtmlReporter
from tests.browser import story
from tests.browser.chromium import Page
from tests.unit.reporters import builder, hostile

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "<img src=http://evil.example/x.png>",
    '"><svg onload=alert(1)>',
    "' onmouseover=alert(1) autofocus onfocus=alert(1) '",
    "<style>body{display:none}</style>",
    '<meta http-equiv="refresh" content="0;url=http://evil.example">',
    "<base href=http://evil.example>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "</title></head><body onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} $& $1 \\u003cscript\\u003e",
    "</noscript><script>alert(1)</script>",
    "__proto__",
    "(?:a+)+$ [ ] ( ) * + ? | \\ / ^ - { }",
)
HTML = "document.documentElement.outerHTML"
SHAPE = (
    "[...document.querySelectorAll('body *')].map((node) => node.tagName).filter((node) => node !== 'WBR')"
)


def words(text: str) -> story.Words:
    """Return the texts of a run in which every foreign text is `text`."""
    plain = text.replace("{", "{{").replace("}", "}}")
    return story.Words(
        scenario=text,
        file=text,
        bot=text,
        told=f"{plain} {{order}} {{city}} {plain}",
        noted=text,
        lost=text,
        proof=text,
        prompt=f"system: {text}",
        facts={"order": f"{text} 1", "city": f"{text} 2"},
    )


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_acts(folder: Path, page: Page, text: str) -> None:
    """The text is shown word for word. Complaints of the page are checked as it closes."""
    page.open(story.write_report(folder, story.events(words(text))), "#question=10")
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    assert page.evaluate("document.getElementById('conversation').open")
    assert page.text("#conversation-title") == text
    assert text in page.evaluate("document.querySelector('.bot .words').textContent")
    assert page.count("img, iframe, base, embed, object, link, form, [onload], [onerror], [onfocus]") == 0
    assert page.count("script") == 2
    assert page.count("style") == 1
    assert page.evaluate("document.querySelector('h1').checkVisibility()")


def shape(page: Page, folder: Path, text: str) -> list[str]:
    """Return the elements of the page of a run whose every text is `text`."""
    said = replace(words(text), facts={})
    page.open(story.write_report(folder, story.events(said, scenarios=1)), f"?{len(text)}")
    elements: list[str] = page.evaluate(SHAPE)
    return elements


def test_no_text_changes_the_shape_of_the_page(folder: Path, page: Page) -> None:
    """Control characters, marks without width and turned directions are shown, not obeyed."""
    harmless = shape(page, folder / "harmless", "harmless")
    for number, text in enumerate(text for text in hostile.TEXTS if text.strip()):
        assert shape(page, folder / str(number), text) == harmless, text
        assert hostile.unseen_in(page.evaluate("document.body.textContent")) == [], text


def test_the_policy_forbids_every_script_but_the_pages_own(folder: Path, page: Page) -> None:
    """If a text became markup, the browser would still block it."""
    path = story.write_report(folder, story.events())
    forged = path.read_text().replace("</h1>", "</h1><script>document.title = 'forged'</script>", 1)
    path.write_text(
        forged.replace("<h1>", "<h1 onclick=\"document.title = 'forged'\" style='color: lime'>", 1)
    )
    page.open(path)
    page.evaluate("document.querySelector('h1').click()")
    assert "forged" not in page.evaluate("document.title")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(0, 255, 0)"
    blocked = page.complaints
    assert len([complaint for complaint in blocked if "Content Security Policy" in complaint]) == 3
    page.forgive()


def test_reports_of_hostile_runs_without_events(folder: Path, page: Page) -> None:
    """Every text of a report is sanitized, even one that no run can produce."""
    text = "".join(ATTACKS)
    HtmlReporter(folder).finish(builder.hostile_report(text))
    page.open(folder / "report.html")
    assert page.count("script") == 2
    assert page.count("img, iframe, svg[onload]") == 0
