"""The model endpoint: enough of OpenAI's HTTP interface for the clients that bots use.

It is reachable by the bot only and wants the run's own key. Every prompt and its answer go on record.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from gate.core.transcript import ModelAsked
from gate.errors import EngineError
from gate.interfaces import Recorder
from gate.reader.chat import Chat, Completions
from gate.reader.embeddings import Embeddings
from gate.reader.reading import Reader
from gate.reader.responses import Responses
from gate.reader.wire import MALFORMED, MODEL, Asked, Interface, Refused, Told, Written, error, whole

MAX_REQUEST_BYTES = 16 * 1024 * 1024
MAX_REQUESTS = 256
"""That are read and answered at once; more of them wait."""
SHUTDOWN_SECONDS = 0.2
"""When the endpoint closes, nobody is left who waits for an answer."""


def routes() -> Mapping[str, Interface]:
    """What is offered, by path."""
    return {
        "/v1/chat/completions": Chat(),
        "/v1/completions": Completions(),
        "/v1/responses": Responses(),
        "/v1/embeddings": Embeddings(),
    }


class ModelEndpoint:
    """Serves a reader over HTTP. `key` is what bots must send as their API key."""

    def __init__(self, reader: Reader, *, key: str, record: Recorder, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._key = key
        self._record = record
        self._clock = clock
        self._routes = routes()
        self._places = asyncio.Semaphore(MAX_REQUESTS)
        self._runner: web.AppRunner | None = None

    async def open(self, host: str) -> str:
        """Listens on a free port of `host`. The base URL, ending in `/v1`. Raises EngineError."""
        application = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[self._guard])
        for path in self._routes:
            application.router.add_post(path, self._serve)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{model}", self._model)
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, 0)
        try:
            await site.start()
        except OSError as fault:
            raise EngineError(
                f"the model endpoint cannot listen on {host}",
                why=str(fault),
                remedy="on Docker Desktop or a remote engine, run the gate in its own image",
            ) from fault
        port = self._runner.addresses[0][1]
        return f"http://{host}:{port}/v1"

    async def close(self) -> None:
        """Stops listening. Safe to call twice."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Any],
    ) -> web.StreamResponse:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ").encode(errors="replace")
        if not hmac.compare_digest(sent, self._key.encode()):
            return await _send(
                request, error(401, "this endpoint takes the OPENAI_API_KEY that memory-gate gave to the bot")
            )
        try:
            async with self._places:
                response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            refusal = error(404, f"memory-gate's model endpoint does not offer {request.path}")
        except web.HTTPException as fault:
            refusal = error(fault.status, fault.reason)
        except Refused as fault:
            refusal = error(fault.status, str(fault), parameter=fault.parameter, code=fault.code)
        except (*MALFORMED, web.RequestPayloadError) as fault:
            refusal = error(400, f"the request is not as the API wants it: {fault}")
        else:
            return response
        return await _send(request, refusal)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if not isinstance(body, dict):
            raise TypeError("its body is not an object")
        interface = self._routes[request.path]
        asked = interface.read(request.path, body)
        asked = dataclasses.replace(asked, readings=[self._reader.read(prompt) for prompt in asked.prompts])
        written, told = interface.write(asked, [reading.answer for reading in asked.readings])
        interface.keep(asked, told)
        self._put_on_record(asked, told)
        return await _send(request, written)

    def _put_on_record(self, asked: Asked, told: Told) -> None:
        for prompt, reading, answer in zip(asked.prompts, asked.readings, told.texts, strict=True):
            self._record(
                ModelAsked(
                    at=self._clock(),
                    path=asked.path,
                    prompt=[f"{message.role}: {message.text}" for message in prompt],
                    about=reading.about,
                    answer=answer,
                )
            )

    async def _models(self, request: web.Request) -> web.StreamResponse:
        return await _send(request, whole({"object": "list", "data": [_model_card(MODEL)]}))

    async def _model(self, request: web.Request) -> web.StreamResponse:
        return await _send(request, whole(_model_card(request.match_info["model"])))


async def _send(request: web.Request, written: Written) -> web.StreamResponse:
    headers = {"Content-Type": written.content_type}
    if len(written.chunks) == 1:
        return web.Response(body=written.chunks[0], status=written.status, headers=headers)
    response = web.StreamResponse(status=written.status, headers={**headers, "Cache-Control": "no-cache"})
    await response.prepare(request)
    for chunk in written.chunks:
        await response.write(chunk)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "memory-gate"}
