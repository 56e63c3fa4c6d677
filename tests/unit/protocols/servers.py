"""Minimal bots over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import web

from gate.core.specification import BotSpecification
from gate.ports import Bot
from gate.protocols import PROTOCOLS
from gate.runtimes.turn_routing import route_to

Answer = Callable[[web.Request], Any]


class Server:
    """Answers every request with `answer`, and keeps all requests."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str, Mapping[str, str], bytes]] = []
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append((request.method, request.raw_path, dict(request.headers), body))
        answer = self.answer(request)
        found: web.StreamResponse = await answer if asyncio.iscoroutine(answer) else answer
        return found

    @property
    def received(self) -> Any:
        """Return the JSON of the only request."""
        (request,) = self.requests
        return json.loads(request[3])


@contextlib.asynccontextmanager
async def served(
    answer: Answer, *, protocol: str = "http-json", **specification: Any
) -> AsyncIterator[tuple[Server, Bot]]:
    """Serve `answer`. Yield the server, and a bot connected to it."""
    server = Server(answer)
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", server.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    kind = PROTOCOLS[protocol]
    fields = {"request": kind.contract.request, "reply": kind.contract.reply, **specification}
    bot = kind.connect(BotSpecification(**fields), route_to(lambda: f"http://127.0.0.1:{server.port}"))
    try:
        yield server, bot
    finally:
        await bot.close()
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw(*answers: bytes, **specification: Any) -> AsyncIterator[tuple[list[bytes], Bot]]:
    """Serve these bytes, one answer per connection, then hang up. Yield the received requests and a bot."""
    waiting, received = list(answers), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"}"))
        with contextlib.suppress(ConnectionError):
            writer.write(waiting.pop(0))
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bot = PROTOCOLS["http-json"].connect(
        BotSpecification(**specification), route_to(lambda: f"http://127.0.0.1:{port}")
    )
    try:
        yield received, bot
    finally:
        await bot.close()
        server.close()
        await server.wait_closed()


def replies(text: Any) -> Answer:
    """Answer as the default contract does."""
    return lambda _request: web.json_response({"reply": text})


def body(content: bytes, **options: Any) -> Answer:
    """Answer with these bytes."""
    return lambda _request: web.Response(body=content, content_type="application/json", **options)
