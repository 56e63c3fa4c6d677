"""Finding values in text as whole words: "Rex" is not in "complex", "5000" is not in "50000"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """Where one of the sought values stands; `value` is spelt as it was sought."""

    value: str
    start: int
    end: int


class WholeWords:
    """Finds many values in a text in one pass over its words. Letter case does not matter."""

    def __init__(self, values: Collection[str]) -> None:
        self._by_first_word: dict[str, list[tuple[str, int]]] = {}
        self._wordless: list[str] = []
        for value in dict.fromkeys(values):
            first = _WORD.search(value)
            if first is None:
                if value.strip():
                    self._wordless.append(value)
                continue
            self._by_first_word.setdefault(first.group().casefold(), []).append((value, first.start()))

    def occurrences(self, text: str) -> Iterator[Occurrence]:
        """Every occurrence of every value, by the position of its first word."""
        for word in _WORD.finditer(text):
            for value, offset in self._by_first_word.get(word.group().casefold(), ()):
                start = word.start() - offset
                end = start + len(value)
                if start >= 0 and _stands_alone(text, value, start, end):
                    yield Occurrence(value=value, start=start, end=end)
        for value in self._wordless:
            for found in re.finditer(re.escape(value), text):
                yield Occurrence(value=value, start=found.start(), end=found.end())


def _stands_alone(text: str, value: str, start: int, end: int) -> bool:
    if text[start:end].casefold() != value.casefold():
        return False
    inside_word = end < len(text) and value[-1].isalnum() and (text[end].isalnum() or text[end] == "_")
    return not inside_word and not _part_of_number(text, start, end)


def _part_of_number(text: str, start: int, end: int) -> bool:
    """Whether digits go on beyond a separator: 5 in 5.50, 000 in 50,000."""
    goes_on = (
        text[end - 1].isdigit() and end + 1 < len(text) and text[end] in ".," and text[end + 1].isdigit()
    )
    came_before = (
        text[start].isdigit() and start >= 2 and text[start - 1] in ".," and text[start - 2].isdigit()
    )
    return goes_on or came_before


def contains(text: str, value: str) -> bool:
    """Whether `value` stands in `text` as whole words."""
    return next(WholeWords((value,)).occurrences(text), None) is not None


def found_in(text: str, values: Collection[str]) -> frozenset[str]:
    """Those of `values` that stand in `text` as whole words."""
    return frozenset(one.value for one in WholeWords(values).occurrences(text))


def facts_in(text: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the facts whose values stand in `text`, in the order of `facts`."""
    present = found_in(text, tuple(facts.values()))
    return tuple(name for name, value in facts.items() if value in present)
