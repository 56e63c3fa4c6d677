"""A kind of store: how its server is started, reached, looked into and diagnosed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gate.core.specification import StoreSpecification, StoreTraits
from gate.core.store_findings import StoreEvidence, StoreFinding
from gate.core.transcript import StoreFigures


@dataclass(frozen=True, kw_only=True)
class StoreView(StoreFigures):
    """What a look into the store found. `values` are those of the asked-for facts that stand in it."""

    values: frozenset[str]


class StoreInspector(Protocol):
    """Looks into the store that the bot was given."""

    async def look(self, values: Collection[str]) -> StoreView:
        """Which of `values` stand anywhere in the store. Raises StoreError."""
        ...


class Store(Protocol):
    """The server of one store: how it is started, reached and looked into."""

    @property
    def image(self) -> str:
        """The image of its server."""
        ...

    @property
    def program(self) -> str:
        """The name of the server program inside the image."""
        ...

    @property
    def arguments(self) -> Sequence[str]:
        """What the server program is started with, besides its name."""
        ...

    @property
    def persistence(self) -> str:
        """How the server keeps its data over its own end, as the settings name it."""
        ...

    @property
    def memory(self) -> int:
        """What its container is allowed, in bytes."""
        ...

    @property
    def port(self) -> int:
        """Where the server listens inside the image."""
        ...

    @property
    def data_folder(self) -> str:
        """Where the server keeps its files inside the image."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that the server needs besides the machine's own."""
        ...

    @property
    def stop_signal(self) -> str:
        """The signal that asks the server to end at once and in order, SIGTERM or SIGINT."""
        ...

    def variables(self, host: str, port: int) -> Mapping[str, str]:
        """The environment variables that tell the bot where the store is."""
        ...

    def local_command(self, folder: Path, host: str, port: int) -> Sequence[str]:
        """The command that serves the data in `folder` on this machine. Raises StoreError without one."""
        ...

    def local_server(self) -> str:
        """The path of a server program on this machine. Raises StoreError when there is none."""
        ...

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        """Returns the running server's identity when it answers. Raises StoreError after `seconds`."""
        ...

    async def identity(self, host: str, port: int) -> str:
        """What changes when the server restarts. Raises StoreError when it does not answer."""
        ...

    def inspector(self, host: str, port: int) -> StoreInspector:
        """A look into the server's data."""
        ...


class StoreKind(Protocol):
    """One kind of store, under its name in `STORES`. No other package knows that name."""

    @property
    def traits(self) -> StoreTraits:
        """What the settings check and explain."""
        ...

    def build(self, specification: StoreSpecification) -> Store | None:
        """The server for one run, not started yet; None for a kind that starts none."""
        ...

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """What the looks show: why facts are gone, and which settings lose data. A pure function."""
        ...
