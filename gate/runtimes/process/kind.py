"""Kind of the process runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gate.core.disruption_traits import Need
from gate.core.specification import BotSpecification
from gate.ports import Runtime, RuntimeParts


class ProcessKind:
    """Local processes. Implements `RuntimeKind` and `RunsSource`."""

    name = "process"
    sentence = "the bot's command as a local process beside an embedded store; needs no Docker"
    manner = "as local processes beside an embedded store"
    lacking: Mapping[Need, str] = {
        Need.MEMORY_LIMIT: "a local process has no limit of memory of its own that the kernel enforces",
        Need.STORE_REPLACEMENT: (
            "a local store is a process on its data folder, which store-restart starts anew"
        ),
    }

    def fits(self, bot: BotSpecification) -> bool:
        """Whether the bot is a command."""
        return bool(bot.command)

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Build the runtime. Nothing is started yet."""
        from gate.runtimes.process.runtime import ProcessRuntime

        return ProcessRuntime(parts.bot, parts.store, run=parts.run, environment=parts.environment)

    async def prepare_source(
        self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> BotSpecification:
        """Install the folder's requirements. Return a bot that runs app.py. Raises GateError."""
        from gate.runtimes.process.interpreter import find_interpreter

        python = await find_interpreter(folder / "requirements.txt", environment, say)
        return BotSpecification(command=(str(python), "app.py"), directory=str(folder))
