"""The sections of docs/detection.md. Each is measured by a part of `make zoo`, and replaced by it alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

ROW = re.compile(r"^\| (\d+)([a-z]?) (✓|✗|not run) \|.*$", re.MULTILINE)
"""A line of the table of defects: its number, the letter of its bot, and whether it was caught."""
COUNT = re.compile(r"\*\*\d+ of \d+ kinds of defect \(\d+ of \d+ bots\)")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
ORDER = (
    *("Defects", "Healthy twins", "In real frameworks", "The two bots of the story", "What to run"),
    "What each disruption costs",
)


def with_sections(page: str, introduction: str, sections: Mapping[str, Sequence[str]]) -> str:
    """The page with some sections replaced, and its introduction unless "" is given."""
    parts = HEADING.split(page)
    known = {heading: text.strip("\n") for heading, text in zip(parts[1::2], parts[2::2], strict=True)}
    new = {heading: "\n".join(lines).strip("\n") for heading, lines in sections.items()}
    texts = {**known, **new}
    body = [f"## {heading}\n\n{texts[heading]}\n" for heading in ORDER if heading in texts]
    return "\n".join([f"{(introduction or parts[0]).strip()}\n", *body])


def with_rows(page: str, rows: Mapping[str, str]) -> str:
    """The page with some lines of the table of defects replaced, by their numbers, and counted again."""
    page = ROW.sub(lambda line: rows.get(line[1] + line[2], line[0]), page)
    marks = [(line[1], line[3]) for line in ROW.finditer(page) if line[3] != "not run"]
    caught = sum(mark == "✓" for _, mark in marks)
    kinds = {number for number, _ in marks}
    missed = {number for number, mark in marks if mark == "✗"}
    return COUNT.sub(counted(len(kinds) - len(missed), len(kinds), caught, len(marks)), page)


def counted(caught_kinds: int, kinds: int, caught_bots: int, bots: int) -> str:
    """How many defects are caught, as the page begins."""
    return f"**{caught_kinds} of {kinds} kinds of defect ({caught_bots} of {bots} bots)"


def rewrite_rows(path: Path, rows: Mapping[str, str]) -> None:
    """Replaces lines of the table of defects in its file."""
    path.write_text(with_rows(path.read_text(encoding="utf-8"), rows), encoding="utf-8")


def rewrite(path: Path, introduction: str, sections: Mapping[str, Sequence[str]]) -> None:
    """Replaces sections of the page in its file."""
    path.write_text(with_sections(path.read_text(encoding="utf-8"), introduction, sections), encoding="utf-8")
