"""report.html used with a mouse, with the keyboard alone, and with a screen reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import story
from tests.browser.chromium import Page


@pytest.fixture
def report(folder: Path, page: Page) -> Page:
    """Open the report of a bot that forgets everything when its container is replaced."""
    page.open(story.write_report(folder, story.events(trials=2)))
    return page


def open_conversation(report: Page) -> None:
    """Click the first cell of the matrix with a loss."""
    report.click(".cell.bad")
    report.wait("document.getElementById('conversation').open")


def test_it_leads_with_the_verdict_and_the_reason(report: Page) -> None:
    assert report.text("h1") == "✗Failed"
    assert report.text(".lead").startswith("After recreate, the bot remembers 0 of 8 facts")
    assert report.text(".figure") == "50 %"


def test_the_matrix_shows_what_each_disruption_left_of_each_scenario(report: Page) -> None:
    cells = report.evaluate("[...document.querySelectorAll('.cell-text')].map((node) => node.textContent)")
    assert cells == ["4/4", "0/4", "4/4", "0/4"]
    assert report.count(".cell.bad") == 2


def test_a_click_on_a_cell_shows_both_conversations_with_the_disruption_between(report: Page) -> None:
    open_conversation(report)
    assert report.text("#conversation-title") == "An order number survives"
    assert "container 3f2a91bc → 91bc3f2a" in report.text(".band")
    assert report.count(".band") == 1
    order = report.evaluate(
        "[...document.querySelectorAll('.conversation-body .row')].map((row) => row.matches('.band')"
        " ? 'band' : row.matches('.heads') ? 'heads' : row.querySelectorAll('.asking').length)"
    )
    assert order == ["heads", 0, 0, 0, "band", 2, 2]
    replies = report.evaluate(
        "[...document.querySelectorAll('.asking .bot .words')].map((node) => node.innerText)"
    )
    assert replies[1] == replies[3] == story.UNKNOWN
    assert replies[0].startswith("It is ORD-")


def test_a_fact_has_one_colour_wherever_it_was_told_loaded_and_answered(report: Page) -> None:
    open_conversation(report)
    places = report.evaluate(
        "['.user mark', '.prompt mark', '.bot .words mark', '.judged mark'].map((place) =>"
        " [...new Set([...document.querySelectorAll('.row ' + place)]"
        ".filter((mark) => mark.title === 'order')"
        ".map((node) => node.className.replace(' gone', '')))])"
    )
    assert places == [["fact f0"]] * 4
    colours = report.evaluate(
        "[...new Set([...document.querySelectorAll('.row mark.f0')]"
        ".map((node) => getComputedStyle(node).backgroundColor))].length"
    )
    assert colours == 1
    other = report.evaluate("[...document.querySelectorAll('.row .user mark')].map((node) => node.title)")
    assert set(other) == {"order", "city"}


def test_the_facts_of_both_arms_lead_the_conversation(report: Page) -> None:
    open_conversation(report)
    rows = report.evaluate(
        "[...document.querySelectorAll('.facts tbody tr')].map((row) => [...row.cells].map((node) =>"
        " node.innerText))"
    )
    assert [(row[0], row[3]) for row in rows] == [(fact, "lost, at stored") for fact in ("order", "city")]
    assert all(row[1].startswith("ORD-") and row[1] != row[2] for row in rows[:1])
    table, around = (
        report.evaluate(f"document.querySelector('{selector}').getBoundingClientRect().height")
        for selector in (".facts", ".conversation-body > .scroll")
    )
    assert around >= table > 50


def test_a_lost_fact_is_struck_at_the_stage_that_lost_it(report: Page) -> None:
    open_conversation(report)
    struck = report.evaluate(
        "[...document.querySelectorAll('.judged.lost')].map((node) =>"
        " [node.querySelector('s').textContent, node.querySelector('mark.gone') !== null])"
    )
    assert struck == [["stored", True]] * 2
    assert report.count(".judged.remembered s, .judged.remembered .gone") == 0
    in_store = report.evaluate("[...document.querySelectorAll('.look s')].map((node) => node.innerText)")
    assert [chip.split()[0] for chip in in_store] == ["order:", "city:"] * 2 or len(in_store) == 4


def test_the_prompt_that_the_bot_sent_can_be_unfolded(report: Page) -> None:
    open_conversation(report)
    assert report.count(".prompt[open]") == 0
    report.click(".row > :last-child .prompt summary")
    assert report.count(".prompt[open]") == 1
    prompt = report.text(".prompt[open] ol")
    assert "You are a helpful shop assistant." in prompt
    assert "What is my order number?" in prompt


def test_search_and_filters_find_questions(report: Page) -> None:
    assert report.text(".status") == "8 of 32 questions"
    report.choose("Outcome", "")
    report.choose("Asked", "")
    assert report.text(".status") == "32 of 32 questions"
    report.choose("Lost at", "stored")
    assert report.text(".status") == "8 of 32 questions"
    report.choose("Lost at", "")
    report.evaluate("document.querySelector('input[type=search]').focus()")
    report.write("ORDER number restart")
    report.evaluate("new Promise(requestAnimationFrame)")
    assert report.text(".status") == "No question is like that."
    report.evaluate("document.querySelector('input[type=search]').select()")
    report.write("ORDER number")
    assert report.text(".status").endswith("of 32 questions")


def test_the_keyboard_is_enough(report: Page) -> None:
    report.press("Tab")
    assert report.evaluate("document.activeElement.className") == "skip"
    for _ in range(12):
        report.press("Tab")
        if report.evaluate("document.activeElement.classList.contains('cell')"):
            break
    first = report.evaluate("document.activeElement.textContent")
    report.press("ArrowRight")
    report.press("ArrowDown")
    second = report.evaluate("document.activeElement.textContent")
    assert "restart: 4 of 4 kept" in first
    assert "(2), recreate: 0 of 4 kept; lost at stored 4" in second
    # The whole matrix is one stop, so the next Tab leaves it.
    report.press("Tab")
    assert not report.evaluate("document.activeElement.classList.contains('cell')")
    report.evaluate("document.querySelector('.cell.bad').focus()")
    report.press("Enter")
    report.wait("document.getElementById('conversation').open")
    assert report.evaluate("document.activeElement.classList.contains('focus')")
    report.press("Escape")
    report.wait("!document.getElementById('conversation').open")
    assert report.evaluate("document.activeElement.matches('.cell.bad')")


def test_the_address_names_what_is_open(report: Page, folder: Path) -> None:
    open_conversation(report)
    fragment = report.evaluate("location.hash")
    assert fragment.startswith("#question=")
    report.press("Escape")
    report.wait("location.hash === ''")
    report.open(folder / "report.html", "?again" + fragment)
    assert report.evaluate("document.getElementById('conversation').open")


@pytest.mark.parametrize(
    "fragment", ["#question=99999", "#conversation=x", "#%E0%A4%A", "#question=__proto__", "#="]
)
def test_an_address_of_nothing_opens_nothing(folder: Path, page: Page, fragment: str) -> None:
    page.open(story.write_report(folder, story.events()), fragment)
    assert not page.evaluate("document.getElementById('conversation').open")


def test_another_trial_can_be_chosen(report: Page) -> None:
    open_conversation(report)
    before = report.text(".bubble.user")
    report.choose("Trial", report.evaluate("document.querySelector('dialog select').options[1].value"))
    report.wait("location.hash.startsWith('#conversation=')")
    assert report.text(".bubble.user") != before


def test_a_screen_reader_finds_names_for_everything(report: Page) -> None:
    open_conversation(report)
    report.press("Escape")
    nodes = report.send("Accessibility.getFullAXTree")["nodes"]
    roles = ("button", "combobox", "searchbox", "table", "image", "link", "dialog", "heading")
    shown = [node for node in nodes if not node.get("ignored") and node.get("role", {}).get("value") in roles]
    assert len(shown) > 20
    assert [node for node in shown if not node.get("name", {}).get("value", "").strip()] == []
    assert {"main", "heading"} <= {node.get("role", {}).get("value") for node in nodes}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("fragment", ["", "#question=9"])
def test_no_width_needs_scrolling_sideways(folder: Path, page: Page, width: int, fragment: str) -> None:
    page.look(width=width, height=800)
    page.open(story.write_report(folder, story.events()), fragment)
    assert page.evaluate("Math.max(document.documentElement.scrollWidth, innerWidth)") <= width
    if fragment:
        assert page.evaluate(
            "(() => { const node = document.querySelector('.conversation-body');"
            " return node.scrollWidth <= node.clientWidth; })()"
        )


def test_on_a_narrow_screen_one_arm_is_shown_at_a_time(folder: Path, page: Page) -> None:
    page.look(width=390, height=844)
    page.open(story.write_report(folder, story.events()), "#question=10")
    visible = (
        "[...document.querySelectorAll('.asking .bot .words')].filter((node) => node.offsetParent)"
        ".map((node) => node.innerText.slice(0, 5))"
    )
    assert page.evaluate(visible) == ["I don", "I don"]
    page.click(".switch")
    assert page.evaluate(visible) == ["It is", "It is"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(folder: Path, page: Page, scheme: str) -> None:
    """A contrast of 4.5 at least, as WCAG asks for (AA)."""
    page.look(scheme=scheme)
    page.open(story.write_report(folder, story.events(keeps_one=True)), "#question=14")
    assert page.evaluate((Path(__file__).parent / "contrast.js").read_text()) == []


def test_nobody_needs_the_script_for_the_verdict(folder: Path, page: Page) -> None:
    """Some viewers of build artifacts run no scripts."""
    path = story.write_report(folder, story.events())
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.send("Page.navigate", url=path.as_uri())
    page.wait("document.querySelector('noscript')")
    assert page.text("h1") == "✗Failed"
    assert "recreate" in page.text("table")
    assert "does not run here" in page.text("main")
