"""What docs/security.md names as the tests of its claims is there."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT
from tests.hostile.rows import ROWS

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")
TARGETS = re.compile(r"^([a-z-]+):", re.MULTILINE)


def shown_by() -> list[str]:
    """The last column of the table, a cell a row."""
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("|")]
    return [row[-1].strip() for row in rows[2:]]


def test_every_row_names_what_shows_it() -> None:
    assert len(shown_by()) > 10
    assert all(CODE.search(cell) for cell in shown_by())


def test_what_shows_it_exists() -> None:
    """A file or folder of tests, a target of make, or a bot in the table of hostile bots."""
    bots = {row.name for row in ROWS}
    targets = set(TARGETS.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    for cell in shown_by():
        for name in CODE.findall(cell):
            if name.startswith("make "):
                assert name.removeprefix("make ") in targets, name
            elif "/" in name:
                place = ROOT / name
                assert place.name.startswith("test_") or list(place.rglob("test_*.py")), name
                assert place.exists(), name
            else:
                assert name in bots, name
