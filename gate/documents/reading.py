"""Parsing of a YAML file into a tree of nodes.

The files are untrusted: they come from the author of a pull request. So size, depth, and the number of
values and of mistakes are bounded; no file takes a second to read. Only plain YAML is accepted: one
document, no aliases, no tags, no duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from gate.documents.cursor import TAG, TEXT_TAG, Node, quoted
from gate.documents.source import Source
from gate.errors import Problem

MAX_BYTES = 128 * 1024
"""The largest file, thirty times the largest in the library. A larger one is refused unread."""

MAX_VALUES = 10_000
"""The most keys, texts, lists and mappings in a file: over 2000 turns. Each takes PyYAML some 25 µs."""

MAX_DEPTH = 24
"""The deepest nesting of lists and mappings."""

TOO_MANY_VALUES = f"the file holds more than {MAX_VALUES} keys and values"

UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")

SYNTAX_HINTS = {
    "cannot start any token": "put the text in quotes",
    "mapping values are not allowed": 'a text that holds ": " needs quotes; else look at the indentation',
    "could not find expected ':'": 'a key needs ": " after it',
    "expected <block end>": "look at the indentation, and at quotes inside a text",
    "end of stream": "this quote is never closed",
    "<stream end>": "this bracket is never closed",
    "unknown escape character": "in double quotes a backslash is written twice",
}


def read_document(location: Path, *, name: str, problems: list[Problem]) -> Node | None:
    """Read the YAML file at `location`, which messages call `name`. Return its root.

    Return None when it cannot be read or is no YAML. Other mistakes, such as a duplicate key or an alias,
    are reported and leave the tree readable, so that later mistakes are found as well.
    """
    source = Source(name=name, problems=problems)
    try:
        if not location.is_file():
            missing = not location.exists()
            source.report(
                "there is no such file" if missing else "this is no ordinary file", hint="check the path"
            )
            return None
        with location.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        source.report(f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    if len(content) > MAX_BYTES:
        source.report(f"the file is larger than {MAX_BYTES // 1024} KiB", hint="split it into several files")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        Source(name=name, problems=problems, text=before).report_at(
            len(before), "the file is not UTF-8 text", hint="save it as UTF-8"
        )
        return None
    return parse_document(text, name=name, problems=problems)


def parse_document(text: str, *, name: str, problems: list[Problem]) -> Node | None:
    """Read a document from a text. See `read_document`."""
    source = Source(name=name, problems=problems, text=text)
    unreadable = UNREADABLE.search(text)
    if unreadable:
        code = f"U+{ord(unreadable.group()):04X}"
        hint = f'write it as an escape in double quotes: "\\u{ord(unreadable.group()):04x}"'
        source.report_at(unreadable.start(), f"the character {code} cannot stand in YAML", hint=hint)
        return None
    loader = _Loader(source)
    try:
        syntax = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        _report_syntax(source, error)
        return None
    except (ValueError, OverflowError):
        # PyYAML converts the number of an escape or a %YAML line without checking its range.
        source.report_at(loader.get_mark().index, "this is not valid YAML: a number is out of range")
        return None
    finally:
        loader.dispose()
    if syntax is None:
        source.report_at(0, "the file is empty")
        return None
    _report_untidy(source, syntax)
    return Node(source=source, syntax=syntax)


def given_node(origin: str, value: str | Sequence[str], *, problems: list[Problem]) -> Node:
    """Make a node of a text, or of a list of texts, that comes from the option or input `origin`."""
    source = Source(name=origin, problems=problems)
    if isinstance(value, str):
        return Node(source=source, syntax=yaml.ScalarNode(TEXT_TAG, value))
    items = [yaml.ScalarNode(TEXT_TAG, item) for item in value]
    return Node(source=source, syntax=yaml.SequenceNode(TAG + "seq", items))


class _Loader(yaml.SafeLoader):
    """A loader without the YAML features that no configuration needs and that an attacker may abuse."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.text)
        self._source = source
        self._depth = 0
        self._values = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        start, end = event.start_mark, event.end_mark
        width = end.index - start.index
        if isinstance(event, yaml.AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]
            self._source.report_at(
                start.index, f"aliases are not supported: *{event.anchor}", width=width, hint="write it out"
            )
            return yaml.ScalarNode(TEXT_TAG, f"*{event.anchor}", start, end)
        if event.anchor is not None:
            self._source.report_at(start.index, f"anchors are not supported: &{event.anchor}")
            event.anchor = None
        if event.tag is not None:
            self._source.report_at(start.index, f"tags are not supported: {event.tag}", hint="leave it out")
            event.tag = None
        if self._depth >= MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deep", start)
        self._values += 1
        if self._values > MAX_VALUES:
            raise yaml.composer.ComposerError(None, None, TOO_MANY_VALUES, start)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _report_syntax(source: Source, error: yaml.MarkedYAMLError) -> None:
    problem = error.problem or error.context or "it cannot be parsed"
    mark = error.problem_mark or error.context_mark
    if "end of stream" in problem or "<stream end>" in problem:
        # Show where the quote or bracket opens; the end of the file does not help.
        mark = error.context_mark or mark
    message = f"this is not valid YAML: {problem}"
    hint = next((text for part, text in SYNTAX_HINTS.items() if part in problem), "")
    if "another document" in problem:
        message, hint = "the file holds more than one document", "leave out what begins with this ---"
    elif problem == TOO_MANY_VALUES:
        message, hint = problem, "split it into several files"
    elif "'\\t'" in problem:
        message, hint = "a tab cannot stand here", "indent with blanks"
    source.report_at(mark.index if mark else 0, message, hint=hint)


def _report_untidy(source: Source, syntax: yaml.Node) -> None:
    """Report keys that are no text, duplicate keys, and surrogates, anywhere in the tree."""
    if isinstance(syntax, yaml.SequenceNode):
        for item in syntax.value:
            _report_untidy(source, item)
    elif isinstance(syntax, yaml.ScalarNode):
        if SURROGATE.search(syntax.value):
            node = Node(source=source, syntax=syntax)
            node.problem("this text holds half a character", hint="write the character itself")
    else:
        first: dict[str, int] = {}
        for key, value in syntax.value:
            node = Node(source=source, syntax=key)
            if not isinstance(key, yaml.ScalarNode):
                node.problem(
                    f"expected a key, found {node.found}", hint="put a text that begins with { or [ in quotes"
                )
            elif key.tag != TEXT_TAG:
                node.problem(f"expected a text as the key, found {node.found}", hint="put it in quotes")
            elif key.value in first:
                node.problem(
                    f"duplicate key {quoted(key.value)}", hint=f"it stands on line {first[key.value]} already"
                )
            else:
                first[key.value] = node.line
            _report_untidy(source, key)
            _report_untidy(source, value)
