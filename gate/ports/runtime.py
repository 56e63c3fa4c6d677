"""A place where bots run, and how it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from gate.core.disruption_traits import Need
from gate.core.specification import BotSpecification
from gate.ports.deployment import CANDIDATE, Deployment
from gate.ports.store import Store, StoreInspector


class Runtime(Protocol):
    """A place where bots run: the Docker engine, local processes."""

    async def open(self) -> str:
        """Makes the place ready. The address at which bots of this runtime can reach the gate.

        Raises EngineError, InputError.
        """
        ...

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        """A fresh store and a fresh, ready bot. `name` tells deployments of one run apart.

        `environment` is given to the bot besides its own; `version` is CANDIDATE or PREVIOUS.
        Raises BotNotReady, EngineError, StoreError, InputError; nothing is left running then.
        """
        ...

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        """A look into the store of `deployment`; None when it has none."""
        ...

    async def close(self) -> None:
        """Removes everything of this run. Safe to call twice, and at any moment."""
        ...


@dataclass(frozen=True, kw_only=True)
class RuntimeParts:
    """Everything a runtime is built from."""

    bot: BotSpecification
    store: Store | None
    run: str
    """The run's name, which everything made for it carries."""
    environment: Mapping[str, str] = field(repr=False)
    """The gate's own environment variables."""
    brings_model: bool
    """Whether the bot asks a model of its own, which the gate does not serve."""
    trace: Callable[[str], None] | None = None
    """Takes a debug line; None where nobody would see it."""
    connections: AsyncExitStack
    """Holds what is closed after the runtime, which removes everything over it."""


class RuntimeKind(Protocol):
    """One kind of runtime: which bots it runs, and how it is built."""

    name: str
    sentence: str
    """What runs the bot, for `memory-gate list runtimes`."""
    lacking: Mapping[Need, str]
    """The needs of disruptions that it does not meet → why. The contract tests hold it to that."""

    def fits(self, bot: BotSpecification) -> bool:
        """Whether the bot is given as this runtime needs it."""
        ...

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Build the runtime; it makes nothing before it is opened. Raises GateError."""
        ...


@runtime_checkable
class RunsSource(Protocol):
    """A kind of runtime that can run a bot from its source folder, as the demo needs it."""

    manner: str
    """How it runs such a bot, for people: "as local processes"."""

    async def prepare_source(
        self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> BotSpecification:
        """Make a bot of a folder with a Dockerfile, app.py and requirements.txt. Raises GateError."""
        ...
