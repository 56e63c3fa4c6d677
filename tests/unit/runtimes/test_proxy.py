"""The way between a local bot and its store: it changes nothing, and it can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from gate.errors import EngineError
from gate.runtimes.process.ports import Ports
from gate.runtimes.process.proxy import StoreProxy
from tests.event_loop import in_event_loop, until

LARGE = b"0123456789abcdef" * 262_144


class Echo:
    """A server that says everything back."""

    def __init__(self, server: asyncio.Server) -> None:
        self.server = server
        self.heard = bytearray()
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the other side is done."""
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(4096):
                self.heard += chunk
                writer.write(chunk)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def between() -> AsyncIterator[tuple[Echo, StoreProxy]]:
    """A server behind an open proxy."""
    ports = Ports()
    port = ports.take()
    echo = Echo.__new__(Echo)
    Echo.__init__(echo, await asyncio.start_server(lambda r, w: echo.serve(r, w), "127.0.0.1", port))
    proxy = StoreProxy(ports.take(), port)
    await proxy.heal()
    try:
        yield echo, proxy
    finally:
        await proxy.close()
        echo.server.close()


async def connect(proxy: StoreProxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, as the bot makes one."""
    return await asyncio.open_connection("127.0.0.1", proxy.port)


@in_event_loop
async def test_everything_arrives_unchanged_to_the_end() -> None:
    """However much it is, and when one side has said all it wanted."""
    async with between() as (echo, proxy):
        reader, writer = await connect(proxy)
        writer.write(LARGE)
        writer.write_eof()
        assert await reader.read(-1) == LARGE
        assert echo.heard == LARGE
        writer.close()


@in_event_loop
async def test_a_cut_holds_what_is_said_and_refuses_who_comes() -> None:
    """Healed, it passes on what was held, on the same connection and the same port."""
    async with between() as (echo, proxy):
        assert await proxy.connected()
        reader, writer = await connect(proxy)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        await proxy.cut()
        assert not await proxy.connected()
        with pytest.raises(ConnectionError):
            await connect(proxy)
        writer.write(b"two")
        await writer.drain()
        answer = asyncio.create_task(reader.readexactly(3))
        # A round trip elsewhere on this machine: what was going to get through would have.
        with pytest.raises(ConnectionError):
            await connect(proxy)
        assert not answer.done()
        assert echo.heard == b"one"
        await proxy.heal()
        assert await answer == b"two"
        assert await proxy.connected()
        writer.close()


@in_event_loop
async def test_a_store_that_hangs_up_hangs_up_on_the_bot() -> None:
    """Which then knows that it has to connect again."""
    async with between() as (echo, proxy):
        reader, writer = await connect(proxy)
        writer.write(b"one")
        await reader.readexactly(3)
        echo.writers[0].close()
        assert await reader.read(1) == b""
        writer.close()


@in_event_loop
async def test_a_store_that_is_down_answers_nobody() -> None:
    """The connection ends at once."""
    ports = Ports()
    proxy = StoreProxy(ports.take(), ports.take())
    await proxy.heal()
    reader, writer = await connect(proxy)
    with contextlib.suppress(ConnectionError):
        assert await reader.read(1) == b""
    writer.close()
    await proxy.close()


@in_event_loop
async def test_the_end_of_the_proxy_is_the_end_of_its_connections() -> None:
    """Also of one that waits in a cut."""
    async with between() as (_, proxy):
        reader, writer = await connect(proxy)
        writer.write(b"one")
        await reader.readexactly(3)
        await proxy.cut()
        writer.write(b"two")
        await proxy.close()
        with contextlib.suppress(ConnectionError):
            assert await reader.read(1) == b""
        writer.close()


@in_event_loop
async def test_a_bot_that_hangs_up_leaves_no_connection_behind() -> None:
    """At the store neither."""
    async with between() as (echo, proxy):
        _, writer = await connect(proxy)
        await until(lambda: echo.writers, "the connection arrives")
        writer.close()
        await until(lambda: not proxy.connections, "the connection ends")
        await until(lambda: echo.writers[0].is_closing(), "the store's side ends")


@in_event_loop
async def test_a_port_that_somebody_took_is_the_machines_fault() -> None:
    """Not the bot's, which only could not reach its store."""
    async with between() as (_, proxy):
        other = StoreProxy(proxy.port, 1)
        with pytest.raises(EngineError, match="cannot be opened"):
            await other.heal()


@pytest.mark.parametrize("rounds", range(6))
@in_event_loop
async def test_no_connection_outlives_the_proxy(rounds: int) -> None:
    """Whatever the event loop has done with the connection when the proxy is closed."""
    async with between() as (_, proxy):
        with socket.create_connection(("127.0.0.1", proxy.port)) as bot:
            for _ in range(rounds):
                await asyncio.sleep(0)
            await proxy.close()
            bot.setblocking(False)
            async with asyncio.timeout(10):
                with contextlib.suppress(ConnectionResetError):
                    assert await asyncio.get_running_loop().sock_recv(bot, 1) == b""
