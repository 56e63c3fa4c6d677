"""Connection to the Docker engine, which is called without blocking the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import stat
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import docker
from docker.errors import APIError, DockerException, StreamParseError
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import HTTPError

from gate.errors import EngineError, GateError

DEFAULT_HOST = "unix:///var/run/docker.sock"
CALL_SECONDS = 60.0
"""Time-out of an ordinary call. An engine that has not answered by then never will."""
PULL_SECONDS = 15 * 60.0
BUILD_SECONDS = 30 * 60.0
PING_SECONDS = 10
SETTLING_SECONDS = 2.5
"""Wait so long for pending starts before removing anything.

A container that is removed while it starts can leave an orphaned endpoint on its network, and the engine then
never removes that network (seen with 20.10).
"""
POLL_SECONDS = 0.02
CONNECTIONS = 16

ENGINE_FAULTS = (
    *(DockerException, RequestException, StreamParseError, HTTPError),
    *(http.client.HTTPException, OSError),
)
"""Errors of a call that the engine, or the connection to it, is to blame for."""

Answer = TypeVar("Answer")


async def reach(environment: Mapping[str, str], trace: Callable[[str], None] | None = None) -> Engine:
    """Connect in a thread, so that an engine that hangs does not block the event loop. See `connect`."""
    return await asyncio.wrap_future(in_thread(lambda: connect(environment, trace)))


def connect(environment: Mapping[str, str], trace: Callable[[str], None] | None = None) -> Engine:
    """Connect to the engine that DOCKER_HOST names, or to the local one.

    `trace` takes one line per call: its purpose, outcome and duration. Raises EngineError if none answers.
    """
    host = environment.get("DOCKER_HOST") or DEFAULT_HOST
    remedy = (
        "start Docker, set DOCKER_HOST, or give the bot as bot.command to run it without Docker;"
        " in a container, mount /var/run/docker.sock"
    )
    try:
        if host.startswith("unix://"):
            socket = Path(host.removeprefix("unix://"))
            if not socket.exists():
                raise EngineError("no Docker engine answers", why=f"{socket} does not exist", remedy=remedy)
            if not stat.S_ISSOCK(socket.stat().st_mode):
                # When a missing socket is mounted, Docker makes a folder in its place.
                raise EngineError("no Docker engine answers", why=f"{socket} is not a socket", remedy=remedy)
        with contextlib.closing(
            docker.DockerClient.from_env(environment=dict(environment), version="auto", timeout=PING_SECONDS)
        ) as first:
            first.ping()
        client = docker.DockerClient.from_env(
            environment=dict(environment),
            version="auto",
            timeout=int(CALL_SECONDS),
            max_pool_size=CONNECTIONS,
        )
    except (*ENGINE_FAULTS, ValueError) as error:
        raise EngineError("no Docker engine answers", why=f"{host}: {error}", remedy=remedy) from error
    return Engine(client, host, trace)


class Engine:
    """A connection to a Docker engine, for one run."""

    def __init__(
        self, client: docker.DockerClient, host: str, trace: Callable[[str], None] | None = None
    ) -> None:
        self.client = client
        self.host = host
        self._trace = trace
        self._lock = threading.Lock()
        self._creating: list[str] = []
        self._starting: list[str] = []
        self._unanswered = False
        self._closing = False
        self._closed = False

    async def call(
        self, purpose: str, function: Callable[[], Answer], *, seconds: float | None = None
    ) -> Answer:
        """Run `function` in a thread. Its errors become EngineError: "the engine could not {purpose}".

        So does a call that takes longer than `seconds`, or than CALL_SECONDS.
        """
        limit = CALL_SECONDS if seconds is None else seconds
        began = time.monotonic()
        outcome = "not ended"
        try:
            async with asyncio.timeout(limit) as time_limit:
                answer = await asyncio.wrap_future(in_thread(lambda: self._disconnect_after(function)))
            outcome = "done"
            return answer
        except ENGINE_FAULTS as error:
            late = time_limit.expired()
            outcome = f"it did not answer within {limit:g} s" if late else explain(error)
            raise EngineError(f"the Docker engine could not {purpose}", why=outcome) from error
        except GateError as error:
            outcome = error.what
            raise
        finally:
            if self._trace is not None:
                self._trace(f"engine: {purpose}: {outcome} ({time.monotonic() - began:.3f} s)")

    async def create(self, purpose: str, function: Callable[[], Answer]) -> Answer:
        """Run a call that creates something; see `call`.

        It is refused once the run is being ended. The removal goes on until it is `settled`, so that nothing
        that is created late is missed.
        """
        return await self.call(purpose, lambda: self._counted(self._creating, purpose, function))

    async def start(self, purpose: str, function: Callable[[], Answer]) -> Answer:
        """Run a call that starts a container, or connects one to a network; see `call`.

        It is refused once the run is being ended. `wait_until_quiet` waits for it.
        """
        return await self.call(purpose, lambda: self._counted(self._starting, purpose, function))

    def refuse_creations(self) -> None:
        """Refuse all further creations and starts."""
        with self._lock:
            self._closing = True

    @property
    def settled(self) -> bool:
        """Whether no creation is in progress."""
        with self._lock:
            return not self._creating

    @property
    def unanswered(self) -> bool:
        """Whether a creation ended without an answer, so that its object may still appear."""
        with self._lock:
            return self._unanswered

    async def wait_until_quiet(self) -> None:
        """Return once nothing is being created or started, or after SETTLING_SECONDS."""
        await within(SETTLING_SECONDS, lambda: not self._creating and not self._starting)

    def _counted(self, pending: list[str], purpose: str, function: Callable[[], Answer]) -> Answer:
        with self._lock:
            if self._closing:
                raise EngineError("the run is being ended")
            pending.append(purpose)
        answered = False
        try:
            answer = function()
            answered = True
            return answer
        except APIError:
            answered = True
            raise
        finally:
            with self._lock:
                pending.remove(purpose)
                self._unanswered |= not answered and pending is self._creating

    def close(self) -> None:
        """Close the connection. A call that hangs is not waited for; it disconnects when it ends."""
        self._closed = True
        self._disconnect()

    def _disconnect_after(self, function: Callable[[], Answer]) -> Answer:
        """Run `function`, and disconnect again if the client was closed: it reconnects for every request."""
        try:
            return function()
        finally:
            if self._closed:
                self._disconnect()

    def _disconnect(self) -> None:
        with contextlib.suppress(Exception):
            self.client.close()


async def within(seconds: float, condition: Callable[[], bool]) -> None:
    """Return once `condition` holds, or after so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(POLL_SECONDS)


def in_thread(function: Callable[[], Answer]) -> Future[Answer]:
    """Run `function` in a daemon thread: the gate can end while the engine hangs."""
    answer: Future[Answer] = Future()

    def work() -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(function())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=work, name="docker", daemon=True).start()
    return answer


def explain(error: BaseException) -> str:
    """Return the engine's error message on one line, without the client's wrapping."""
    text = str(error)
    if isinstance(error, APIError):
        text = str(error.explanation or error)
    elif isinstance(error, Timeout):
        text = "it did not answer in time"
    elif isinstance(error, (NoConnection, HTTPError, http.client.HTTPException, StreamParseError)):
        root = _root(error)
        text = f"the connection to it broke ({getattr(root, 'strerror', None) or root})"
    return " ".join(text.split()) or type(error).__name__


def _root(error: BaseException) -> BaseException:
    """Return the root cause of an exception, which the client wraps in several others."""
    while True:
        inner = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        inner = inner or next((cause for cause in error.args if isinstance(cause, BaseException)), None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
