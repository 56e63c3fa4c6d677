"""Finds facts in what a store holds, in one pass over it, however many facts and records there are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gate.core.json_escapes import without_every_escape
from gate.core.words import WholeWords

MAX_LAYERS = 3
"""How often JSON inside JSON is looked into."""
BETWEEN = "\0"
"""Stands between what does not belong together: no value holds it, and no word goes on across it."""
MARGIN = 64
"""Characters at an edge where a text was cut: what ends in them may be a part of something longer."""

_PACKED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{100,}")
"""A run of characters without a blank that is as long as no word: base64 of something, mostly."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of text out of a record."""

    record: int
    """Which of the caller's records it is of."""
    text: str
    cut_before: bool = False
    """Whether the record goes on before it."""
    cut_after: bool = False


class TextSearch:
    """Looks for all values at once, also beneath the escapes of JSON."""

    def __init__(self, values: Collection[str]) -> None:
        self._words = WholeWords(values)

    def find(self, passages: Sequence[Passage]) -> Iterator[tuple[int, str]]:
        """Record and value, for each value that stands in a record as whole words; some more than once."""
        layers = [(passage, text) for passage in passages for text in _layers(passage.text)]
        starts, size = [], 0
        for _, text in layers:
            starts.append(size)
            size += len(text) + len(BETWEEN)
        for found in self._words.occurrences(BETWEEN.join(text for _, text in layers)):
            index = bisect_right(starts, found.start) - 1
            passage, text = layers[index]
            start, end = found.start - starts[index], found.end - starts[index]
            cut = (passage.cut_before and start < MARGIN) or (passage.cut_after and end > len(text) - MARGIN)
            if not cut:
                yield passage.record, found.value


def readable(data: bytes) -> tuple[str, bool]:
    """`data` as text, and whether that is all there is to it: packed and encrypted records are not."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace"), False
    return text, not (len(text) >= 100 and any(_is_packed(run.group()) for run in _PACKED.finditer(text)))


def _is_packed(run: str) -> bool:
    """Digits, small and capital letters in one run: not a path, a hexadecimal digest or a ruled line."""
    return all(any(map(kind, run)) for kind in (str.isdigit, str.isupper, str.islower))


def _layers(text: str) -> Iterator[str]:
    """`text`, then with JSON's escapes undone, as often as there is JSON inside JSON."""
    yield text
    for _ in range(MAX_LAYERS):
        if "\\" not in text:
            return
        text = without_every_escape(text)
        yield text
