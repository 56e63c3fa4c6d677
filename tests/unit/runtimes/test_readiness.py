"""Waiting for a bot: by its health check, and by whether it still runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection, Sequence
from typing import cast

import pytest

from gate.errors import BotNotReady, StoreError
from gate.ports import Store
from gate.runtimes.readiness import (
    LOG_LINE_CHARACTERS,
    LOG_LINES,
    identity_once_loaded,
    tail,
    wait_for_store,
    wait_until_healthy,
    why_silent,
)
from tests.event_loop import in_event_loop


class FakeBot:
    """Answers its health checks with `answers`, the last one for ever. Ends when told to."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.checks: list[bytes] = []
        self.reason: str | None = None
        self.port = 0

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}" if self.port else "http://:8000"

    async def log_tail(self) -> Sequence[str]:
        return ("its last line",)

    async def ended(self) -> str | None:
        return self.reason

    async def ended_since_the_first_look(self) -> str | None:
        return None if not self.checks else "exit code 3"

    async def wait(self, seconds: float) -> None:
        await wait_until_healthy(self, path="/ready", seconds=seconds, ended=self.ended)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[FakeBot]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.checks.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()
        await server.wait_closed()


NOTHING_YET = "nothing answered"
HEALTHY = b"HTTP/1.1 204 No Content\r\n\r\n"
ILL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
ELSEWHERE = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"


async def given_up(bot: FakeBot) -> pytest.ExceptionInfo[BotNotReady]:
    """Return the error after a wait in vain with at least one health check."""
    for patience in (0.3, 3, 30):
        with pytest.raises(BotNotReady, match="not healthy after") as caught:
            await bot.wait(patience)
        if caught.value.why != NOTHING_YET:
            break  # a slow machine needs longer until the first answer is there
    return caught


@in_event_loop
async def test_a_healthy_bot_is_asked_once() -> None:
    """At the path that it was given for it."""
    async with FakeBot(HEALTHY).listening() as bot:
        await bot.wait(60)
    assert bot.checks == [b"GET /ready HTTP/1.1"]


@in_event_loop
async def test_a_bot_that_needs_time_is_waited_for() -> None:
    """Errors, garbage and closed connections are what a starting server gives."""
    async with FakeBot(ILL, b"", b"garbage\r\n\r\n", ELSEWHERE, HEALTHY).listening() as bot:
        await bot.wait(60)
    assert len(bot.checks) == 5


@pytest.mark.parametrize(("answer", "why"), [(ILL, "503"), (ELSEWHERE, "302"), (b"", "did not answer")])
@in_event_loop
async def test_a_bot_that_stays_ill_is_not_ready(answer: bytes, why: str) -> None:
    """The error says what the last check gave, and what the bot printed last."""
    async with FakeBot(answer).listening() as bot:
        caught = await given_up(bot)
    assert why in caught.value.why
    assert caught.value.log == ("its last line",)


@in_event_loop
async def test_where_nothing_listens_is_said() -> None:
    """A port that is bound and not listened on refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        bot = FakeBot(HEALTHY)
        bot.address = lambda: f"http://{place}"  # type: ignore[method-assign]
        caught = await given_up(bot)
    assert caught.value.why == f"/ready did not answer: no connection to {place}"


@in_event_loop
async def test_a_bot_that_ended_is_not_waited_for() -> None:
    """It has no address any more; the error says how it ended."""
    bot = FakeBot(HEALTHY)
    bot.reason = "exit code 3"
    with pytest.raises(BotNotReady, match="stopped before it was healthy") as caught:
        await bot.wait(3600)
    assert caught.value.why == "exit code 3"
    assert caught.value.log == ("its last line",)


@in_event_loop
async def test_a_service_that_answers_in_place_of_an_ended_bot_is_not_the_bot() -> None:
    """Another program may have its old address by now."""
    async with FakeBot(HEALTHY).listening() as bot:
        with pytest.raises(BotNotReady, match="stopped before it was healthy"):
            await wait_until_healthy(bot, path="/ready", seconds=3600, ended=bot.ended_since_the_first_look)


@in_event_loop
async def test_a_store_that_ended_is_not_waited_for() -> None:
    """And the one that waits for it is not left behind."""
    waiting = asyncio.Event()
    let_go = asyncio.Event()

    async def never() -> str:
        waiting.set()
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            let_go.set()

    async def ended() -> str | None:
        return "exit code 1" if waiting.is_set() else None

    assert await wait_for_store(never(), ended) is None
    assert let_go.is_set()


class LoadingStore:
    """Answers, and never comes to the end of its data."""

    def __init__(self) -> None:
        self.looks = 0

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        return "5f3a"

    def inspector(self, host: str, port: int) -> LoadingStore:
        return self

    async def look(self, sought: Collection[str]) -> None:
        self.looks += 1
        raise StoreError("the store does not answer", why="LOADING Redis is loading the dataset in memory")


@in_event_loop
async def test_a_store_that_ends_while_it_reads_its_data_is_not_waited_for() -> None:
    """Corrupt files, or too much data, show only while the data is loaded."""
    store = LoadingStore()

    async def ended() -> str | None:
        return "exit code 1" if store.looks else None

    ready = identity_once_loaded(cast(Store, store), "127.0.0.1", 6379, 3600)
    assert await wait_for_store(ready, ended) is None


@in_event_loop
async def test_a_store_that_answers_gives_its_identity_and_one_that_does_not_its_error() -> None:
    """A store that runs and never answers is an error of its own."""

    async def runs() -> str | None:
        return None

    async def answers() -> str:
        return "5f3a"

    async def is_silent() -> str:
        raise StoreError("the store did not answer within 20 s")

    assert await wait_for_store(answers(), runs) == "5f3a"
    with pytest.raises(StoreError, match="within 20 s"):
        await wait_for_store(is_silent(), runs)


@in_event_loop
async def test_a_store_that_hung_up_and_ends_a_moment_later_has_died() -> None:
    """And not only: does not answer. Its last words to its clients come before its end."""
    looks = iter([None, None, "the store died during the run (exit code 0)"])

    async def died() -> str | None:
        return next(looks)

    silence = StoreError("the store does not answer")
    assert await why_silent(silence, died) == "the store died during the run (exit code 0)"


@in_event_loop
async def test_a_store_that_stays_and_says_nothing_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end."""
    monkeypatch.setattr("gate.runtimes.readiness.SHUTDOWN_SECONDS", 0.05)

    async def lives() -> None:
        return None

    assert await why_silent(StoreError("the store does not answer"), lives) == "the store does not answer"


def test_the_tail_of_a_log_is_bounded() -> None:
    """The last lines, each of bounded length."""
    lines = tail("\n".join(f"{number} " + "x" * 1000 for number in range(100)))
    assert len(lines) == LOG_LINES
    assert lines[-1].startswith("99 ")
    assert all(len(line) == LOG_LINE_CHARACTERS for line in lines)
