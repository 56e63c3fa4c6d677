"""The model endpoint: enough of OpenAI's HTTP interface for the clients that bots use.

Only bots can reach it, and they must send the key that they were given. Every prompt and its answer are
recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiohttp import web

from gate.core.bounded_json import loads_bounded
from gate.core.listening import stop_listening
from gate.core.quota import Quota
from gate.core.transcript import ModelAsked
from gate.errors import EngineError
from gate.model_endpoint.chat import Chat, Completions
from gate.model_endpoint.embeddings import Embeddings
from gate.model_endpoint.hold import HeldAnswers
from gate.model_endpoint.http_reply import HttpReply, send_response
from gate.model_endpoint.keys import DeploymentKeys
from gate.model_endpoint.limits import BODY_SECONDS, ByteLimiter, limit_connections
from gate.model_endpoint.responses import Responses
from gate.model_endpoint.upstream import Upstream
from gate.model_endpoint.wire import (
    MALFORMED,
    MODEL,
    Interface,
    ModelResponse,
    ParsedRequest,
    Refused,
    error_response,
    json_response,
)
from gate.ports import Hold, Recorder
from gate.reference_model.reading import ReferenceModel
from gate.reference_model.unsupported_features import find_unsupported_features

MAX_REQUEST_BYTES = 16 * 1024 * 1024
MAX_REQUESTS = 256
"""Read and answered at once; others wait."""
MAX_PROMPT_CHARACTERS = 4_000_000
"""Per request; the largest models take about as much."""
REFUSAL_SECONDS = 0.25
"""Delay before a request without a key, or beyond the quota, is refused. It slows floods down."""
QUIET = logging.Logger("gate.model_endpoint.endpoint", logging.CRITICAL + 1)
"""Drops all log records: a bot must not write into the gate's own log."""
TOO_MANY = (
    "the bot asked its model more often, or with more text, than is kept of a run of this size; it looks like"
    " a loop"
)
SHUTDOWN_SECONDS = 0.2
"""Short: when the endpoint closes, no bot waits for an answer any more."""


def routes(*, strict: bool) -> Mapping[str, Interface]:
    """Return the interfaces by path; `strict` when no real model validates the requests."""
    return {
        "/v1/chat/completions": Chat(),
        "/v1/completions": Completions(),
        "/v1/responses": Responses(strict=strict),
        "/v1/embeddings": Embeddings(strict=strict),
    }


class ModelEndpoint:
    """Serves the reference model, or the model upstream, over HTTP.

    A client must send a key from `key_of`. Each deployment has a key of its own, which tells its requests
    from those of other deployments.
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
        """`exhausted` is called with the deployment that exceeds the `quota`, and a sentence."""
        self._reference_model = reference_model
        self._keys = DeploymentKeys()
        self._quota = quota or Quota.for_turns(0)
        self._exhausted = exhausted
        self._body_bytes = ByteLimiter()
        self._record = record
        self._clock = clock
        self._upstream = upstream
        self._routes = routes(strict=upstream is None)
        self._request_slots = asyncio.Semaphore(MAX_REQUESTS)
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._holds: dict[str, HeldAnswers] = {}

    def key_of(self, deployment: str) -> str:
        """Return a new key for the bots of this deployment."""
        return self._keys.issue(deployment)

    async def open(self, host: str) -> str:
        """Listen on a free port of `host`, and return the base URL, ending in `/v1`. Raises EngineError."""
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
        assert server is not None  # noqa: S101 - setup() makes it
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(limit_connections(server), host, 0)
        except OSError as fault:
            raise EngineError(
                f"the model endpoint cannot listen on {host}",
                why=str(fault),
                remedy="on Docker Desktop or a remote engine, run the gate in its own image",
            ) from fault
        port = self._listening.sockets[0].getsockname()[1]
        return f"http://{host}:{port}/v1"

    def hold(self, deployment: str, texts: Collection[str]) -> Hold:
        """Hold back the answers to this deployment's turns with these texts, until the hold is released."""
        held = self._holds[deployment] = HeldAnswers(texts)
        return held

    async def close(self) -> None:
        """Stop listening. Safe to call twice."""
        for hold in self._holds.values():
            hold.release()
        if self._listening is not None:
            listening, self._listening = self._listening, None
            await stop_listening(listening)
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
            return await send_response(
                request,
                error_response(
                    401, "this endpoint takes the OPENAI_API_KEY that memory-gate gave to the bot"
                ),
            )
        try:
            async with self._request_slots:
                response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            refusal = error_response(404, f"memory-gate's model endpoint does not offer {request.path}")
        except web.HTTPException as fault:
            refusal = error_response(fault.status, fault.reason)
        except Refused as fault:
            refusal = error_response(fault.status, str(fault), parameter=fault.parameter, code=fault.code)
        except ConnectionError:
            # The bot hung up: the response reaches nobody.
            return web.Response(status=499)
        except (*MALFORMED, web.RequestPayloadError) as fault:
            refusal = error_response(400, f"the request is not as the API wants it: {fault}")
        else:
            return response
        return await send_response(request, refusal)

    def _owner(self, request: web.Request) -> str | None:
        """Return the deployment whose key the request carries; None without a valid key."""
        return self._keys.owner(request.headers.get("Authorization", ""))

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
        parsed = interface.parse_request(request.path, body)
        length = sum(len(message.text) for prompt in parsed.prompts for message in prompt)
        deployment = self._owner(request) or ""
        await self._admit(deployment, length)
        parsed = dataclasses.replace(
            parsed,
            readings=[self._reference_model.read(prompt) for prompt in parsed.prompts],
            deployment=deployment,
        )
        hold = self._holds.get(parsed.deployment)
        if hold is not None:
            for reading in parsed.readings:
                await hold.wait_while_held(reading.about)
        if self._upstream is None:
            raw, response = interface.build_response(parsed, [reading.answer for reading in parsed.readings])
            self._settle(parsed, interface, response, began)
            return await send_response(request, raw)
        about = parsed.readings[0].about if parsed.readings else ""
        parsed = dataclasses.replace(
            parsed,
            turn=self._upstream.in_flight.find_turn(parsed.deployment, about),
            fingerprint=self._upstream.fingerprints.of(parsed),
        )
        reply = HttpReply(request)
        await self._upstream.model.answer(
            parsed, interface, lambda response: self._settle(parsed, interface, response, began), reply
        )
        return reply.response

    async def _admit(self, deployment: str, characters: int) -> None:
        """Raise Refused when a prompt is too long for one request, or exceeds the quota of the run."""
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

    def _settle(
        self, parsed: ParsedRequest, interface: Interface, response: ModelResponse, began: float
    ) -> None:
        """Record the request and its answer. A request without an answer is recorded with an empty one."""
        interface.remember(parsed, response)
        texts = [*response.texts, *([""] * len(parsed.prompts))]
        now = self._clock()
        for prompt, reading, answer in zip(parsed.prompts, parsed.readings, texts, strict=False):
            self._record(
                ModelAsked(
                    at=now,
                    path=parsed.path,
                    prompt=[self._scrub(f"{message.role}: {message.text}") for message in prompt],
                    about=reading.about,
                    answer=self._scrub(answer),
                    beyond_reader=() if self._upstream else find_unsupported_features(parsed.body),
                    deployment=parsed.deployment,
                    seconds=now - began,
                )
            )

    def _scrub(self, text: str) -> str:
        return self._upstream.secret.redact(text) if self._upstream else text

    async def _models(self, request: web.Request) -> web.StreamResponse:
        return await send_response(request, json_response({"object": "list", "data": [_model_card(MODEL)]}))

    async def _model(self, request: web.Request) -> web.StreamResponse:
        return await send_response(request, json_response(_model_card(request.match_info["model"])))


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "memory-gate"}
