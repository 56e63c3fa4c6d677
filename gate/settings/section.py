"""One section of the settings: nodes by key, read with the defaults of the specification."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gate.documents import Node

NOT_YET = "is not available in this version yet"

PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")
"""A share in per cent; blanks may stand around it."""

DURATION = re.compile(r"([0-9]{1,9})\s*(s|min|m|h|d|w)?")
UNITS: Mapping[str, int] = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Unit → seconds."""

SIZE = re.compile(r"([0-9]{1,15})\s*([kmgKMG])?")
SIZE_UNITS: Mapping[str, int] = {"k": 1024, "m": 1024**2, "g": 1024**3}
"""Unit → bytes."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Each getter gives the checked value of a key; the default when it is absent, or wrong and reported."""

    nodes: Mapping[str, Node]

    def text(self, name: str, default: str) -> str:
        """One line of text."""
        node = self.nodes.get(name)
        return default if node is None else node.line_of_text() or default

    def path(self, name: str, default: str) -> str:
        """A path in a URL."""
        node = self.nodes.get(name)
        text = node.line_of_text() if node else None
        if node is not None and text is not None and not text.startswith("/"):
            node.problem('expected a path that begins with "/"', hint=f'write "/{text}"')
        return text or default

    def image(self, name: str) -> str | None:
        """The name of a container image."""
        node = self.nodes.get(name)
        text = node.line_of_text() if node else None
        if node is not None and text is not None and re.search(r"\s", text):
            node.problem("the name of an image holds no blanks", hint="for example my-bot:candidate")
        return text

    def integer(self, name: str, lowest: int, highest: int, default: int) -> int:
        """A whole number within the bounds."""
        node = self.nodes.get(name)
        value = node.integer(lowest, highest) if node else None
        return default if value is None else value

    def number(self, name: str, lowest: float, highest: float, default: float) -> float:
        """A number within the bounds."""
        node = self.nodes.get(name)
        value = node.number(lowest, highest) if node else None
        return default if value is None else value

    def share(self, name: str, default: float) -> float:
        """A share of 1, which may be written as a percentage."""
        node = self.nodes.get(name)
        if node is None:
            return default
        found = PERCENTAGE.fullmatch((node.text or "").strip())
        if found is None:
            value = node.number(0, 1, hint="for example 0.95 or 95 %")
            return default if value is None else value
        # In decimal digits, so that 99.9 % is what 0.999 is, and not the next number above it.
        percentage = Decimal(found[1])
        if percentage > 100:
            node.problem(f"expected a percentage from 0 to 100, found {node.found}")
        return float(percentage / 100)

    def duration(self, name: str, longest: int) -> float | None:
        """A length of time in seconds, written 3600, 90min, 12h or 30d; None when it is absent or wrong."""
        node = self.nodes.get(name)
        if node is None:
            return None
        found = DURATION.fullmatch((node.text or "").strip())
        seconds = int(found[1]) * UNITS[found[2] or "s"] if found else 0
        if not 0 < seconds <= longest:
            most = longest // UNITS["d"]
            node.problem(
                f"expected a length of time up to {most} d, found {node.found}", hint="for example 30d or 12h"
            )
            return None
        return float(seconds)

    def size(self, name: str, least: int, most: int, default: int) -> int:
        """An amount of memory in bytes, written 1073741824, 512m or 2g."""
        node = self.nodes.get(name)
        if node is None:
            return default
        found = SIZE.fullmatch((node.text or "").strip())
        size = int(found[1]) * SIZE_UNITS.get((found[2] or "").lower(), 1) if found else 0
        if not least <= size <= most:
            node.problem(
                f"expected an amount of memory from {least // 1024**2}m to {most // 1024**3}g,"
                f" found {node.found}",
                hint="for example 512m or 2g",
            )
            return default
        return size

    def choice(self, name: str, known: Collection[str], default: str, *, later: Collection[str] = ()) -> str:
        """One of the words in `known`; those in `later` are refused as not built yet."""
        node = self.nodes.get(name)
        if node is None:
            return default
        if node.text in later:
            node.problem(f"{name} {node.text} {NOT_YET}", hint=f"it has: {', '.join(known)}")
            return default
        return node.choice(known, name) or default

    def refuse(self, name: str, what: str, hint: str) -> None:
        """Reports a key whose meaning is not built yet."""
        node = self.nodes.get(name)
        if node is not None:
            (node.key or node).problem(f"{what} {NOT_YET}", hint=hint)
