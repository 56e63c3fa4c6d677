"""The model endpoint: enough of OpenAI's HTTP interface for the clients that bots use.

It is reachable by the bots only and wants the key that was given to them. Every prompt and its answer go on
record.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hmac
import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from gate.core.bounded_json import loads_bounded
from gate.core.event_stream import EVENT_STREAM
from gate.core.quota import Quota
from gate.core.secret import Secret
from gate.core.transcript import ModelAsked
from gate.errors import EngineError
from gate.model_endpoint.chat import Chat, Completions
from gate.model_endpoint.embeddings import Embeddings
from gate.model_endpoint.hold import HeldAnswers
from gate.model_endpoint.in_flight_turns import Faults, InFlightTurns
from gate.model_endpoint.limits import BODY_SECONDS, ByteLimiter, few_connections
from gate.model_endpoint.responses import Responses
from gate.model_endpoint.wire import (
    MALFORMED,
    MODEL,
    Fingerprinter,
    Interface,
    Model,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Refused,
    error,
    whole,
)
from gate.ports import Hold, Recorder
from gate.reference_model.reading import ReferenceModel
from gate.reference_model.unsupported_features import find_unsupported_features

MAX_REQUEST_BYTES = 16 * 1024 * 1024
MAX_REQUESTS = 256
"""That are read and answered at once; more of them wait."""
KEY_PREFIX = "memory-gate-"
KEY_BYTES = 16
MAX_PROMPT_CHARACTERS = 4_000_000
"""Of one request; the largest models take about as much."""
REFUSAL_SECONDS = 0.25
"""After which somebody without the key, or without room on record, is answered: who floods is slowed down."""
QUIET = logging.Logger("gate.model_endpoint.endpoint", logging.CRITICAL + 1)
"""What a bot sends is not for the gate's own log, and neither is where that came to an end."""
TOO_MANY = (
    "the bot asked its model more often, or with more text, than is kept of a run of this size; it looks like"
    " a loop"
)
STREAM_HEADERS = {"Content-Type": EVENT_STREAM, "Cache-Control": "no-cache"}
SHUTDOWN_SECONDS = 0.2
"""When the endpoint closes, nobody is left who waits for an answer."""


def routes(*, strict: bool) -> Mapping[str, Interface]:
    """What is offered, by path; `strict` where no real model says what is allowed."""
    return {
        "/v1/chat/completions": Chat(),
        "/v1/completions": Completions(),
        "/v1/responses": Responses(strict=strict),
        "/v1/embeddings": Embeddings(strict=strict),
    }


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """What stands behind the endpoint instead of the reader, which then only says what a request is about.

    `secret` is taken out of whatever goes on record.
    """

    model: Model
    faults: Faults
    fingerprints: Fingerprinter
    in_flight: InFlightTurns
    secret: Secret = field(default_factory=lambda: Secret(""))


class ModelEndpoint:
    """Serves a reader, or what stands in its place, over HTTP.

    A client must send a key that `key_of` gave. The bots of a deployment have one of their own, so that
    their requests are known from those of other deployments' bots.
    """

    def __init__(
        self,
        reference_model: ReferenceModel,
        *,
        record: Recorder,
        clock: Callable[[], float],
        upstream: Upstream | None = None,
        quota: Quota | None = None,
        exhausted: Callable[[str, str], None] | None = None,
    ) -> None:
        """`exhausted` is told which deployment asks for more than the `quota`, and a sentence."""
        self._reference_model = reference_model
        # Key → whose it is.
        self._keys: dict[bytes, str] = {}
        self._quota = quota or Quota.for_turns(0)
        self._exhausted = exhausted
        self._body_bytes = ByteLimiter()
        self._record = record
        self._clock = clock
        self._upstream = upstream
        self._routes = routes(strict=upstream is None)
        self._places = asyncio.Semaphore(MAX_REQUESTS)
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._holds: dict[str, HeldAnswers] = {}

    def key_of(self, deployment: str) -> str:
        """A key for the bots of this deployment, which nobody can guess from another's."""
        key = f"{KEY_PREFIX}{secrets.token_hex(KEY_BYTES)}"
        self._keys[key.encode()] = deployment
        return key

    async def open(self, host: str) -> str:
        """Listens on a free port of `host`. The base URL, ending in `/v1`. Raises EngineError."""
        application = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[self._guard])
        for path in self._routes:
            application.router.add_post(path, self._serve)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{model}", self._model)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=SHUTDOWN_SECONDS,
            logger=QUIET,
        )
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - it is made by the set-up
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(few_connections(server), host, 0)
        except OSError as fault:
            raise EngineError(
                f"the model endpoint cannot listen on {host}",
                why=str(fault),
                remedy="on Docker Desktop or a remote engine, run the gate in its own image",
            ) from fault
        port = self._listening.sockets[0].getsockname()[1]
        return f"http://{host}:{port}/v1"

    def hold(self, deployment: str, texts: Collection[str]) -> Hold:
        """Holds the answers to the turns of a deployment with these texts back, until they are let go."""
        held = self._holds[deployment] = HeldAnswers(texts)
        return held

    async def close(self) -> None:
        """Stops listening. Safe to call twice."""
        for hold in self._holds.values():
            hold.release()
        if self._listening is not None:
            self._listening.close()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()
        if self._upstream is not None:
            self._upstream.faults.close()
            await self._upstream.model.close()

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Any],
    ) -> web.StreamResponse:
        if self._owner(request) is None:
            await asyncio.sleep(REFUSAL_SECONDS)
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
        except ConnectionError:
            # Nobody is left to be told.
            return web.Response(status=499)
        except (*MALFORMED, web.RequestPayloadError) as fault:
            refusal = error(400, f"the request is not as the API wants it: {fault}")
        else:
            return response
        return await _send(request, refusal)

    def _owner(self, request: web.Request) -> str | None:
        """The deployment whose key the request brings; None without any of the keys."""
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ").encode(errors="replace")
        # All of them are compared, so that the time tells nothing.
        owners = [owner for key, owner in self._keys.items() if hmac.compare_digest(sent, key)]
        return owners[0] if owners else None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        declared = request.content_length
        if declared is None or "Content-Encoding" in request.headers:
            declared = MAX_REQUEST_BYTES
        late = Refused(408, f"the request was not there within {BODY_SECONDS:g} s")
        async with contextlib.AsyncExitStack() as held:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    lease = await held.enter_async_context(
                        self._body_bytes.lease(min(declared, MAX_REQUEST_BYTES))
                    )
                    data = await request.read()
            except TimeoutError as error:
                raise late from error
            lease.shrink(len(data))
            return await self._answer(request, await request.json(loads=loads_bounded))

    async def _answer(self, request: web.Request, body: object) -> web.StreamResponse:
        if not isinstance(body, dict):
            raise TypeError("its body is not an object")
        began = self._clock()
        interface = self._routes[request.path]
        asked = interface.read(request.path, body)
        length = sum(len(message.text) for prompt in asked.prompts for message in prompt)
        deployment = self._owner(request) or ""
        await self._admit(deployment, length)
        asked = dataclasses.replace(
            asked,
            readings=[self._reference_model.read(prompt) for prompt in asked.prompts],
            deployment=deployment,
        )
        hold = self._holds.get(asked.deployment)
        if hold is not None:
            for reading in asked.readings:
                await hold.pass_by(reading.about)
        if self._upstream is None:
            written, told = interface.write(asked, [reading.answer for reading in asked.readings])
            self._settle(asked, interface, told, began)
            return await _send(request, written)
        about = asked.readings[0].about if asked.readings else ""
        asked = dataclasses.replace(
            asked,
            turn=self._upstream.in_flight.turn(asked.deployment, about),
            fingerprint=self._upstream.fingerprints.of(asked),
        )
        reply = _Reply(request)
        await self._upstream.model.answer(
            asked, interface, lambda told: self._settle(asked, interface, told, began), reply
        )
        return reply.response

    async def _admit(self, deployment: str, characters: int) -> None:
        """Raises Refused for what is too long for one request, or for what is kept of the run."""
        if characters > MAX_PROMPT_CHARACTERS:
            raise Refused(
                400,
                f"the prompt is longer than {MAX_PROMPT_CHARACTERS:,} characters",
                parameter="messages",
                code="context_length_exceeded",
            )
        if not self._quota.take(characters):
            if self._exhausted is not None:
                self._exhausted(deployment, TOO_MANY)
            await asyncio.sleep(REFUSAL_SECONDS)
            raise Refused(429, TOO_MANY, code="insufficient_quota")

    def _settle(self, asked: ParsedRequest, interface: Interface, told: ModelResponse, began: float) -> None:
        """Puts the request and its answer on record. A request without an answer was made all the same."""
        interface.keep(asked, told)
        texts = [*told.texts, *([""] * len(asked.prompts))]
        now = self._clock()
        for prompt, reading, answer in zip(asked.prompts, asked.readings, texts, strict=False):
            self._record(
                ModelAsked(
                    at=now,
                    path=asked.path,
                    prompt=[self._scrub(f"{message.role}: {message.text}") for message in prompt],
                    about=reading.about,
                    answer=self._scrub(answer),
                    beyond_reader=() if self._upstream else find_unsupported_features(asked.body),
                    deployment=asked.deployment,
                    seconds=now - began,
                )
            )

    def _scrub(self, text: str) -> str:
        return self._upstream.secret.hidden(text) if self._upstream else text

    async def _models(self, request: web.Request) -> web.StreamResponse:
        return await _send(request, whole({"object": "list", "data": [_model_card(MODEL)]}))

    async def _model(self, request: web.Request) -> web.StreamResponse:
        return await _send(request, whole(_model_card(request.match_info["model"])))


class _Reply:
    """The way back to the bot. `response` is what was sent."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._stream: web.StreamResponse | None = None
        self.response: web.StreamResponse = web.Response(status=500)

    async def send(self, written: RawResponse) -> None:
        """See Reply."""
        with contextlib.suppress(ConnectionError):
            self.response = await _send(self._request, written)

    async def write(self, data: bytes) -> None:
        """See Reply."""
        # Also when the bot has hung up, the answer is wanted: for the record, and for the cassette.
        with contextlib.suppress(ConnectionError):
            if self._stream is None:
                self.response = self._stream = web.StreamResponse(headers=STREAM_HEADERS)
                await self._stream.prepare(self._request)
            await self._stream.write(data)

    async def end(self) -> None:
        """See Reply."""
        with contextlib.suppress(ConnectionError):
            if self._stream is not None:
                await self._stream.write_eof()


async def _send(request: web.Request, written: RawResponse) -> web.StreamResponse:
    if written.content_type != EVENT_STREAM:
        headers = {"Content-Type": written.content_type}
        return web.Response(body=b"".join(written.chunks), status=written.status, headers=headers)
    response = web.StreamResponse(status=written.status, headers=STREAM_HEADERS)
    await response.prepare(request)
    for chunk in written.chunks:
        await response.write(chunk)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "memory-gate"}
