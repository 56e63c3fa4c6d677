"""A text that is being read, with positions and the mistakes found in it."""

from __future__ import annotations

import bisect
import re

from gate.errors import DocumentError, Problem

MAX_PROBLEMS = 100
"""The number of mistakes after which reading ends. The user fixes those first and tries again."""

MAX_MESSAGE = 500
"""The longest message or hint, in characters. Either may list all names that the file defines."""

LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Source:
    """A text that is being read. Its mistakes go to `problems`, a list that many sources may share.

    When the list is full, `report` raises DocumentError, so that a file full of mistakes takes no longer
    than one with a few.

    A source without text is an option or an input, by the `name` that the user knows. Its mistakes have
    line 0, which means "no position in a file".
    """

    def __init__(self, *, name: str, problems: list[Problem], text: str = "") -> None:
        self.name = name
        self.problems = problems
        self.text = text
        self._lines = LINE_BREAK.split(text)
        self._starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column, from 1, of the character at `offset`."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def report(self, message: str, *, line: int = 0, column: int = 0, width: int = 1, hint: str = "") -> None:
        """Add a mistake. Raises DocumentError when the list is full."""
        source = self._lines[line - 1] if line else ""
        self.problems.append(
            Problem(
                file=self.name,
                line=line,
                column=column,
                message=_bounded(message),
                source=source,
                width=max(1, min(width, len(source) - column + 1)),
                hint=_bounded(hint),
            )
        )
        if len(self.problems) >= MAX_PROBLEMS:
            raise DocumentError(self.problems)

    def report_at(self, offset: int, message: str, *, width: int = 1, hint: str = "") -> None:
        """Add a mistake at the character at `offset`."""
        line, column = self.place(offset)
        self.report(message, line=line, column=column, width=width, hint=hint)


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"
