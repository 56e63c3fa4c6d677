"""Turns end refused or indeterminate when the connection or the bot fails."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from aiohttp import web

from gate.core.specification import BotSpecification
from gate.errors import TurnIndeterminate, TurnRefused
from gate.protocols import PROTOCOLS
from gate.protocols.replies import EXCERPT_CHARACTERS
from gate.runtimes.turn_routing import route_to
from tests.event_loop import in_event_loop
from tests.unit.protocols.servers import raw, replies, served


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@in_event_loop
async def test_a_redirect_is_not_followed(status: int) -> None:
    """No redirect is followed, to another path or to another host, such as cloud metadata."""
    async with (
        served(replies("stolen")) as (elsewhere, _),
        served(
            lambda _request: web.Response(
                status=status, headers={"Location": f"http://127.0.0.1:{elsewhere.port}/chat"}
            )
        ) as (_, bot),
    ):
        with pytest.raises(TurnRefused, match=f"answered {status}"):
            await bot.open("anna-1").say("Hello")
    assert elsewhere.requests == []


@in_event_loop
async def test_proxies_of_the_gates_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot runs beside the gate, so no proxy of the environment applies."""
    async with served(replies("stolen")) as (proxy, _), served(replies("direct")) as (_, bot):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert await bot.open("anna-1").say("Hello") == "direct"
    assert proxy.requests == []


@in_event_loop
async def test_cookies_are_not_kept() -> None:
    """Only ids separate sessions; a cookie would merge them into one."""

    def answer(_request: web.Request) -> web.Response:
        found = web.json_response({"reply": "ok"})
        found.set_cookie("session", "everybody")
        return found

    async with served(answer) as (server, _):
        # Use a host name: clients keep no cookies for IP addresses anyway.
        bot = PROTOCOLS["http-json"].connect(
            BotSpecification(), route_to(lambda: f"http://localhost:{server.port}")
        )
        await bot.open("anna-1").say("Hello")
        await bot.open("ben-2").say("Hello")
        await bot.close()
    assert len(server.requests) == 2
    assert all("Cookie" not in headers for _, _, headers, _ in server.requests)


@in_event_loop
async def test_no_answer_in_time_is_an_indeterminate_turn() -> None:
    """The bot may or may not have taken it."""

    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with served(never, turn_seconds=1.0) as (server, bot):
        with pytest.raises(TurnIndeterminate, match="did not answer within"):
            await bot.open("anna-1").say("Hello")
    assert len(server.requests) == 1


@in_event_loop
async def test_a_trickling_answer_meets_the_deadline() -> None:
    """The deadline covers the whole answer, not each byte."""

    async def trickle(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b" ")
                await asyncio.sleep(0.01)
        return answer

    async with served(trickle, turn_seconds=1.0) as (_, bot):
        with pytest.raises(TurnIndeterminate, match="did not answer within"):
            await bot.open("anna-1").say("Hello")


@in_event_loop
async def test_a_refused_connection_is_a_refused_turn() -> None:
    """No process can have taken the turn."""
    # Bind without listening: the port refuses every connection, and no other process can take it.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        bot = PROTOCOLS["http-json"].connect(BotSpecification(), route_to(lambda: f"http://127.0.0.1:{port}"))
        with pytest.raises(TurnRefused, match="refused the connection"):
            await bot.open("anna-1").say("Hello")
        await bot.close()
        await bot.close()


@in_event_loop
async def test_a_bot_without_an_address_refuses_the_turn() -> None:
    """Its container has ended, so nothing was sent."""
    bot = PROTOCOLS["http-json"].connect(BotSpecification(), route_to(lambda: "http://:8000"))
    with pytest.raises(TurnRefused):
        await bot.open("anna-1").say("Hello")
    await bot.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"reply": "hal',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"reply": "half',
    ],
    ids=["nothing", "headers", "no body", "half a body", "half a chunk"],
)
@in_event_loop
async def test_a_connection_that_is_dropped_in_mid_answer_is_an_indeterminate_turn(answer: bytes) -> None:
    """The turn is not sent again, because the bot may have taken it."""
    async with raw(answer, answer) as (received, bot):
        with pytest.raises(TurnIndeterminate, match="broke before"):
            await bot.open("anna-1").say("Hello")
    assert len(received) == 1


@in_event_loop
async def test_an_answer_that_is_not_http_is_a_refused_turn() -> None:
    """An answer arrived, but it is no reply."""
    async with raw(b"SSH-2.0-OpenSSH_9.7\r\n\r\n") as (_, bot):
        with pytest.raises(TurnRefused, match="not HTTP"):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize(
    "answer",
    [b"x" * 5000 + b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"z" * 5000],
    ids=["no HTTP", "no chunk"],
)
@in_event_loop
async def test_an_error_quotes_a_line_of_the_answer_at_most(answer: bytes) -> None:
    """The unreadable answer is quoted, and it is the bot's own text."""
    async with raw(answer) as (_, bot):
        with pytest.raises(TurnRefused, match="not HTTP") as caught:
            await bot.open("anna-1").say("Hello")
    assert 0 < len(caught.value.why) <= EXCERPT_CHARACTERS


@in_event_loop
async def test_each_turn_has_a_connection_of_its_own() -> None:
    """The bot may close a kept connection at the moment the next turn is sent."""
    answer = b'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 16\r\n\r\n{"reply": "one"}'
    closed = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal closed
        await reader.readuntil(b"}")
        writer.write(answer)
        # A bot whose keep-alive ends just as the next turn arrives.
        if await reader.read(1):
            closed += 1
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bot = PROTOCOLS["http-json"].connect(BotSpecification(), route_to(lambda: f"http://127.0.0.1:{port}"))
    assert [await bot.open("anna-1").say("Hello") for _ in range(3)] == ["one"] * 3
    assert closed == 0
    await bot.close()
    server.close()
    await server.wait_closed()


@in_event_loop
async def test_the_address_is_asked_for_at_every_turn() -> None:
    """A replaced bot is reached at its new address."""
    async with served(replies("old")) as (old, _), served(replies("new")) as (new, _):
        places = [old.port, new.port]
        bot = PROTOCOLS["http-json"].connect(
            BotSpecification(), route_to(lambda: f"http://127.0.0.1:{places.pop(0)}")
        )
        assert [await bot.open("anna-1").say("Hello") for _ in range(2)] == ["old", "new"]
        await bot.close()


@in_event_loop
async def test_many_turns_are_under_way_at_once() -> None:
    """The client does not limit the number of turns in flight."""
    arrived = 0
    all_there = asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        nonlocal arrived
        arrived += 1
        if arrived == 150:
            all_there.set()
        await all_there.wait()
        return web.json_response({"reply": "together"})

    async with served(answer) as (_, bot):
        said = await asyncio.gather(*(bot.open(f"anna-{number}").say("Hello") for number in range(150)))
    assert set(said) == {"together"}
