"""Search for facts in a store's contents: one pass, however many facts and records there are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gate.core.json_escapes import without_every_escape
from gate.core.words import WholeWords

MAX_LAYERS = 3
"""How many levels of JSON inside JSON are unescaped."""
BETWEEN = "\0"
"""Separator of unrelated texts: no value contains it, and no word extends across it."""
MARGIN = 64
"""Characters at a cut edge of a text, where a match may be a part of something longer."""

_PACKED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{100,}")
"""A run of characters that is longer than any word, and therefore probably base64."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a record's text."""

    record: int
    """The number of the record, as the caller counts them."""
    text: str
    cut_before: bool = False
    """Whether the record was cut before it."""
    cut_after: bool = False
    """Whether the record was cut after it."""


class TextSearch:
    """A search for all values at once, including values that are escaped in JSON."""

    def __init__(self, values: Collection[str]) -> None:
        self._words = WholeWords(values)

    def find(self, passages: Sequence[Passage]) -> Iterator[tuple[int, str]]:
        """Yield record and value where a record contains a value as whole words; some pairs repeat."""
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
    """Return `data` as text, and whether it is readable: compressed or encrypted data is not."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace"), False
    return text, not (len(text) >= 100 and any(_is_packed(run.group()) for run in _PACKED.finditer(text)))


def _is_packed(run: str) -> bool:
    """Whether a run has digits, lower and upper case letters: paths, hex digests and rulers do not."""
    return all(any(map(kind, run)) for kind in (str.isdigit, str.isupper, str.islower))


def _layers(text: str) -> Iterator[str]:
    """Yield `text`, then the text with JSON's escapes undone, once per level of JSON inside JSON."""
    yield text
    for _ in range(MAX_LAYERS):
        if "\\" not in text:
            return
        text = without_every_escape(text)
        yield text
