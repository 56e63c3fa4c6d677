"""Every link within the project leads somewhere."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, anchors, links, pages

PARTS_OF_A_DECISION = ("Context", "Decision", "Alternatives", "Consequence")


@pytest.mark.parametrize("page", pages())
def test_links_lead_to_files_and_headings_that_there_are(page: str) -> None:
    broken = []
    for target, line in links(page):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / page).parent / path if path else ROOT / page
        name = place.resolve().relative_to(ROOT).as_posix()
        if not place.exists():
            broken.append(f"{page}:{line}: there is no {target}")
        elif anchor and name.endswith(".md") and anchor not in anchors(name):
            broken.append(f"{page}:{line}: there is no heading {target}")
    assert broken == []


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached: set[str] = set()
    ahead = ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or not (ROOT / page).exists():
            continue
        reached.add(page)
        for target, _ in links(page):
            path = target.partition("#")[0]
            if path.endswith(".md") and "://" not in path:
                ahead.append(((ROOT / page).parent / path).resolve().relative_to(ROOT).as_posix())
    assert {page for page in pages() if page.startswith("docs/")} <= reached


@pytest.mark.parametrize("page", [page for page in pages() if fnmatchcase(page, "docs/adr/[0-9]*.md")])
def test_a_decision_has_all_its_parts_and_is_listed(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(PARTS_OF_A_DECISION)
    assert text.startswith(f"# {int(Path(page).name[:4])}. ")
    for index, link in (
        ("docs/adr/README.md", Path(page).name),
        ("docs/architecture.md", f"adr/{Path(page).name}"),
    ):
        assert link in [target for target, _ in links(index)]


def test_the_page_of_architecture_knows_every_part_of_the_gate() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = [one for one in (ROOT / "gate").iterdir() if (one / "__init__.py").is_file()]
    named = [f"gate/{one.name}" for one in parts]
    assert len(named) > 10
    assert [one for one in named if one not in text] == []


PLACES = {
    "the wait until a bot is ready": "async def wait_until_healthy",
    "the blue-green switch": "class BlueGreen",
    "where the threshold is applied": "policy.accuracy",
    "how session ids are made": "def session_ids",
    "the fake model": "class ReferenceModel",
    "what sanitises the bot's text": "def sanitize_line",
    "the comment on a pull request": "class CommentReporter",
    "what becomes of a TTL that runs out": "early_expiries",
    "the order of a list of turns": "inverted",
    "what is said during a disruption": "def build_background_scenario",
    "the default disruptions": "DEFAULT_DISRUPTIONS",
    "sweeping": "def remove_run",
}
"""What a newcomer looks for → what stands in the file that the page names for it."""


def test_a_newcomer_finds_each_file_that_the_page_names() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| ([^|]+?) \| `(gate/[^`]+)` \|$", text, re.MULTILINE))
    assert set(named) == set(PLACES)
    for sought, content in PLACES.items():
        assert content in (ROOT / named[sought]).read_text(encoding="utf-8"), (sought, named[sought])
