"""The glossary names files that exist, and every package of the gate."""

from __future__ import annotations

import pytest

from tests.docs.pages import ROOT, codes, links, pages

GLOSSARY = "docs/glossary.md"
MOST_WORDS = 20
"""Words of a meaning; a longer one is two ideas."""
READ_FROM = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")


def rows() -> list[tuple[str, str, str]]:
    """Return term, meaning and place of every term."""
    lines = (ROOT / GLOSSARY).read_text(encoding="utf-8").splitlines()
    table = (line.strip("|").split(" | ") for line in lines if line.startswith("| "))
    cells = [[cell.strip() for cell in row] for row in table]
    return [(term, meaning, place) for term, meaning, place in cells if term != "term"]


TERMS = pytest.mark.parametrize(("term", "meaning", "place"), rows(), ids=[row[0] for row in rows()])


@TERMS
def test_a_term_has_one_short_sentence_and_a_place(term: str, meaning: str, place: str) -> None:
    assert len(meaning.split()) <= MOST_WORDS, term
    assert meaning.endswith(".")
    assert "`" in place or "](" in place, term


def test_every_file_that_the_glossary_names_exists() -> None:
    named = [code for code, _ in codes(GLOSSARY) if "/" in code]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_package_of_the_gate_appears() -> None:
    packages = {f"gate/{path.parent.name}" for path in (ROOT / "gate").glob("*/__init__.py")}
    named = {"/".join(code.split("/")[:2]) for code, _ in codes(GLOSSARY)}
    assert packages <= named


def test_no_term_is_explained_twice() -> None:
    terms = [term for term, _, _ in rows()]
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("page", READ_FROM)
def test_the_pages_for_newcomers_lead_to_the_glossary(page: str) -> None:
    assert page in pages()
    assert any(target.endswith("glossary.md") for target, _ in links(page))
