"""Containers of the bot and of its store: operations on them, and the resources that they share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker.models.containers import Container

from gate.errors import EngineError
from gate.ports import CANDIDATE
from gate.runtimes.docker.connection import CALL_SECONDS, SETTLING_SECONDS, Engine, within
from gate.runtimes.docker.endpoints import changing_endpoints
from gate.runtimes.docker.sweep import remove_container
from gate.runtimes.readiness import LOG_LINES, tail

DEFAULT_STOP_SIGNAL = "SIGTERM"


@dataclass(frozen=True, kw_only=True)
class DockerContext:
    """Resources shared by a run's deployments."""

    engine: Engine
    network_name: str
    """The network that the gate and the bots share."""
    store_network_name: str
    """The network that the bots and their stores share. A bot can be cut off from it alone."""
    labels: Mapping[str, str]
    bot_images: Mapping[str, str]
    """Version → image id."""
    store_image: str
    processors: int
    """CPUs of the engine's machine."""
    internal: bool
    """Whether the network of the gate and the bots has no way out."""

    def image_of(self, version: str) -> str:
        """Return the image of a version of the bot; the candidate's if no other was given."""
        return self.bot_images.get(version, self.bot_images[CANDIDATE])


class EngineContainer:
    """A container that was created, and the operations on it."""

    def __init__(self, engine: Engine, container: Container, what: str) -> None:
        """`what` names it in messages: "the bot"."""
        self.engine = engine
        self.container = container
        self.what = what
        self.identity = str(container.id)
        self._asked_at: float | None = None
        self._starting = False

    async def inspect(self) -> dict[str, Any]:
        """Return everything that the engine knows of it."""
        return await self.engine.call(
            f"inspect {self.what}", lambda: self.engine.client.api.inspect_container(self.identity)
        )

    async def state(self) -> dict[str, Any]:
        """Return its state as the engine knows it: running, exit code and so on."""
        state: dict[str, Any] = (await self.inspect())["State"]
        return state

    async def address_on(self, network: str) -> str:
        """Return its IP address; "" once it has ended, which the wait for its health check then explains."""
        endpoints = (await self.inspect())["NetworkSettings"]["Networks"]
        return str(endpoints.get(network, {}).get("IPAddress", ""))

    async def start(self) -> None:
        """Start it, as `docker start` does."""
        self._asked_at = None
        await self.engine.start(f"start {self.what}", self._start)

    async def ask_to_stop(self) -> None:
        """Send the stop signal of its image, once."""
        if self._asked_at is not None:
            return
        attributes = await self.inspect()
        signal = attributes["Config"].get("StopSignal") or DEFAULT_STOP_SIGNAL
        self._asked_at = asyncio.get_running_loop().time()
        if attributes["State"]["Running"]:
            await self._signal(signal)

    async def stop(self, grace: float) -> int | None:
        """Stop it, with SIGKILL `grace` seconds after the stop signal. Return the exit code."""
        await self.ask_to_stop()
        assert self._asked_at is not None  # noqa: S101 - it was asked above
        left = self._asked_at + grace - asyncio.get_running_loop().time()
        left = max(left, 0.0)
        try:
            async with asyncio.timeout(left):
                await self.wait(left + CALL_SECONDS)
        except TimeoutError:
            return await self.kill()
        return await self.exit_code()

    async def kill(self) -> int | None:
        """Send SIGKILL. Return the exit code."""
        if (await self.state())["Running"]:
            await self._signal("SIGKILL")
            await self.wait()
        return await self.exit_code()

    async def wait(self, seconds: float | None = None) -> None:
        """Return when it has ended. Raises EngineError after `seconds`."""
        await self.engine.call(f"wait for the end of {self.what}", self.container.wait, seconds=seconds)

    async def exit_code(self) -> int | None:
        """Return the exit code of its last end; None while it runs."""
        state = await self.state()
        return None if state["Running"] else int(state["ExitCode"])

    async def why_ended(self) -> str | None:
        """Return its exit code in words; None while it runs."""
        state = await self.state()
        if state["Running"]:
            return None
        killed = ", killed for want of memory" if state.get("OOMKilled") else ""
        return f"exit code {state['ExitCode']}{killed}"

    async def log_tail(self) -> tuple[str, ...]:
        """Return its last log lines; none when the engine no longer has them."""
        try:
            log = await self.engine.call("read a log", lambda: self.container.logs(tail=LOG_LINES))
        except EngineError:
            return ()
        return tail(log.decode("utf-8", "replace"))

    async def remove(self) -> None:
        """Remove it with its files, once it is no longer being started."""
        await within(SETTLING_SECONDS, lambda: not self._starting)
        await self.engine.call(
            f"remove {self.what}", lambda: remove_container(self.engine.client, self.identity)
        )

    def _start(self) -> None:
        self._starting = True
        try:
            with changing_endpoints():
                self.container.start()
        finally:
            self._starting = False

    async def _signal(self, signal: str) -> None:
        def send() -> None:
            try:
                self.container.kill(signal)
            except Exception:
                # A container that has ended in the meantime needs no signal.
                if self.engine.client.api.inspect_container(self.identity)["State"]["Running"]:
                    raise

        await self.engine.call(f"stop {self.what}", send)
