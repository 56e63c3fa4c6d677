"""Waiting until a bot answers its health check: by condition, never by a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import aiohttp

from gate.errors import BotNotReady

FIRST_POLL_SECONDS = 0.02
LAST_POLL_SECONDS = 0.25
ONE_CHECK_SECONDS = 5.0
LOOK_AFTER_POLLS = 5
"""Every how many failed health checks it is looked whether the bot still runs at all."""

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
    last = "nothing answered"
    timeout = aiohttp.ClientTimeout(total=ONE_CHECK_SECONDS)
    polls, pause = 0, FIRST_POLL_SECONDS
    try:
        async with (
            asyncio.timeout(seconds),
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as client,
        ):
            while True:
                try:
                    async with client.get(bot.address() + path, allow_redirects=False) as answer:
                        if 200 <= answer.status < 300:
                            return
                        last = f"{path} answered {answer.status}"
                except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                    last = f"{path} did not answer ({type(error).__name__})"
                polls += 1
                if polls % LOOK_AFTER_POLLS == 0 and (reason := await ended()) is not None:
                    raise BotNotReady(
                        "the bot stopped before it was healthy",
                        why=reason,
                        remedy="its last log lines may say why",
                        log=await bot.log_tail(),
                    )
                await asyncio.sleep(pause)
                pause = min(LAST_POLL_SECONDS, pause * 1.5)
    except TimeoutError as error:
        raise BotNotReady(
            f"the bot was not healthy after {seconds:g} s",
            why=last,
            remedy="it must listen on $PORT on all interfaces and answer its health check with 2xx;"
            " bot.ready, bot.port and bot.ready-timeout say where and how long",
            log=await bot.log_tail(),
        ) from error


def tail(text: str) -> tuple[str, ...]:
    """The last lines of a log, bounded in number and length; still untrusted text."""
    return tuple(line[:LOG_LINE_CHARACTERS] for line in text.splitlines()[-LOG_LINES:])
