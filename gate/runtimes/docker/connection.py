"""The connection to the Docker engine: found, checked, and called without blocking the event loop."""

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
"""For an order that the engine carries out by itself. One that was not answered by then never will be."""
PULL_SECONDS = 15 * 60.0
BUILD_SECONDS = 30 * 60.0
PING_SECONDS = 10
SETTLING_SECONDS = 2.5
"""How long what is being started is waited for before it is removed. Removed meanwhile, it can leave its
network with an endpoint of nobody's, which the engine then keeps for good (seen with 20.10)."""
POLL_SECONDS = 0.02
CONNECTIONS = 16

ENGINE_FAULTS = (
    *(DockerException, RequestException, StreamParseError, HTTPError),
    *(http.client.HTTPException, OSError),
)
"""All that a call to the engine may end with that is the engine's fault, or that of the way to it."""

Answer = TypeVar("Answer")


async def reach(environment: Mapping[str, str], trace: Callable[[str], None] | None = None) -> Engine:
    """As `connect`, without holding up the event loop: an engine that hangs is waited for in a thread."""
    return await asyncio.wrap_future(in_thread(lambda: connect(environment, trace)))


def connect(environment: Mapping[str, str], trace: Callable[[str], None] | None = None) -> Engine:
    """The engine that DOCKER_HOST names, or the local one. Raises EngineError when none answers.

    `trace` is told of every call: what it was for, how long it took, what came of it.
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
                # Docker makes a folder of a socket that is mounted but missing.
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
    """One Docker engine, for one run."""

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
        """`function` in a thread. Its faults become EngineError: "the engine could not {purpose}".

        So does an answer that has not come after `seconds`, or CALL_SECONDS.
        """
        limit = CALL_SECONDS if seconds is None else seconds
        began = time.monotonic()
        outcome = "not ended"
        try:
            async with asyncio.timeout(limit) as patience:
                answer = await asyncio.wrap_future(in_thread(lambda: self._leaving_nothing_open(function)))
            outcome = "done"
            return answer
        except ENGINE_FAULTS as error:
            late = patience.expired()
            outcome = f"it did not answer within {limit:g} s" if late else explain(error)
            raise EngineError(f"the Docker engine could not {purpose}", why=outcome) from error
        except GateError as error:
            outcome = error.what
            raise
        finally:
            if self._trace is not None:
                self._trace(f"engine: {purpose}: {outcome} ({time.monotonic() - began:.3f} s)")

    async def create(self, purpose: str, function: Callable[[], Answer]) -> Answer:
        """Like `call`, for what brings something into being.

        Refused once the run is being ended, and waited for by `settled`: nothing that is created
        late can be missed by the removal.
        """
        return await self.call(purpose, lambda: self._counted(self._creating, purpose, function))

    async def start(self, purpose: str, function: Callable[[], Answer]) -> Answer:
        """Like `call`, for what brings something to life, or onto a network.

        Refused once the run is being ended, and waited for by `wait_until_quiet`.
        """
        return await self.call(purpose, lambda: self._counted(self._starting, purpose, function))

    def refuse_creations(self) -> None:
        """From now on nothing new is created."""
        with self._lock:
            self._closing = True

    @property
    def settled(self) -> bool:
        """Whether no creation is under way."""
        with self._lock:
            return not self._creating

    @property
    def unanswered(self) -> bool:
        """Whether a creation ended without the engine's word: what was asked for may still come."""
        with self._lock:
            return self._unanswered

    async def wait_until_quiet(self) -> None:
        """Returns once nothing is being created or started, or after SETTLING_SECONDS."""
        await within(SETTLING_SECONDS, lambda: not self._creating and not self._starting)

    def _counted(self, under_way: list[str], purpose: str, function: Callable[[], Answer]) -> Answer:
        with self._lock:
            if self._closing:
                raise EngineError("the run is being ended")
            under_way.append(purpose)
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
                under_way.remove(purpose)
                self._unanswered |= not answered and under_way is self._creating

    def close(self) -> None:
        """Closes the connection without waiting for calls that hang: theirs closes when they end."""
        self._closed = True
        self._disconnect()

    def _leaving_nothing_open(self, function: Callable[[], Answer]) -> Answer:
        """`function`. The client connects anew for what it asks after it was closed."""
        try:
            return function()
        finally:
            if self._closed:
                self._disconnect()

    def _disconnect(self) -> None:
        with contextlib.suppress(Exception):
            self.client.close()


async def within(seconds: float, condition: Callable[[], bool]) -> None:
    """Returns once `condition` holds, or after so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(POLL_SECONDS)


def in_thread(function: Callable[[], Answer]) -> Future[Answer]:
    """`function` in a thread that holds nobody up: the gate can end while the engine hangs."""
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
    """What the engine said on one line, without the wrapping of the client."""
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
    """What an exception came from in the first place: the client wraps each in several others."""
    while True:
        inner = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        inner = inner or next((one for one in error.args if isinstance(one, BaseException)), None)
        if not isinstance(inner, BaseException):
            return error
        error = inner
