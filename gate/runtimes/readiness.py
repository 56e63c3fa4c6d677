"""Waiting until a bot or a store answers: by condition, never by a fixed time."""

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
LOOK_SECONDS = 0.25
"""How often it is looked whether the bot still runs at all."""

LEAVING_SECONDS = 5.0
"""A server that shuts down takes no connections any more, and writes its data before it ends."""

LOG_LINES = 20
LOG_LINE_CHARACTERS = 300


class Watched(Protocol):
    """What has to be known of a bot while it is waited for."""

    def address(self) -> str: ...

    async def log_tail(self) -> Sequence[str]: ...


async def wait_until_healthy(
    bot: Watched, *, path: str, seconds: float, ended: Callable[[], Awaitable[str | None]]
) -> None:
    """Returns when `path` answers 2xx. Raises BotNotReady after `seconds`, or once `ended` says why not.

    `ended` gives a sentence when the bot has stopped running, else None.
    """
    checks = _Checks()
    healthy = asyncio.create_task(checks.until_healthy(bot, path))
    over = asyncio.create_task(_until_ended(ended))
    try:
        await asyncio.wait({healthy, over}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if healthy.done():
            healthy.result()
        # Asked once more: whoever answers at a dead bot's address is not the bot.
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
    """Health checks, and what came of the last one."""

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
    """Why the bot has stopped running, once it has. A connection to a dead container may hang for long."""
    while (reason := await ended()) is None:
        await asyncio.sleep(LOOK_SECONDS)
    return reason


async def identity_once_loaded(store: Store, host: str, port: int, seconds: float) -> str:
    """The identity of the server that answers there, once it has read all its data. Raises StoreError."""
    identity = await store.wait_until_ready(host, port, seconds)
    await wait_until_loaded(store.inspector(host, port), seconds)
    return identity


async def wait_for_store(
    ready: Coroutine[None, None, str], ended: Callable[[], Awaitable[str | None]]
) -> str | None:
    """What `ready` gives; None when the store ended first, as `ended` tells by a sentence.

    A server may end in the middle of reading its data: what is broken there, or takes too much memory.
    """
    answering = asyncio.create_task(ready)
    try:
        while not answering.done():
            await asyncio.wait({answering}, timeout=LAST_POLL_SECONDS)
            if await ended() is not None:
                # Whoever answers there now is not the store that was started.
                return None
        return answering.result()
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def why_silent(silence: StoreError, died: Callable[[], Awaitable[str | None]]) -> str:
    """What is wrong with a store that did not answer, given why: one that hung up may only now be ending.

    `died` gives a sentence when it has ended, else None.
    """
    try:
        async with asyncio.timeout(LEAVING_SECONDS):
            return await _until_ended(died)
    except TimeoutError:
        return silence.sentence


async def wait_until_loaded(inspector: StoreInspector, seconds: float) -> None:
    """Returns when a look into the store succeeds: a server answers before it has read all its data.

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
    """How many keys the store holds. Raises StoreError."""
    return (await inspector.look(())).keys


def tail(text: str) -> tuple[str, ...]:
    """The last lines of a log, bounded in number and length; still untrusted text."""
    return tuple(line[:LOG_LINE_CHARACTERS] for line in text.splitlines()[-LOG_LINES:])
