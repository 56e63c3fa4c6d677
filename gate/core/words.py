"""Finding values in text as whole words: "Rex" is not in "complex", "5000" is not in "50000"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese syllables
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af"  # Korean, whose particles follow a noun without a blank
)
"""Letters of scripts that put no blanks between words: each counts as a word of its own."""

_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:_+[^\W_{_UNSPACED}]+)*")
"""Letters and digits. Underscores join within a word; around it they are Markdown's emphasis."""


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """Where one of the sought values stands; `value` is spelt as it was sought."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Sought:
    value: str
    folded: str
    offset: int
    """Where in the value the word stands by which it is looked up."""


class WholeWords:
    """Finds many values in a text in one pass over its words. Letter case does not matter."""

    def __init__(self, values: Collection[str]) -> None:
        self._by_word: dict[str, list[_Sought]] = {}
        for value in dict.fromkeys(values):
            folded = value.casefold()
            # By the longest word: ORD-482913 and ORD-175530 share their first one.
            word = max(_WORD.finditer(folded), key=lambda one: len(one.group()), default=None)
            if word is not None:
                sought = _Sought(value=value, folded=folded, offset=word.start())
                self._by_word.setdefault(word.group(), []).append(sought)
        self._wordless = [one for one in dict.fromkeys(values) if one.strip() and not _WORD.search(one)]

    def occurrences(self, text: str) -> Iterator[Occurrence]:
        """Every occurrence of every value, in no particular order."""
        folded, origin = _fold(text)
        for word in _WORD.finditer(folded):
            for sought in self._by_word.get(word.group(), ()):
                start = word.start() - sought.offset
                end = start + len(sought.folded)
                if (
                    start >= 0
                    and folded.startswith(sought.folded, start)
                    and _stands_alone(folded, start, end)
                ):
                    yield Occurrence(value=sought.value, start=origin[start], end=origin[end - 1] + 1)
        for value in self._wordless:
            for found in re.finditer(re.escape(value), text):
                yield Occurrence(value=value, start=found.start(), end=found.end())


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` without its letter case, and where each of its characters stood before.

    The length may change with the case: "STRASSE" is "straße".
    """
    folded = text.casefold()
    # No character folds to none, so equal lengths mean that each folds to one.
    if len(folded) == len(text):
        return folded, range(len(text))
    pieces = [character.casefold() for character in text]
    return "".join(pieces), [index for index, piece in enumerate(pieces) for _ in piece]


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (_inside_word(text, start) or _inside_word(text, end) or _part_of_number(text, start, end))


def _inside_word(text: str, border: int) -> bool:
    """Whether a word goes on across `border`, be it over underscores."""
    left, right = border - 1, border
    while left >= 0 and text[left] == "_":
        left -= 1
    while right < len(text) and text[right] == "_":
        right += 1
    return left >= 0 and right < len(text) and _joins(text[left]) and _joins(text[right])


def _joins(character: str) -> bool:
    """Whether it is part of a word that may go on: a letter, a digit, or an accent upon one."""
    if _IS_UNSPACED.match(character):
        return False
    return character.isalnum() or unicodedata.category(character).startswith("M")


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
    return bool(found_in(text, (value,)))


def found_in(text: str, values: Collection[str]) -> frozenset[str]:
    """Those of `values` that stand in `text` as whole words."""
    folded = text.casefold()
    # What does not stand in it at all is soon ruled out, and mostly it is all of them.
    possible = [value for value in values if value.casefold() in folded]
    return frozenset(one.value for one in WholeWords(possible).occurrences(text)) if possible else frozenset()


def facts_in(text: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the facts whose values stand in `text`, in the order of `facts`."""
    present = found_in(text, tuple(facts.values()))
    return tuple(name for name, value in facts.items() if value in present)
