"""Findings of one look into a store: which facts, with which TTLs, in how many places and bytes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.ports import StoreView
from gate.stores.places import Content, Place
from gate.stores.text_search import BETWEEN, Passage, TextSearch, readable


@dataclass(kw_only=True)
class _Counts:
    keys: int = 0
    bytes: int = 0
    expiring_keys: int = 0
    shortest_ttl: float | None = None
    unreadable_keys: int = 0
    persistent: set[str] = field(default_factory=set)
    """Values that are in a place without a TTL."""
    first_expiry: dict[str, float] = field(default_factory=dict)
    last_expiry: dict[str, float] = field(default_factory=dict)
    """Value → longest TTL of its places that have one. It may be in places without a TTL too."""


class Findings(_Counts):
    """A collector of findings, which takes one place, and one part of a place, after the other."""

    def __init__(self, values: Collection[str]) -> None:
        super().__init__()
        self._search = TextSearch(values)
        # A place can come in several parts, all of them on the same page.
        self._unreadable_on_page: set[Place] = set()

    @property
    def values(self) -> frozenset[str]:
        """All values that were found in the store."""
        return frozenset(self.persistent | self.last_expiry.keys())

    @property
    def last_expiry_of_expiring(self) -> dict[str, float]:
        """The longest TTL of each value whose every place has one."""
        return {value: ttl for value, ttl in self.last_expiry.items() if value not in self.persistent}

    def view(self, *, unread: int = 0, **figures: Any) -> StoreView:
        """Return the view of the whole look. `unread` places were beyond its limits.

        `figures` are fields of StoreFigures that the server itself reports.
        """
        return StoreView(
            values=self.values,
            keys=self.keys + unread,
            bytes=self.bytes,
            unreadable_keys=self.unreadable_keys + unread,
            expiring_keys=self.expiring_keys,
            shortest_ttl=self.shortest_ttl,
            first_expiry=dict(sorted(self.first_expiry.items())),
            last_expiry=dict(sorted(self.last_expiry_of_expiring.items())),
            **figures,
        )

    def add_place(self, place: Place) -> None:
        """Count a place."""
        self.keys += 1
        self.bytes += len(place.name)
        if place.ttl is not None:
            self.expiring_keys += 1
            self.shortest_ttl = place.ttl if self.shortest_ttl is None else min(self.shortest_ttl, place.ttl)

    def add_unreadable(self, place: Place) -> None:
        """Note that a place holds more than was read."""
        self._unreadable_on_page.add(place)

    def end_page(self) -> None:
        """End a page. The next one may reuse names of places, for it can be another database or table."""
        self.unreadable_keys += len(self._unreadable_on_page)
        self._unreadable_on_page.clear()

    def add(self, parts: Sequence[Content]) -> None:
        """Search parts of places for the values."""
        passages = []
        for number, part in enumerate(parts):
            self.bytes += sum(map(len, part.elements)) - part.repeated
            texts = [readable(_aligned(part, element)) for element in part.elements]
            if not part.whole or not all(whole for _, whole in texts):
                self.add_unreadable(part.place)
            # The name of a place can contain facts too. With a cut text, it is searched with the first part.
            name = [] if part.cut_before else [part.place.name.decode("utf-8", "replace")]
            passages.append(
                Passage(
                    record=number,
                    text=BETWEEN.join([*name, *(text for text, _ in texts)]),
                    cut_before=part.cut_before,
                    cut_after=part.cut_after,
                )
            )
        for number, value in self._search.find(passages):
            self._add_value(value, parts[number].place.ttl)

    def _add_value(self, value: str, ttl: float | None) -> None:
        if ttl is None:
            self.persistent.add(value)
        else:
            self.first_expiry[value] = min(ttl, self.first_expiry.get(value, ttl))
            self.last_expiry[value] = max(ttl, self.last_expiry.get(value, ttl))


def _aligned(part: Content, data: bytes) -> bytes:
    """Return `data` without the partial UTF-8 characters at its cut edges."""
    if part.cut_before:
        # A character has at most three continuation bytes; where there are more, this is no text.
        data = data[next((index for index, byte in enumerate(data[:4]) if byte & 0xC0 != 0x80), 0) :]
    if part.cut_after:
        for back in range(1, 4):
            if data[-back:][:1] >= b"\xc0":
                return data[:-back]
    return data
