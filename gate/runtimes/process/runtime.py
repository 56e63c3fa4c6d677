"""Deployments made of local processes.

A copy of the bot's folder stands for its container: a restart keeps the copy, a replacement gets a
fresh one, so that restart, kill and recreate mean what they mean on the Docker engine.
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
        """`environment` is the gate's own, of which the bot sees only INHERITED."""
        self._bot = bot
        self._store = store
        self._inherited = {name: environment[name] for name in INHERITED if name in environment}
        self._prefix = f"{SCRATCH_PREFIX}{run}-"
        self._ports = Ports()
        self._deployments: list[ProcessDeployment] = []
        self._closed = False

    async def open(self) -> str:
        """Checks that the bot's folder and the store's server are there."""
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
        """A store and a bot in a scratch folder of their own."""
        del name  # scratch folders are unique without it
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
        """A look into the deployment's store."""
        if self._store is None or not isinstance(deployment, ProcessDeployment):
            return None
        return self._store.inspector(LOCALHOST, deployment.store_port)

    async def close(self) -> None:
        """Ends every process and removes every folder of this run."""
        self._closed = True
        await asyncio.gather(*(deployment.close() for deployment in self._deployments))
