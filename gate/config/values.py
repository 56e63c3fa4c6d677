"""Types of settings: text, numbers, shares, durations, amounts of memory, words, folders.

A type is part of a setting's annotation: `trials: Annotated[int, whole(1, 100)]`. It reads a node of the
file, and reports mistakes at the node's position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from gate.config.value_type import Reading, Schema, ValueType
from gate.core.kinds import Kinds
from gate.core.specification import ModelSpecification
from gate.documents import Node, quoted

NOT_YET = "is not available in this version yet"

PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")
"""A percentage; blanks are allowed around it."""

DURATION = re.compile(r"([0-9]{1,9})\s*(s|min|m|h|d|w)?")
UNITS: Mapping[str, int] = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Unit → seconds."""

SIZE = re.compile(r"([0-9]{1,15})\s*([kmgKMG])?")
SIZE_UNITS: Mapping[str, int] = {"k": 1024, "m": 1024**2, "g": 1024**3}
"""Unit → bytes."""

MEMORY = (6 * 1024**2, 1024**4)
"""The bounds, in bytes. The engine accepts no less than the first."""


def text() -> ValueType:
    """Declare one line of text."""
    return ValueType(
        read=lambda node, _: node.line_of_text(), schema=lambda _: {"type": "string", "pattern": r"\S"}
    )


def image_name() -> ValueType:
    """Declare the name of a container image."""

    def read(node: Node, _: Reading) -> str | None:
        name = node.line_of_text()
        if name is not None and re.search(r"\s", name):
            node.problem("the name of an image holds no blanks", hint="for example my-bot:candidate")
        return name

    return ValueType(read=read, schema=lambda _: {"type": "string", "pattern": r"^\S+$"})


def url_path() -> ValueType:
    """Declare a path in a URL."""

    def read(node: Node, _: Reading) -> str | None:
        path = node.line_of_text()
        if path is not None and not path.startswith("/"):
            node.problem('expected a path that begins with "/"', hint=f'write "/{path}"')
        return path

    return ValueType(read=read, schema=lambda _: {"type": "string", "pattern": "^/"})


def http_url() -> ValueType:
    """Declare the base URL of an API."""
    hint = f"for example {ModelSpecification.base_url}"

    def read(node: Node, _: Reading) -> str | None:
        url = node.line_of_text()
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or any(character.isspace() for character in url):
            node.problem("expected a URL that begins with http:// or https://", hint=hint)
        elif parts.username is not None or parts.query or parts.fragment:
            node.problem("a base URL holds no user name, query or fragment", hint=hint)
        return url

    return ValueType(read=read, schema=lambda _: {"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://"})


def whole(lowest: int, highest: int) -> ValueType:
    """Declare a whole number within the bounds."""
    bound = "2^53" if highest == 2**53 else f"{highest:,}"
    return ValueType(
        read=lambda node, _: node.integer(lowest, highest),
        schema=lambda _: {"type": "integer", "minimum": lowest, "maximum": highest},
        words=lambda _: f"{lowest:,} to {bound}",
    )


def number(lowest: float, highest: float) -> ValueType:
    """Declare a number within the bounds."""
    return ValueType(
        read=lambda node, _: node.number(lowest, highest),
        schema=lambda _: {"type": "number", "minimum": lowest, "maximum": highest},
        words=lambda _: f"{lowest:,g} to {highest:,g}",
    )


def flag() -> ValueType:
    """Declare true or false."""
    return ValueType(
        read=lambda node, _: node.boolean(),
        schema=lambda _: {"type": "boolean"},
        words=lambda _: "`true`, `false`",
    )


def share(lowest: float = 0, highest: float = 1, name: str = "share") -> ValueType:
    """Declare a share of 1 within the bounds, which may be written as a percentage."""

    def read(node: Node, _: Reading) -> float | None:
        value = _share(node)
        if value is not None and not lowest <= value <= highest:
            node.problem(f"expected a {name} from {lowest} to {highest}, found {node.found}")
        return value

    return ValueType(
        read=read,
        schema=lambda _: {
            "anyOf": [
                {"type": "number", "minimum": lowest, "maximum": highest},
                {"type": "string", "pattern": rf"^\s*(?:{PERCENTAGE.pattern})\s*$"},
            ]
        },
        words=lambda _: f"a share, {lowest} to {highest} or in %",
    )


def _share(node: Node) -> float | None:
    found = PERCENTAGE.fullmatch((node.text or "").strip())
    if found is None:
        return node.number(0, 1, hint="for example 0.95 or 95 %")
    # Decimal arithmetic, so that 99.9 % equals 0.999 and not the next larger float.
    percentage = Decimal(found[1])
    if percentage > 100:
        node.problem(f"expected a percentage from 0 to 100, found {node.found}")
        return None
    return float(percentage / 100)


def duration(longest: int) -> ValueType:
    """Declare a length of time in seconds, written 3600, 90min, 12h or 30d."""

    def read(node: Node, _: Reading) -> float:
        found = DURATION.fullmatch((node.text or "").strip())
        seconds = int(found[1]) * UNITS[found[2] or "s"] if found else 0
        if not 0 < seconds <= longest:
            most = longest // UNITS["d"]
            node.problem(
                f"expected a length of time up to {most} d, found {node.found}", hint="for example 30d or 12h"
            )
        return float(seconds)

    return ValueType(
        read=read,
        schema=lambda _: {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": longest},
                {"type": "string", "pattern": f"^(?:{DURATION.pattern})$"},
            ]
        },
        words=lambda _: "a length of time",
    )


def size(least: int, most: int) -> ValueType:
    """Declare an amount of memory in bytes, written 1073741824, 512m or 2g."""

    def read(node: Node, _: Reading) -> int:
        found = SIZE.fullmatch((node.text or "").strip())
        amount = int(found[1]) * SIZE_UNITS.get((found[2] or "").lower(), 1) if found else 0
        if not least <= amount <= most:
            node.problem(
                f"expected an amount of memory from {least // 1024**2}m to {most // 1024**3}g,"
                f" found {node.found}",
                hint="for example 512m or 2g",
            )
        return amount

    def written(amount: int) -> str:
        gibibytes, rest = divmod(amount, 1024**3)
        return f"{amount // 1024**2}m" if rest else f"{gibibytes}g"

    return ValueType(
        read=read,
        schema=lambda _: {
            "anyOf": [
                {"type": "integer", "minimum": least, "maximum": most},
                {"type": "string", "pattern": rf"^\s*(?:{SIZE.pattern})\s*$"},
            ]
        },
        words=lambda _: "bytes, or 512m, 2g",
        written=written,
    )


def word(what: str, *known: str) -> ValueType:
    """Declare one of the words; `what` names the kind of thing for messages."""
    return ValueType(
        read=lambda node, _: node.choice(known, what),
        schema=lambda _: {"enum": list(known)},
        words=lambda _: codes(known),
    )


def registered(
    what: str, known: Callable[[Kinds], Collection[str]], *, unavailable: Collection[str] = ()
) -> ValueType:
    """Declare the name of a registered kind. Names in `unavailable` are refused as not implemented yet."""

    def read(node: Node, reading: Reading) -> str | None:
        names = known(reading.kinds)
        if node.text in unavailable:
            node.problem(f"{what} {node.text} {NOT_YET}", hint=f"it has: {', '.join(names)}")
            return None
        return node.choice(names, what)

    return ValueType(
        read=read, schema=lambda kinds: {"enum": list(known(kinds))}, words=lambda kinds: codes(known(kinds))
    )


def codes(words: Collection[str]) -> str:
    """Return the words in the notation of the docs."""
    return ", ".join(f"`{word}`" for word in words)


def one_or_more(item: Schema) -> Schema:
    """Return the JSON Schema of one such item, or of a list of them."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def folder() -> ValueType:
    """Declare an existing folder. Its value is the absolute path."""
    return ValueType(read=read_folder, schema=text().schema)


def read_folder(node: Node, reading: Reading) -> str | None:
    """Return the absolute path of the folder at the node."""
    name = node.line_of_text()
    if name is None:
        return None
    try:
        path = (reading.base(node) / name).resolve()
        if path.is_dir():
            return str(path)
        node.problem(f"there is no folder {quoted(name)}", hint="relative paths start at this file's folder")
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError is how Python 3.11 and 3.12 report a loop of symbolic links.
        node.problem(f"the folder cannot be read: {error}")
    return None


def not_yet(what: str, hint: str) -> ValueType:
    """Declare a known key that is not implemented yet."""
    return ValueType(
        read=lambda node, _: (node.key or node).problem(f"{what} {NOT_YET}", hint=hint),
        schema=lambda _: {"not": {}},
        available=False,
    )
