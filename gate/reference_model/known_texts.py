"""Finds the texts of a run in a bot's request: inside templates, transcripts and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gate.core.words import Occurrence

PREFIX_LENGTH = 12
"""Leading characters by which texts are looked up; an arbitrary trade of memory for time."""


class KnownTexts:
    """All texts of a run. Surrounding blanks are ignored: bots strip them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._originals: dict[str, str] = {}
        for text in sorted(texts):
            if text.strip():
                self._originals.setdefault(text.strip(), text)
        lengths: dict[str, set[int]] = {}
        for text in self._originals:
            lengths.setdefault(text[:PREFIX_LENGTH], set()).add(len(text))
        self._lengths = {prefix: sorted(found, reverse=True) for prefix, found in lengths.items()}
        self._prefix_lengths = sorted({len(prefix) for prefix in lengths}, reverse=True)
        first = "".join(sorted({re.escape(text[0]) for text in self._originals}))
        self._first_character = re.compile(f"[{first}]" if first else "(?!)")

    def find(self, text: str) -> list[Occurrence]:
        """Return every known text in `text`, from left to right, except those inside another known text."""
        found: list[Occurrence] = []
        for match in self._first_character.finditer(text):
            start = match.start()
            if _inside_word(text, start):
                continue
            end = self._longest_end(text, start)
            if end and not (found and end <= found[-1].end):
                found.append(Occurrence(value=self._originals[text[start:end]], start=start, end=end))
        return found

    def _longest_end(self, text: str, start: int) -> int:
        """Return the end of the longest known text that begins at `start`; 0 when none does."""
        # A text shorter than PREFIX_LENGTH is looked up by its whole length.
        return max(
            (
                start + length
                for prefix_length in self._prefix_lengths
                for length in self._lengths.get(text[start : start + prefix_length], ())
                if start + length <= len(text)
                and text[start : start + length] in self._originals
                and not _inside_word(text, start + length)
            ),
            default=0,
        )


def _inside_word(text: str, border: int) -> bool:
    return 0 < border < len(text) and text[border - 1].isalnum() and text[border].isalnum()
