"""Runtimes, which run deployments, and the kinds that build them."""

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
    """The engine that runs the deployments of one run: Docker, or local processes."""

    async def open(self) -> str:
        """Prepare the runtime. Return the address at which its bots reach the gate.

        Raises EngineError, InputError.
        """
        ...

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        """Start a fresh store and a fresh bot, and return when the bot is ready.

        `name` identifies the deployment within the run. `environment` is added to the bot's own.
        `version` is CANDIDATE or PREVIOUS.
        Raises BotNotReady, EngineError, StoreError, InputError; nothing is left running then.
        """
        ...

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        """Return an inspector of the store of `deployment`; None when it has none."""
        ...

    async def close(self) -> None:
        """Remove everything of this run. Safe to call twice, and at any moment."""
        ...


@dataclass(frozen=True, kw_only=True)
class RuntimeParts:
    """Everything that a runtime is built from."""

    bot: BotSpecification
    store: Store | None
    run: str
    """The name of the run, which everything made for it carries."""
    environment: Mapping[str, str] = field(repr=False)
    """The gate's own environment variables."""
    brings_model: bool
    """Whether the bot asks its own model, which the gate does not serve."""
    trace: Callable[[str], None] | None = None
    """Takes a debug line; None when debug output is off."""
    connections: AsyncExitStack
    """Closed after the runtime, which still needs these connections to remove everything."""


class RuntimeKind(Protocol):
    """One kind of runtime: which bots it runs, and how it is built."""

    name: str
    sentence: str
    """A description for `memory-gate list runtimes`."""
    lacking: Mapping[Need, str]
    """Needs of disruptions that it does not meet → reason. The contract tests verify them."""

    def fits(self, bot: BotSpecification) -> bool:
        """Whether this runtime can run the bot as it is given: an image, a folder or a command."""
        ...

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Build the runtime, which makes nothing before `open`. Raises GateError."""
        ...


@runtime_checkable
class RunsSource(Protocol):
    """The ability of a runtime kind to run a bot from its source folder; the demo needs it."""

    manner: str
    """How it runs the bot, for people: "as local processes"."""

    async def prepare_source(
        self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> BotSpecification:
        """Prepare a bot from a folder with a Dockerfile, app.py and requirements.txt. Raises GateError."""
        ...
