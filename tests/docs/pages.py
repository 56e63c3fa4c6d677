"""The project's Markdown, taken apart: code blocks, words in code, links and the anchors of headings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("*.md", "docs/**/*.md", "tests/*.md", "scenarios/*.md", "examples/**/*.md")


@dataclass(frozen=True, kw_only=True)
class Fence:
    """A code block. `line` counts from 1."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Every page, seen from the project's folder."""
    return sorted(path.relative_to(ROOT).as_posix() for place in PLACES for path in ROOT.glob(place))


@cache
def tokens(page: str) -> tuple[Token, ...]:
    """What the page consists of, as GitHub reads it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return tuple(MarkdownIt("commonmark").enable("table").parse(text))


def fences(*languages: str) -> list[Fence]:
    """The code blocks of all pages, in one of these languages where some are named."""
    found = [
        Fence(page=page, line=(one.map or [0])[0] + 1, language=one.info.strip(), text=one.content)
        for page in pages()
        for one in tokens(page)
        if one.type == "fence"
    ]
    return [one for one in found if not languages or one.language in languages]


def inline(page: str) -> Iterator[tuple[Token, int]]:
    """The pieces of running text, each with its line."""
    for block in tokens(page):
        for piece in block.children or ():
            yield piece, (block.map or [0])[0] + 1


def codes(page: str) -> list[tuple[str, int]]:
    """Words that are set as code, each with its line."""
    return [(piece.content, line) for piece, line in inline(page) if piece.type == "code_inline"]


def links(page: str) -> list[tuple[str, int]]:
    """The targets of links and pictures, each with its line."""
    found = ((piece.attrGet("href") or piece.attrGet("src"), line) for piece, line in inline(page))
    return [(str(target), line) for target, line in found if target]


@cache
def anchors(page: str) -> frozenset[str]:
    """The anchors that GitHub gives the headings of a page."""
    found: list[str] = []
    parts = tokens(page)
    for opening, content in itertools.pairwise(parts):
        if opening.type == "heading_open":
            text = "".join(one.content for one in content.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            times = sum(
                one == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", one) is not None for one in found
            )
            found.append(f"{slug}-{times}" if times else slug)
    return frozenset(found)
