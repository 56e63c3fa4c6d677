"""Routing of turns to replicas: a lease is held while a turn is under way, and counts it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from gate.ports import TurnLease, TurnRouter


class Addressed(Protocol):
    """A replica that turns can be sent to."""

    @property
    def identity(self) -> str: ...

    def address(self) -> str: ...


class ReplicaLease(AbstractAsyncContextManager[TurnLease]):
    """A lease of the replica that `choose` returns. Implements `gate.ports.TurnLease`.

    The replica is chosen on entry, and stays the same however often its address is read.
    """

    def __init__(self, choose: Callable[[], Addressed], under_way: Counter[str]) -> None:
        self._choose = choose
        self._under_way = under_way
        self._replica: Addressed

    @property
    def address(self) -> str:
        """See TurnLease."""
        return self._replica.address()

    async def __aenter__(self) -> TurnLease:
        self._replica = self._choose()
        self._under_way[self._replica.identity] += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._under_way[self._replica.identity] -= 1


@dataclass(frozen=True, slots=True)
class AddressLease:
    """A lease of the only instance. Implements `gate.ports.TurnLease`."""

    source: Callable[[], str]
    """Returns the present address of the instance."""

    @property
    def address(self) -> str:
        """See TurnLease."""
        return self.source()


def route_to(address: Callable[[], str]) -> TurnRouter:
    """Return a router that sends every turn to the present address of the only instance, uncounted."""
    return lambda: nullcontext(AddressLease(address))
