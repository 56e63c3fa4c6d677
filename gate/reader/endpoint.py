"""The model endpoint: enough of OpenAI's HTTP interface for the clients that bots use.

It is reachable by the bot only and wants the run's own key. Every request and its answer go on record.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from gate.core.transcript import ModelAsked
from gate.errors import EngineError
from gate.interfaces import Recorder
from gate.reader.reading import Message, Reader

MODEL = "memory-gate-reader"
MAX_REQUEST_BYTES = 16 * 1024 * 1024
MALFORMED = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    web.RequestPayloadError,
)
"""What comes of a request that is no JSON, of other JSON than the API wants, or of broken compression."""
MAX_PROMPTS = 2048
"""In one completion request; as many as OpenAI takes."""
MAX_PIECES = 500
"""In which one answer is streamed."""
SHUTDOWN_SECONDS = 0.2
"""When the endpoint closes, nobody is left who waits for an answer."""


class ModelEndpoint:
    """Serves a reader over HTTP. `key` is what bots must send as their API key."""

    def __init__(self, reader: Reader, *, key: str, record: Recorder, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._key = key
        self._record = record
        self._clock = clock
        self._runner: web.AppRunner | None = None

    async def open(self, host: str) -> str:
        """Listens on a free port of `host`. The base URL, ending in `/v1`. Raises EngineError."""
        application = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[self._guard])
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_post("/v1/completions", self._complete)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{model}", self._model)
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, 0)
        try:
            await site.start()
        except OSError as error:
            raise EngineError(
                f"the model endpoint cannot listen on {host}",
                why=str(error),
                remedy="on Docker Desktop or a remote engine, run the gate in its own image",
            ) from error
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
            return _error(401, "this endpoint takes the OPENAI_API_KEY that memory-gate gave to the bot")
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            return _error(404, f"memory-gate's model endpoint does not offer {request.path}")
        except web.HTTPException as error:
            return _error(error.status, error.reason)
        except MALFORMED as error:
            return _error(400, f"the request is not as the API wants it: {error}")
        return response

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        messages = _messages(body.get("messages"))
        answer = self._answer(request.path, messages)
        head: dict[str, Any] = {"id": "chatcmpl-0"}
        head |= {"created": int(time.time()), "model": str(body.get("model") or MODEL)}
        if not body.get("stream"):
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": answer},
                "finish_reason": "stop",
                "logprobs": None,
            }
            return web.json_response(
                {**head, "object": "chat.completion", "choices": [choice], "usage": _usage(messages, answer)}
            )
        deltas: list[tuple[dict[str, str], str | None]] = [
            ({"role": "assistant", "content": ""}, None),
            *(({"content": piece}, None) for piece in _pieces(answer)),
            ({}, "stop"),
        ]
        chunks: list[dict[str, Any]] = [
            {
                **head,
                "object": "chat.completion.chunk",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}],
            }
            for delta, reason in deltas
        ]
        return await _stream(request, [*chunks, *_closing_usage(body, head, messages, answer)])

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        prompts = _prompts(body.get("prompt"))
        answers = [self._answer(request.path, [Message(role="user", text=one)]) for one in prompts]
        head = {
            "id": "cmpl-0",
            "object": "text_completion",
            "created": int(time.time()),
            "model": str(body.get("model") or MODEL),
        }
        messages = [Message(role="user", text=one) for one in prompts]
        if not body.get("stream"):
            choices = [
                {"index": index, "text": answer, "finish_reason": "stop", "logprobs": None}
                for index, answer in enumerate(answers)
            ]
            return web.json_response(
                {**head, "choices": choices, "usage": _usage(messages, "".join(answers))}
            )
        chunks: list[dict[str, Any]] = [
            {
                **head,
                "choices": [{"index": index, "text": piece, "finish_reason": reason, "logprobs": None}],
            }
            for index, answer in enumerate(answers)
            for piece, reason in [*((piece, None) for piece in _pieces(answer)), ("", "stop")]
        ]
        return await _stream(request, [*chunks, *_closing_usage(body, head, messages, "".join(answers))])

    async def _models(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"object": "list", "data": [_model_card(MODEL)]})

    async def _model(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(_model_card(request.match_info["model"]))

    def _answer(self, path: str, messages: Sequence[Message]) -> str:
        reading = self._reader.read(messages)
        self._record(
            ModelAsked(
                at=self._clock(),
                path=path,
                prompt=[f"{message.role}: {message.text}" for message in messages],
                about=reading.about,
                answer=reading.answer,
            )
        )
        return reading.answer


async def _object(request: web.Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("its body is not an object")
    return body


def _messages(given: object) -> list[Message]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise TypeError('"messages" is not a list of messages')
    return [Message(role=str(one.get("role", "user")), text=_text(one.get("content"))) for one in given]


def _prompts(given: object) -> list[str]:
    prompts = [given] if isinstance(given, str) else given
    if not isinstance(prompts, list) or not all(isinstance(one, str) for one in prompts):
        raise TypeError('"prompt" is neither a text nor a list of texts')
    if len(prompts) > MAX_PROMPTS:
        raise ValueError(f'"prompt" holds more than {MAX_PROMPTS} texts')
    return prompts


def _text(content: object) -> str:
    """A message's text: a plain string, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part if isinstance(part, str) else part.get("text", "") for part in content]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _pieces(answer: str) -> list[str]:
    """The answer in the small pieces in which models stream: words with the blank before them."""
    words = re.findall(r"^[^ ]*| [^ ]*", answer)
    step = len(words) // MAX_PIECES + 1
    return ["".join(words[index : index + step]) for index in range(0, len(words), step)]


def _usage(messages: Sequence[Message], answer: str) -> dict[str, int]:
    """Token counts, as words: clients want numbers, nobody is billed."""
    asked = sum(len(message.text.split()) for message in messages)
    answered = len(answer.split())
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _closing_usage(
    body: Mapping[str, Any], head: Mapping[str, Any], messages: Sequence[Message], answer: str
) -> list[dict[str, Any]]:
    options = body.get("stream_options")
    if not (isinstance(options, Mapping) and options.get("include_usage")):
        return []
    kind = {"object": "chat.completion.chunk"} if "object" not in head else {}
    return [{**head, **kind, "choices": [], "usage": _usage(messages, answer)}]


async def _stream(request: web.Request, chunks: Sequence[Mapping[str, Any]]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for chunk in chunks:
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await asyncio.sleep(0)
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "memory-gate"}


def _error(status: int, message: str) -> web.Response:
    return web.json_response(
        {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}},
        status=status,
    )
