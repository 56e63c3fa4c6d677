"""The sections of docs/detection.md. Each is measured by a part of `make zoo`, and replaced by it alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

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


def rewrite(path: Path, introduction: str, sections: Mapping[str, Sequence[str]]) -> None:
    """Replaces sections of the page in its file."""
    path.write_text(with_sections(path.read_text(encoding="utf-8"), introduction, sections), encoding="utf-8")
