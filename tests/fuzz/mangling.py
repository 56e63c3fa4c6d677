"""Ways to mangle a file, each drawn from a seeded source: bytes, YAML and JSON that nobody would write."""

# ruff: noqa: E501  -- scraps read best with one kind a line

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

LARGEST = 160 * 1024
"""Bytes of a mangled file: some are larger than what is read."""

YAML_SCRAPS = (
    *("{", "}", "[", "]", ":", ": ", "- ", "? ", ", ", '"', "'", "#", "|\n", ">-\n", "&a ", "*a", "!t ", "!!python/name:os "),
    *("<<: *a\n", "<<: {a: b}\n", "---\n", "...\n", "%YAML 1.1\n", "%TAG ! a\n", "\t", "\\", '"\\ud800"', '"\\U00110000"'),
    *("1e999", "-1e999", ".inf", ".nan", "0o17", "017", "0x1F", "1_000", "1:30", "9" * 30, "9" * 5000, "-0", "+1"),
    *("no", "~", "null", "true", "=", "2026-02-30", "\ufeff", "\0", "\x07", "\x85", "\u2028", "\u202e", "é", "e\u0301"),
    *("😀", "日本", "\r\n", "\r", "\n\n", "  ", "{order}", "{{", "}}", "{x", "expect", "guarantee", "- disrupt\n", "filler: 7"),
    *("(?=a)", "(a)\\1", "a{2000}", "((((", "matches: ", "not: order", "pick: [a, b]", "image: x", "url: x", "accuracy: "),
    *("k" * 3000 + ": v\n", "x" * 9000, "../" * 2000, "/dev/zero", "\udc80"),
)  # fmt: skip

JSON_SCRAPS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**53, 10**400, -(10**400), 1e308, -1e308, 5e-324, 0.5, 1.5),
    *("", " ", "x", "control", "treated", "acknowledged", "unasked", "indeterminate", "before", "after", "\ud800", "\0"),
    *("\x1b[2J", "::error::x", "##[set-output]", "\u202e", "restart", "none", "restart+kill", "durability", "isolation"),
    *("no-fabrication", "137", "a" * 5000, "😀", "sha256:1f0c", "c0", "c0.4", "c1.5", "contains", "matches", "nan"),
    *([], {}, [[]], [None], {"a": 1}, {"": ""}, {"contains": []}, {"matches": ["("]}, {"number": ["x"]}, {"fuzzy": [""]}),
)  # fmt: skip


def mangled(source: random.Random, text: bytes, other: bytes) -> bytes:
    """`text`, a YAML file, mangled once to six times; pieces of `other` may get into it."""
    for _ in range(source.choice((1, 1, 1, 2, 3, 6))):
        text = source.choice(YAML_WAYS)(source, text, other)[:LARGEST]
    return text


def mangled_json(source: random.Random, text: bytes, other: bytes) -> bytes:
    """As `mangled`, for a text of one JSON document a line: most of what comes out is still JSON."""
    for _ in range(source.choice((1, 1, 1, 2, 4))):
        text = source.choice(JSON_WAYS)(source, text, other)[: 8 * LARGEST]
    return text


Way = Callable[[random.Random, bytes, bytes], bytes]


def _span(source: random.Random, text: bytes) -> tuple[int, int]:
    """A short piece of the text, or now and then a long one."""
    start = source.randrange(len(text) + 1)
    return start, min(len(text), start + source.choice((0, 1, 2, 5, 20, 200, len(text))))


def _flip(source: random.Random, text: bytes, other: bytes) -> bytes:
    changed = bytearray(text)
    for _ in range(source.choice((1, 1, 2, 20))):
        if changed:
            changed[source.randrange(len(changed))] = source.randrange(256)
    return bytes(changed)


def _truncate(source: random.Random, text: bytes, other: bytes) -> bytes:
    start, _ = _span(source, text)
    return source.choice((text[:start], text[start:]))


def _delete(source: random.Random, text: bytes, other: bytes) -> bytes:
    start, end = _span(source, text)
    return text[:start] + text[end:]


def _insert(source: random.Random, text: bytes, other: bytes) -> bytes:
    start, end = _span(source, text)
    scrap = source.choice(YAML_SCRAPS).encode("utf-8", "surrogatepass")
    return text[:start] + scrap + text[source.choice((start, end)) :]


def _value(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Replaces what stands after a colon or a dash."""
    places = [place for place in range(len(text)) if text[place : place + 2] in (b": ", b"- ")]
    if not places:
        return text
    start = source.choice(places) + 2
    ends = [end for end in (text.find(sign, start) for sign in b",}]\n") if end >= 0]
    scrap = source.choice(YAML_SCRAPS).encode("utf-8", "surrogatepass")
    return text[:start] + scrap + text[min(ends, default=len(text)) :]


def _repeat(source: random.Random, text: bytes, other: bytes) -> bytes:
    start, end = _span(source, text)
    return text[:end] + text[start:end] * source.choice((1, 1, 2, 5, 30)) + text[end:]


def _lines(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Takes lines away, says them twice, or puts them elsewhere."""
    lines = text.splitlines(keepends=True) or [b""]
    at = source.randrange(len(lines))
    line = lines[at]
    if source.random() < 0.6:
        del lines[at]
    if source.random() < 0.7:
        lines.insert(source.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _indent(source: random.Random, text: bytes, other: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(source.choice((1, 3))):
        if lines:
            at = source.randrange(len(lines))
            lines[at] = source.choice((b" ", b"  ", b"\t", b"    ")) + lines[at].removeprefix(b"  ")
    return b"".join(lines)


def _nest(source: random.Random, text: bytes, other: bytes) -> bytes:
    start, end = _span(source, text)
    depth = source.choice((2, 20, 25, 400, 20_000))
    opening, closing = source.choice(
        ((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b""), (b"(", b")"))
    )
    return text[:start] + opening * depth + text[start:end] + closing * depth + text[end:]


def _splice(source: random.Random, text: bytes, other: bytes) -> bytes:
    return text[: _span(source, text)[0]] + other[_span(source, other)[0] :]


def _encode(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Another encoding, another line end, a byte order mark."""
    shown = text.decode("utf-8", "replace")
    return source.choice(
        (
            b"\xef\xbb\xbf" + text,
            shown.encode("utf-16"),
            shown.encode("latin-1", "replace"),
            text.replace(b"\n", b"\r\n"),
            text.replace(b"\n", b"\r"),
            text.replace(b"  ", b"\t"),
            text.replace(b"e", "é".encode()),
            text.replace(b" ", "\u00a0".encode()),
        )
    )


def _swell(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Fills the file up to about what is read of one, with one piece over and over."""
    if source.random() < 0.8:
        return _repeat(source, text, other)
    start = source.randrange(len(text) + 1)
    piece = text[start : start + source.choice((1, 2, 4, 30, 300))] or b"a: "
    return text[:start] + piece * (source.choice((20_000, 120_000, LARGEST)) // len(piece)) + text[start:]


def _json_value(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Changes one value of one line that is JSON."""
    lines = text.splitlines() or [b""]
    at = source.randrange(len(lines))
    try:
        document = json.loads(lines[at])
    except (ValueError, RecursionError):
        return text
    lines[at] = json.dumps(_changed(source, document)).encode()
    return b"\n".join(lines) + b"\n"


def _changed(source: random.Random, value: Any) -> Any:
    if not isinstance(value, (dict, list)) or not value or source.random() < 0.05:
        # Mostly one of the same type, which is read, and judged by.
        alike = [one for one in JSON_SCRAPS if type(one) is type(value)]
        return source.choice(alike if alike and source.random() < 0.8 else JSON_SCRAPS)
    keys: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
    key, change = source.choice(keys), source.random()
    if change < 0.08:
        del value[key]
    elif change < 0.16 and isinstance(value, list):
        value.insert(key, value[source.choice(keys)])
    elif change < 0.24:
        value[key] = value[source.choice(keys)]
    elif change < 0.3 and isinstance(value, dict):
        value[source.choice(("x", "", "event", "\ud800"))] = source.choice(JSON_SCRAPS)
    else:
        value[key] = _changed(source, value[key])
    return value


def _json_scrap(source: random.Random, text: bytes, other: bytes) -> bytes:
    """Puts in what JSON's own grammar or Python's reading of it stumbles over."""
    start, end = _span(source, text)
    scraps = (
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"[" * 50_000,
        b'"\\ud800"',
        b"\x00",
        b"{}",
        b"\n{}\n",
    )
    return text[:start] + source.choice(scraps) + text[source.choice((start, end)) :]


YAML_WAYS: tuple[Way, ...] = (
    *(_flip, _truncate, _delete, _insert, _insert, _insert, _value, _value, _value, _value),
    *(_repeat, _lines, _lines, _indent, _nest, _splice, _encode, _swell),
)
JSON_WAYS: tuple[Way, ...] = (
    *(_flip, _truncate, _delete, _json_scrap, _lines, _lines, _splice),
    *(_json_value,) * 20,
)
