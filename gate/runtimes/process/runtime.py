"""Process runtime: deployments of local processes.

A copy of the bot's folder stands for its container. A restart keeps the copy, a replacement gets a fresh one,
so that restart, kill and recreate mean the same as on Docker.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gate.core.specification import BotSpecification
from gate.errors import EngineError, InputError
from gate.ports import CANDIDATE, Store, StoreInspector
from gate.runtimes.process.deployment import ProcessDeployment
from gate.runtimes.process.ports import Ports
from gate.runtimes.process.scratch import INHERITED, LOCALHOST

SCRATCH_PREFIX = "memory-gate-"


class ProcessRuntime:
    """Runs bots that are given as a command. Needs no Docker, and no privileges."""

    def __init__(
        self,
        bot: BotSpecification,
        store: Store | None,
        *,
        run: str,
        environment: Mapping[str, str],
    ) -> None:
        """`environment` is the gate's own. The bot sees only the variables in INHERITED."""
        self._bot = bot
        self._store = store
        self._inherited = {name: environment[name] for name in INHERITED if name in environment}
        self._prefix = f"{SCRATCH_PREFIX}{run}-"
        self._ports = Ports()
        self._deployments: list[ProcessDeployment] = []
        self._closed = False

    async def open(self) -> str:
        """Check that the bot's folder and the store's server exist; see Runtime."""
        if not self._bot.command:
            raise InputError(
                "the process runtime needs a command",
                why="bot.command is not set",
                remedy="write what starts the bot, for example  command: [python, bot.py]",
            )
        if not Path(self._bot.directory).is_dir():
            raise InputError(f"the bot's folder {self._bot.directory} does not exist")
        if self._store is not None:
            self._store.local_server()
        return LOCALHOST

    async def deploy(
        self, name: str, environment: Mapping[str, str], version: str = CANDIDATE
    ) -> ProcessDeployment:
        """Start a store and a bot in a scratch folder of their own; see Runtime."""
        del name  # the names of scratch folders are random
        if self._closed:
            raise EngineError("the run is being ended")
        deployment = ProcessDeployment(
            self._bot,
            self._store,
            scratch=Path(tempfile.gettempdir(), f"{self._prefix}{secrets.token_hex(4)}"),
            ports=self._ports,
            environment={**self._inherited, **self._bot.environment, **environment},
        )
        self._deployments.append(deployment)
        try:
            await deployment.start_all(version)
        except BaseException:
            await deployment.close()
            raise
        return deployment

    def inspector(self, deployment: object) -> StoreInspector | None:
        """Return an inspector of the deployment's store; None without a store."""
        if self._store is None or not isinstance(deployment, ProcessDeployment):
            return None
        return self._store.inspector(LOCALHOST, deployment.store_port)

    async def close(self) -> None:
        """End every process and remove every folder of this run."""
        self._closed = True
        await asyncio.gather(*(deployment.close() for deployment in self._deployments))
