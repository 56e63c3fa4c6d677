"""Search for values in text as whole words: "Rex" is not in "complex", "5000" is not in "50000"."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese syllables
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af"  # Korean, whose particles follow a noun without a blank
)
"""Letters of scripts without spaces between words: each counts as a word of its own."""

_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:_+[^\W_{_UNSPACED}]+)*")
"""Letters and digits. Underscores within a word belong to it; those around it are Markdown emphasis."""

_ONLY_WORDS = bytes(code if chr(code).isalnum() and code < 128 else ord(" ") for code in range(256))
"""Maps each ASCII character that is neither a letter nor a digit to a blank."""

SHORT = 200
"""Longest text that is cached, in characters. Filler turns and their replies are shorter, prompts longer."""

REMEMBERED = 4096
"""Most short texts in a cache. Bots repeat many of their replies."""


class Occurrence(NamedTuple):
    """The place of a value in a text; `value` is spelt as in the search."""

    value: str
    start: int
    end: int


class WholeWords:
    """Finds many values in one pass over a text's words, ignoring letter case."""

    def __init__(self, values: Collection[str]) -> None:
        # Word → the values to look up by it, as given and in folded case.
        self._by_word: dict[str, list[tuple[str, str]]] = {}
        words = {value: _words_in(value.casefold()) for value in dict.fromkeys(values)}
        owners = Counter(chain.from_iterable(map(set, words.values())))
        for value, every in words.items():
            # Look a value up by its rarest word: ORD-482913 and ORD-175530 share the first.
            word = min(every, key=owners.__getitem__, default=None)
            if word is not None:
                self._by_word.setdefault(word, []).append((value, value.casefold()))
        self._wordless = [value for value, every in words.items() if value.strip() and not every]
        # Cache of short texts that hold none of the words.
        self._without_words: set[str] = set()

    def occurrences(self, text: str) -> Iterator[Occurrence]:
        """Yield every occurrence of every value, in no particular order."""
        folded, origin = _fold(text)
        for word in dict.fromkeys(_words_in(folded)):
            for value, sought in self._by_word.get(word, ()):
                for start in _starts(folded, sought):
                    end = origin[start + len(sought) - 1] + 1
                    yield Occurrence(value=value, start=origin[start], end=end)
        for value in self._wordless:
            for found in re.finditer(re.escape(value), text):
                yield Occurrence(value=value, start=found.start(), end=found.end())

    def found(self, text: str, ignored: Collection[str] = ()) -> set[str]:
        """Return the values that occur, without the `ignored` ones. Faster than `occurrences`."""
        if text in self._without_words:
            return set()
        folded = text.casefold()
        known = self._by_word.keys() & _words_in(folded)
        if not known and not self._wordless:
            if len(text) <= SHORT and len(self._without_words) < REMEMBERED:
                self._without_words.add(text)
            return set()
        present = {
            value
            for word in known
            for value, sought in self._by_word[word]
            if value not in ignored and _occurs(folded, sought)
        }
        for value in self._wordless:
            if value in text and value not in ignored:
                present.add(value)
        return present


def _words_in(folded: str) -> Collection[str]:
    """Return the words of a text in folded case. Cache those of a short text that is slow to split."""
    if folded.isascii() and "_" not in folded:
        # In plain ASCII, splitting at non-alphanumeric characters is much faster than matching.
        return folded.encode().translate(_ONLY_WORDS).decode().split()
    return _words_in_short(folded) if len(folded) <= SHORT else _WORD.findall(folded)


@functools.lru_cache(maxsize=REMEMBERED)
def _words_in_short(folded: str) -> Collection[str]:
    return tuple(_WORD.findall(folded))


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Return the case-folded text, and the original index of each of its characters.

    Folding may change the length: "straße" becomes "strasse".
    """
    folded = text.casefold()
    # No character folds to nothing, so equal lengths mean that each folds to one.
    if len(folded) == len(text):
        return folded, range(len(text))
    pieces = [character.casefold() for character in text]
    return "".join(pieces), [index for index, piece in enumerate(pieces) for _ in piece]


def occurrences_of(value: str, text: str) -> Iterator[Occurrence]:
    """Yield every occurrence of one value. Faster than `WholeWords` for a single value."""
    sought = value.casefold()
    if not _holds_word(sought):
        yield from WholeWords((value,)).occurrences(text)
        return
    folded, origin = _fold(text)
    for start in _starts(folded, sought):
        yield Occurrence(value=value, start=origin[start], end=origin[start + len(sought) - 1] + 1)


def _starts(folded: str, sought: str) -> Iterator[int]:
    """Yield the indices at which `sought`, which holds a word, occurs in `folded` as whole words."""
    start = _start(folded, sought, 0)
    while start >= 0:
        yield start
        start = _start(folded, sought, start + 1)


def _start(folded: str, sought: str, since: int) -> int:
    """Return the first of these indices from `since` on; -1 when there is none."""
    start = folded.find(sought, since)
    while start >= 0 and not _stands_alone(folded, start, start + len(sought)):
        start = folded.find(sought, start + 1)
    return start


def _occurs(folded: str, sought: str) -> bool:
    return _start(folded, sought, 0) >= 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (_inside_word(text, start) or _inside_word(text, end) or _part_of_number(text, start, end))


def _inside_word(text: str, border: int) -> bool:
    """Whether a word continues across `border`, directly or over underscores."""
    if border in (0, len(text)):
        return False
    left, right = border - 1, border
    if text[left] != "_" and text[right] != "_":
        return _joins(text[right]) and _joins(text[left])
    while left >= 0 and text[left] == "_":
        left -= 1
    while right < len(text) and text[right] == "_":
        right += 1
    return left >= 0 and right < len(text) and _joins(text[left]) and _joins(text[right])


@functools.lru_cache(maxsize=1024)
def _joins(character: str) -> bool:
    """Whether the character can continue a word: a letter, a digit, or a combining accent."""
    if _IS_UNSPACED.match(character):
        return False
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _part_of_number(text: str, start: int, end: int) -> bool:
    """Whether digits continue beyond a separator, as for 5 in 5.50 and for 000 in 50,000."""
    goes_on = (
        text[end - 1].isdigit() and end + 1 < len(text) and text[end] in ".," and text[end + 1].isdigit()
    )
    came_before = (
        text[start].isdigit() and start >= 2 and text[start - 1] in ".," and text[start - 2].isdigit()
    )
    return goes_on or came_before


def contains(text: str, value: str) -> bool:
    """Whether `value` occurs in `text` as whole words."""
    return bool(found_in(text, (value,)))


def found_in(text: str, values: Collection[str]) -> frozenset[str]:
    """Return the values that occur in `text` as whole words."""
    if not values:
        return frozenset()
    folded = text.casefold()
    found = []
    for value in values:
        sought = value.casefold()
        # Most values do not occur at all.
        if sought in folded and (_occurs(folded, sought) if _holds_word(sought) else _is_in(text, value)):
            found.append(value)
    return frozenset(found)


def _is_in(text: str, value: str) -> bool:
    """Whether `value`, which holds no word, occurs in `text`."""
    return bool(value.strip()) and value in text


def _holds_word(folded: str) -> bool:
    # Most values begin with a word, which is faster to check.
    return folded[:1].isalnum() or _WORD.search(folded) is not None


def facts_in(text: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the facts whose values occur in `text`, in the order of `facts`."""
    present = found_in(text, tuple(facts.values()))
    return tuple(name for name, value in facts.items() if value in present)
