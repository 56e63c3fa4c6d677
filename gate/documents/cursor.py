"""A typed cursor over YAML that knows its position and collects mistakes instead of stopping at the first."""

from __future__ import annotations

import difflib
import itertools
import math
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

import yaml

from gate.documents.source import MAX_MESSAGE, Source

MAX_COMPARED = 24
MAX_KNOWN = 40
"""Characters of a word, and number of words, compared for a suggestion: most come from untrusted files."""

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")

TAG = "tag:yaml.org,2002:"
TEXT_TAG = TAG + "str"
NOTHING_TAG = TAG + "null"
BOOLEAN_TAG = TAG + "bool"
FOUND = {
    TEXT_TAG: '"{}"',
    TAG + "int": "the number {}",
    TAG + "float": "the number {}",
    TAG + "timestamp": "the date {}",
    BOOLEAN_TAG: "{}, which YAML takes for true or false",
}
UNPRINTABLE = ("Cc", "Cs")
"""Unicode categories that no name, path or option may contain: control characters and surrogates."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value in a file. Each getter returns the value, or reports a mistake and returns None or {}."""

    source: Source = field(repr=False)
    syntax: yaml.Node = field(repr=False)
    key: Node | None = field(default=None, repr=False)
    """The key that this value stands under."""

    @property
    def file(self) -> str:
        """The file's name, or the option or input that the value was given as."""
        return self.source.name

    @property
    def line(self) -> int:
        """Counts from 1; 0 when the value comes from no file."""
        return self._place()[0]

    @property
    def column(self) -> int:
        """In characters, counts from 1; 0 when the value comes from no file."""
        return self._place()[1]

    def problem(self, message: str, *, hint: str = "", fragment: str = "") -> None:
        """Report a mistake at this value, or at the first occurrence of `fragment` in it."""
        if self.syntax.start_mark is None:
            self.source.report(message, hint=hint)
            return
        start, end = self.syntax.start_mark.index, self.syntax.end_mark.index
        found = self.source.text.find(fragment, start, end) if fragment else -1
        if found >= 0:
            start, end = found, found + len(fragment)
        width = end - start if isinstance(self.syntax, yaml.ScalarNode) else 1
        self.source.report_at(start, message, width=width, hint=hint)

    def mapping(self) -> dict[str, Node]:
        """Return the values by key. Keys that are no text were reported when the file was read."""
        if not isinstance(self.syntax, yaml.MappingNode):
            self.problem(f"expected a mapping, found {self.found}", hint="write it as `key: value`")
            return {}
        entries: dict[str, Node] = {}
        for key, value in self.syntax.value:
            if key.tag == TEXT_TAG and isinstance(key, yaml.ScalarNode):
                name = Node(source=self.source, syntax=key)
                entries.setdefault(key.value, Node(source=self.source, syntax=value, key=name))
        return entries

    def fields(self, known: Collection[str], *, required: Collection[str] = ()) -> dict[str, Node]:
        """Return the values of `known` keys. Report all other keys, and missing `required` ones."""
        entries = self.mapping()
        meant = set()
        for name, value in entries.items():
            if name not in known and value.key is not None:
                meant.add(nearest(name, known))
                hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
                value.key.problem(f"unknown key {quoted(name)}", hint=hint)
        if isinstance(self.syntax, yaml.MappingNode):
            for name in required:
                if name not in entries and name not in meant:
                    self.problem(f"missing key {quoted(name)}")
        return {name: value for name, value in entries.items() if name in known}

    def sequence(self) -> tuple[Node, ...]:
        """Return the items of a list."""
        if not isinstance(self.syntax, yaml.SequenceNode):
            self.problem(f"expected a list, found {self.found}")
            return ()
        return tuple(Node(source=self.source, syntax=item) for item in self.syntax.value)

    def one_or_more(self) -> tuple[Node, ...]:
        """Return the items of a list, or this value alone when it is no list."""
        return self.sequence() if self.is_sequence else (self,)

    def string(self) -> str | None:
        """Return a text. Numbers, dates and booleans must be quoted to be texts."""
        if self.syntax.tag == TEXT_TAG:
            return str(self.syntax.value)
        quotable = isinstance(self.syntax, yaml.ScalarNode) and self.syntax.tag != NOTHING_TAG
        braces = isinstance(self.syntax, yaml.MappingNode) and bool(self.syntax.flow_style)
        self.problem(
            f"expected text, found {self.found}", hint="put it in quotes" if quotable or braces else ""
        )
        return None

    def line_of_text(self) -> str | None:
        """Return a text that is not blank and has neither line breaks nor control characters."""
        text = self.string()
        if text is None:
            return None
        if not text.strip():
            self.problem("expected text, found an empty one")
            return None
        if any(unicodedata.category(character) in UNPRINTABLE for character in text):
            self.problem("expected one line of text without control characters")
            return None
        return text

    def as_written(self) -> str | None:
        """Return a text, number or boolean as it is spelt in the file."""
        if isinstance(self.syntax, yaml.ScalarNode) and self.syntax.tag != NOTHING_TAG:
            return str(self.syntax.value)
        self.problem(f"expected text, a number or a boolean, found {self.found}")
        return None

    def integer(self, lowest: int, highest: int) -> int | None:
        """Return a whole number in decimal digits, within the bounds."""
        if self.is_plain and INTEGER.fullmatch(self.syntax.value):
            value = int(self.syntax.value)
            if lowest <= value <= highest:
                return value
        self.problem(f"expected a whole number from {lowest} to {highest}, found {self.found}")
        return None

    def number(self, lowest: float, highest: float, *, hint: str = "") -> float | None:
        """Return a finite decimal number within the bounds."""
        if self.is_plain and NUMBER.fullmatch(self.syntax.value):
            value = float(self.syntax.value)
            if lowest <= value <= highest:
                return value
        self.problem(f"expected a number from {lowest:g} to {highest:g}, found {self.found}", hint=hint)
        return None

    def boolean(self) -> bool | None:
        """Return `true` or `false`. YAML's yes, no, on and off do not count: they are usually words."""
        if self.is_plain and str(self.syntax.value).lower() in ("true", "false"):
            return str(self.syntax.value).lower() == "true"
        self.problem(f"expected true or false, found {self.found}")
        return None

    def choice(self, known: Collection[str], what: str) -> str | None:
        """Return one of the words in `known`; `what` names the kind of thing in the message."""
        if isinstance(self.syntax, yaml.ScalarNode) and self.syntax.tag != NOTHING_TAG:
            text = str(self.syntax.value)
            if text in known:
                return text
            message, hint = f"unknown {what} {quoted(text)}", did_you_mean(text, known)
        else:
            message, hint = f"expected a {what}, found {self.found}", ""
        self.problem(f"{message}; this version knows: {', '.join(known)}", hint=hint)
        return None

    def value(self) -> object:
        """Return the whole tree as JSON values: dict, list, str, int, float, bool, None."""
        if isinstance(self.syntax, yaml.MappingNode):
            return {name: node.value() for name, node in self.mapping().items()}
        if isinstance(self.syntax, yaml.SequenceNode):
            return [node.value() for node in self.sequence()]
        if self.syntax.tag == NOTHING_TAG:
            return None
        if self.syntax.tag == BOOLEAN_TAG:
            return self.boolean()
        if self.is_plain and INTEGER.fullmatch(self.syntax.value):
            return int(self.syntax.value)
        if self.is_plain and NUMBER.fullmatch(self.syntax.value) and math.isfinite(float(self.syntax.value)):
            return float(self.syntax.value)
        return self.string()

    @property
    def is_sequence(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.syntax, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.syntax, yaml.MappingNode)

    @property
    def text(self) -> str | None:
        """The text of a single value of any type; None for a list or mapping. Reports nothing."""
        return str(self.syntax.value) if isinstance(self.syntax, yaml.ScalarNode) else None

    @property
    def is_text(self) -> bool:
        """Whether this is a text."""
        return bool(self.syntax.tag == TEXT_TAG)

    @property
    def is_plain(self) -> bool:
        """Whether this is a single value written without quotes."""
        return isinstance(self.syntax, yaml.ScalarNode) and self.syntax.style is None

    @property
    def found(self) -> str:
        """A description of the value, for messages."""
        if self.is_mapping:
            return "a mapping"
        if self.is_sequence:
            return "a list"
        if self.syntax.tag == NOTHING_TAG:
            return "nothing"
        phrase = FOUND.get(self.syntax.tag, "{}, which means something special in YAML")
        return phrase.format(cut(self.syntax.value))

    def _place(self) -> tuple[int, int]:
        mark = self.syntax.start_mark
        return (0, 0) if mark is None else self.source.place(mark.index)


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the word of `known` that was probably meant, comparing the beginnings of words."""
    folded = {name[:MAX_COMPARED].casefold(): name for name in itertools.islice(known, MAX_KNOWN)}
    close = difflib.get_close_matches(word[:MAX_COMPARED].casefold(), folded, n=1)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a hint that names the word that was probably meant, or ""."""
    meant = nearest(word, known)
    return f"did you mean {quoted(meant)}?" if meant else ""


def cut(text: str) -> str:
    """Shorten a piece of a file for a message: one line of a readable length."""
    shown = " ".join(text[:MAX_MESSAGE].split())
    return f"{shown[:59]}…" if len(shown) > 60 else shown


def quoted(text: str) -> str:
    """Shorten the text as `cut` does, and quote it."""
    return f'"{cut(text)}"'
