"""Kind of the docker runtime. The client of the engine is imported only on use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gate.core.disruption_traits import Need
from gate.core.specification import BotSpecification
from gate.ports import Runtime, RuntimeParts


class DockerKind:
    """Containers on a Docker engine. Implements `RuntimeKind` and `RunsSource`."""

    name = "docker"
    sentence = "the bot's image as a container on a Docker engine, as a deploy runs it"
    manner = "as containers on a Docker engine"
    lacking: Mapping[Need, str] = {}

    def fits(self, bot: BotSpecification) -> bool:
        """Whether the bot is an image, or a folder to build one from."""
        return bool(bot.image or bot.build)

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Connect to the engine and build the runtime. Raises EngineError."""
        from gate.runtimes.docker.connection import reach
        from gate.runtimes.docker.runtime import DockerRuntime

        engine = await reach(parts.environment, parts.trace)
        parts.connections.callback(engine.close)
        egress = parts.bot.container.egress
        # The bot reaches its own model outside, so its network needs a way out by default.
        open_to_outside = parts.brings_model if egress is None else egress
        return DockerRuntime(
            engine,
            parts.bot,
            parts.store,
            run=parts.run,
            environment=parts.environment,
            internal=not open_to_outside,
        )

    async def prepare_source(
        self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> BotSpecification:
        """Build an image from the folder's Dockerfile. Raises GateError."""
        from gate.runtimes.docker.connection import reach
        from gate.runtimes.docker.images import build_image

        engine = await reach(environment)
        try:
            say("building the bots' image; only the first time takes long")
            return BotSpecification(image=await build_image(engine, str(folder)))
        finally:
            engine.close()
