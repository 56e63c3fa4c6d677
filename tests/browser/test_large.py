"""A very large run: the page opens fast, and its size is bounded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gate.analysis import analyse
from gate.analysis.history_reading import read_history
from gate.reporters.html_report.conversations import Budget
from gate.reporters.html_report.page import compose_page
from tests.browser import story
from tests.browser.chromium import Page

SIX = ("restart", "kill", "oom", "recreate", "blue-green", "rollback")
SECONDS = 2.0
SEARCH_SECONDS = 0.5
TRIES = 5


def quickest(measure: Callable[[], float], enough: float) -> float:
    """Return the shortest of several measurements, since other work on the machine slows some of them."""
    least = measure()
    for _ in range(TRIES - 1):
        if least < enough:
            break
        least = min(least, measure())
    return least


def opening_seconds(page: Page, path: Path) -> float:
    """Return the seconds from the start of the navigation until the script is done."""
    page.open(path)
    return float(
        page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000")
    )


def test_a_run_in_which_everything_is_lost_opens_within_two_seconds(folder: Path, page: Page) -> None:
    """200 scenarios under 6 disruptions in both arms: 4,800 questions, of which 2,400 are lost."""
    path = story.write_report(folder, story.events(scenarios=200, disruptions=SIX, losing=SIX))
    assert path.stat().st_size < 12_000_000
    assert quickest(lambda: opening_seconds(page, path), SECONDS) < SECONDS
    assert page.text(".status") == "2,400 of 4,800 questions"
    # Rows out of sight are not on the page.
    assert page.count(".question") < 200
    assert page.count(".matrix tbody tr") < 200
    search = (
        "(() => { const began = performance.now(); const search = document.querySelector('[type=search]');"
        " search.value = 'city recreate'; search.dispatchEvent(new Event('input'));"
        " document.body.offsetHeight; return (performance.now() - began) / 1000; })()"
    )
    assert quickest(lambda: page.evaluate(search), SEARCH_SECONDS) < SEARCH_SECONDS
    page.click(".cell.bad")
    page.wait("document.getElementById('conversation').open")


def test_scrolling_brings_the_rest_into_the_page(folder: Path, page: Page) -> None:
    page.open(
        story.write_report(folder, story.events(scenarios=100, disruptions=("kill",), losing=("kill",)))
    )
    assert page.count(".question") == 40
    page.evaluate("document.querySelector('#questions .more').scrollIntoView()")
    page.wait("document.querySelectorAll('.question').length > 40")
    page.evaluate("document.querySelector('#matrix .more').scrollIntoView()")
    page.wait("document.querySelectorAll('.matrix tbody tr').length === 100")
    assert page.evaluate("document.querySelector('#matrix .more').hidden")


def test_the_longest_texts_are_cut_and_what_is_not_on_the_page_is_named(folder: Path, page: Page) -> None:
    talk = " ".join(f"word{number}" for number in range(20_000))
    said = story.Words(noted=talk, prompt=f"system: {talk}")
    path = story.write_report(folder, story.events(said, scenarios=1))
    assert path.stat().st_size < 300_000
    page.open(path, "#question=2")
    assert page.evaluate("document.querySelector('.bot .words').textContent.endsWith('…')")


def test_a_conversation_that_found_no_room_is_said_to_be_in_the_transcript(folder: Path, page: Page) -> None:
    every = list(story.events())
    path = folder / "report.html"
    path.write_text(compose_page(analyse(every), read_history(every), Budget(conversations=0)), "utf-8")
    page.open(path)
    page.click(".cell.bad")
    assert "transcript.jsonl beside it has it" in page.text("dialog")
