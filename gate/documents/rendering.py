"""Rendering of mistakes: position, message, source line, caret, hint."""

from __future__ import annotations

import unicodedata

from gate.errors import DocumentError, Problem

MAX_COLUMNS = 160
"""Width at which a source line is cut when it is shown."""

UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that a terminal may interpret instead of showing."""


def render(error: DocumentError) -> str:
    """Render all problems as plain text, each with its source line and a caret below the position."""
    return "\n".join([*(_render_problem(problem) for problem in error.problems), error.what])


def _render_problem(problem: Problem) -> str:
    place = f":{problem.line}:{problem.column}" if problem.line else ""
    heading = _printable(f"error: {problem.file}{place}: {problem.message}")
    hint = _printable(problem.hint)
    if not problem.line:
        return f"{heading}\n       {hint}" if hint else heading
    gutter = max(4, len(str(problem.line)))
    # A window of the line around the position.
    first = max(0, problem.column - 1 - MAX_COLUMNS * 3 // 4)
    shown = _printable(problem.source[first : first + MAX_COLUMNS])
    offset = problem.column - 1 - first
    caret = " " * _columns(shown[:offset]) + "^" * max(1, _columns(shown[offset : offset + problem.width]))
    excerpt = f"{problem.line:>{gutter}} | {shown}".rstrip()
    return "\n".join([heading, excerpt, f"{'':{gutter}} | {caret}  {hint}".rstrip()])


def _printable(text: str) -> str:
    """Make the text one line of equal length, without cursor movements and GitHub commands."""
    line = "".join(
        character if unicodedata.category(character) not in UNPRINTABLE else "\ufffd"
        for character in text.replace("\t", " ")
    )
    return line.replace("##[", "##(")


def _columns(text: str) -> int:
    """Return the width on a terminal."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    marks = sum(unicodedata.category(character) in ("Mn", "Me") for character in text)
    return len(text) + wide - marks
