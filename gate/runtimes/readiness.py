"""Waits for a bot or a store to answer: by polling a condition, never by a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol

import aiohttp

from gate.errors import BotNotReady, StoreError
from gate.ports import Store, StoreInspector

FIRST_POLL_SECONDS = 0.02
LAST_POLL_SECONDS = 0.25
ONE_CHECK_SECONDS = 5.0
ENDED_POLL_SECONDS = 0.25
"""Interval of the check whether the bot or store still runs."""

SHUTDOWN_SECONDS = 5.0
"""A server that shuts down refuses connections and writes its data before it ends, for so long at most."""

LOG_LINES = 20
LOG_LINE_CHARACTERS = 300


class Watched(Protocol):
    """A bot that is waited for."""

    def address(self) -> str: ...

    async def log_tail(self) -> Sequence[str]: ...


async def wait_until_healthy(
    bot: Watched, *, path: str, seconds: float, ended: Callable[[], Awaitable[str | None]]
) -> None:
    """Return when `path` answers 2xx. Raises BotNotReady after `seconds`, or once the bot has ended.

    `ended` returns a sentence when the bot has ended, else None.
    """
    checks = _Checks()
    healthy = asyncio.create_task(checks.until_healthy(bot, path))
    over = asyncio.create_task(_until_ended(ended))
    try:
        await asyncio.wait({healthy, over}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if healthy.done():
            healthy.result()
        # Asked once more: after the bot's end, another program may answer at its address.
        reason = over.result() if over.done() else await ended()
        if reason is not None:
            raise BotNotReady(
                "the bot stopped before it was healthy",
                why=reason,
                remedy="the bot's last log lines may say why; bot.env sets the variables that it needs",
                log=await bot.log_tail(),
            )
        if healthy.done():
            return
        raise BotNotReady(
            f"the bot was not healthy after {seconds:g} s",
            why=checks.last,
            remedy="the bot must listen on $PORT on all interfaces and answer its health check with 2xx;"
            " bot.ready, bot.port and bot.ready-timeout say where and how long",
            log=await bot.log_tail(),
        )
    finally:
        for task in (healthy, over):
            task.cancel()
        await asyncio.gather(healthy, over, return_exceptions=True)


class _Checks:
    """Health checks, and the outcome of the last one."""

    last = "nothing answered"

    async def until_healthy(self, bot: Watched, path: str) -> None:
        timeout = aiohttp.ClientTimeout(total=ONE_CHECK_SECONDS)
        pause = FIRST_POLL_SECONDS
        async with aiohttp.ClientSession(
            timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as client:
            while True:
                try:
                    async with client.get(bot.address() + path, allow_redirects=False) as answer:
                        if 200 <= answer.status < 300:
                            return
                        self.last = f"{path} answered {answer.status}"
                except aiohttp.ClientConnectorError as error:
                    self.last = f"{path} did not answer: no connection to {error.host}:{error.port}"
                except TimeoutError:
                    self.last = f"{path} did not answer within {ONE_CHECK_SECONDS:g} s"
                except (aiohttp.ClientError, OSError, ValueError) as error:
                    self.last = f"{path} did not answer in HTTP ({type(error).__name__})"
                await asyncio.sleep(pause)
                pause = min(LAST_POLL_SECONDS, pause * 1.5)


async def _until_ended(ended: Callable[[], Awaitable[str | None]]) -> str:
    """Wait until the bot has ended, and return the reason.

    It polls, because a connection to a container that has ended may hang for long.
    """
    while (reason := await ended()) is None:
        await asyncio.sleep(ENDED_POLL_SECONDS)
    return reason


async def identity_once_loaded(store: Store, host: str, port: int, seconds: float) -> str:
    """Wait until the server has loaded all data, and return its identity. Raises StoreError."""
    identity = await store.wait_until_ready(host, port, seconds)
    await wait_until_loaded(store.inspector(host, port), seconds)
    return identity


async def wait_for_store(
    ready: Coroutine[None, None, str], ended: Callable[[], Awaitable[str | None]]
) -> str | None:
    """Return the result of `ready`; None when the store ended first.

    `ended` returns a sentence when the store has ended, else None. A server may end while it loads its data,
    because the data is corrupt or takes too much memory.
    """
    answering = asyncio.create_task(ready)
    try:
        while not answering.done():
            await asyncio.wait({answering}, timeout=LAST_POLL_SECONDS)
            if await ended() is not None:
                # Another program may answer at the address now.
                return None
        return answering.result()
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def why_silent(silence: StoreError, died: Callable[[], Awaitable[str | None]]) -> str:
    """Return why a store did not answer: because it ended, or else `silence`.

    A store that closed the connection may end only a little later, so its end is waited for.
    `died` returns a sentence when it has ended, else None.
    """
    try:
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            return await _until_ended(died)
    except TimeoutError:
        return silence.sentence


async def wait_until_loaded(inspector: StoreInspector, seconds: float) -> None:
    """Return when a look into the store succeeds. A server answers before it has loaded all its data.

    Raises StoreError after `seconds`.
    """
    fault = ""
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    await count_keys(inspector)
                    return
                except StoreError as error:
                    fault = error.sentence
                    await asyncio.sleep(FIRST_POLL_SECONDS)
    except TimeoutError as error:
        raise StoreError(f"the store had not loaded its data after {seconds:g} s", why=fault) from error


async def count_keys(inspector: StoreInspector) -> int:
    """Return the number of keys in the store. Raises StoreError."""
    return (await inspector.look(())).keys


def tail(text: str) -> tuple[str, ...]:
    """Return the last lines of a log, bounded in number and length. They remain untrusted text."""
    return tuple(line[:LOG_LINE_CHARACTERS] for line in text.splitlines()[-LOG_LINES:])
