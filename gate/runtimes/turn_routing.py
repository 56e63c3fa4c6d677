"""The way of each turn to a replica: held while the turn is under way, and counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from gate.ports import TurnLease, TurnRouter


class Addressed(Protocol):
    """What turns can be sent to."""

    @property
    def identity(self) -> str: ...

    def address(self) -> str: ...


class ReplicaLease(AbstractAsyncContextManager[TurnLease]):
    """One turn to the replica that `choose` gives. Implements `gate.ports.TurnLease`.

    The replica is chosen when the lease is entered, and stays the same however often it is asked for.
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
    """One turn to the only instance there is. Implements `gate.ports.TurnLease`."""

    source: Callable[[], str]
    """Says where the instance is at present."""

    @property
    def address(self) -> str:
        """See TurnLease."""
        return self.source()


def route_to(address: Callable[[], str]) -> TurnRouter:
    """Send every turn to the only instance there is, wherever it is at that moment. Nothing is counted."""
    return lambda: nullcontext(AddressLease(address))
