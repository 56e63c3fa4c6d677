"""Stores: how a server is started, reached, inspected and diagnosed. One kind per database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gate.core.specification import StoreSpecification, StoreTraits
from gate.core.store_figures import StoreFigures
from gate.core.store_findings import StoreEvidence, StoreFinding


@dataclass(frozen=True, kw_only=True)
class StoreView(StoreFigures):
    """The findings of one look into a store. `values` are the requested facts that it holds."""

    values: frozenset[str]


class StoreInspector(Protocol):
    """Looks into a bot's store."""

    async def look(self, values: Collection[str]) -> StoreView:
        """Return which of `values` the store holds anywhere, and its figures. Raises StoreError."""
        ...


class Store(Protocol):
    """One store server: how it is started, reached and inspected."""

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
        """The arguments of the server program."""
        ...

    @property
    def persistence(self) -> str:
        """How the server keeps its data when it restarts, as the settings name it."""
        ...

    @property
    def memory(self) -> int:
        """The memory limit of its container, in bytes."""
        ...

    @property
    def port(self) -> int:
        """The port that the server listens on inside the image."""
        ...

    @property
    def data_folder(self) -> str:
        """The folder of the server's files inside the image."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables for the server, besides the machine's own."""
        ...

    @property
    def stop_signal(self) -> str:
        """The signal for a prompt, orderly shutdown: SIGTERM or SIGINT."""
        ...

    def variables(self, host: str, port: int) -> Mapping[str, str]:
        """Return the environment variables that tell the bot where the store is."""
        ...

    def local_command(self, folder: Path, host: str, port: int) -> Sequence[str]:
        """Return a local command that serves the data in `folder`. Raises StoreError if there is none."""
        ...

    def local_server(self) -> str:
        """Return the path of a server program on this machine. Raises StoreError if there is none."""
        ...

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        """Wait until the server answers, and return its identity. Raises StoreError after `seconds`."""
        ...

    async def identity(self, host: str, port: int) -> str:
        """Return a text that changes when the server restarts. Raises StoreError if it does not answer."""
        ...

    def inspector(self, host: str, port: int) -> StoreInspector:
        """Return an inspector of the server's data."""
        ...


class StoreKind(Protocol):
    """One kind of store, registered by name in `STORES`. No other package knows the name."""

    @property
    def traits(self) -> StoreTraits:
        """Facts that the settings check and explain."""
        ...

    def build(self, specification: StoreSpecification) -> Store | None:
        """Return the server for one run, not started yet; None for a kind that starts none."""
        ...

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """Yield why facts are gone, and which settings lose data. A pure function of the looks."""
        ...
