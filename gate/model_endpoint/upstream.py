"""The model upstream of the endpoint, such as a real one, to which requests are forwarded.

The real model's key stays here. Its answers go to the bot and are recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from gate.core.event_stream import DONE, EVENT_STREAM, BlockSplitter, decode_stream
from gate.core.secret import Secret
from gate.model_endpoint.faults import Faults
from gate.model_endpoint.in_flight_turns import InFlightTurns
from gate.model_endpoint.wire import (
    JSON,
    MALFORMED,
    AnswerRecorder,
    Fingerprinter,
    Interface,
    Model,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Reply,
    error_response,
)

DEADLINE_SECONDS = 120.0
"""For one answer, the last event of its stream included."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_REQUESTS = 64
"""Sent to the real model at once; others wait."""
PIECE_BYTES = 64 * 1024
LONGEST_REASON = 300
KEY_REFUSED = (401, 403, 407)
BUSY = (408, 409, 425, 429)


class _NoAnswer(Exception):
    """The real model gave no answer. `status` is the status that the bot receives."""

    def __init__(self, why: str, status: int = 502) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A model that answers in place of the reference model, which then only finds each request's turn.

    `secret` is removed from everything that is recorded.
    """

    model: Model
    faults: Faults
    fingerprints: Fingerprinter
    in_flight: InFlightTurns
    secret: Secret = field(default_factory=lambda: Secret(""))


class RealModel:
    """Forwards requests to the API at `base_url` with its `key`, which it reveals to nobody.

    `name` replaces the model that the bot asks for. Answers are recorded on the `cassette`.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        faults: Faults,
        name: str = "",
        cassette: AnswerRecorder | None = None,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = Secret(key)
        self._faults = faults
        self._name = name
        self._cassette = cassette
        self._deadline = deadline
        self._request_slots = asyncio.Semaphore(MAX_REQUESTS)
        # No cookies, and no credentials other than the key: it goes to `base_url` alone.
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def close(self) -> None:
        """Free the connections."""
        await self._session.close()

    async def answer(
        self,
        request: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """See Model."""
        forwarder = _StreamForwarder(self._scrub, reply)
        # Another turn may send an equal request; an answer to that one does not resolve a fault of this one.
        fault_key = f"{request.turn} {request.fingerprint}"
        try:
            async with asyncio.timeout(self._deadline), self._request_slots:
                raw, response = await self._ask(request, interface, forwarder)
        except (aiohttp.ClientError, OSError, _NoAnswer) as fault:
            status = fault.status if isinstance(fault, _NoAnswer) else 502
            why = self._why(fault)
            self._faults.report_unless_answered(
                request.deployment, fault_key, f"the real model did not answer: {why}"
            )
            settle(ModelResponse(identifier="", texts=()))
            await forwarder.fail(status, f"memory-gate has no answer from the real model: {why}")
            return
        self._faults.resolve(request.deployment, fault_key)
        settle(response)
        if self._cassette is not None and not self._cassette.add(request, raw):
            self._faults.report(request.deployment, "the cassette cannot be written any further")
        await forwarder.finish(raw)

    async def _ask(
        self, request: ParsedRequest, interface: Interface, forwarder: _StreamForwarder
    ) -> tuple[RawResponse, ModelResponse]:
        body = {**request.body, "model": self._name} if self._name else request.body
        url = self._base_url + request.path.removeprefix("/v1")
        async with self._session.post(url, json=body, allow_redirects=False) as http_response:
            streamed = http_response.status == 200 and http_response.content_type == EVENT_STREAM
            data = bytearray()
            async for piece in http_response.content.iter_chunked(PIECE_BYTES):
                data += piece
                if len(data) > MAX_ANSWER_BYTES:
                    raise _NoAnswer(f"its answer is longer than {MAX_ANSWER_BYTES >> 20} MiB")
                if streamed and await forwarder.feed(piece):
                    break
            whole = bytes(data)
            _check(http_response.status, whole)
            if http_response.status != 200:
                # The real model rejected the request: the bot's mistake.
                raw = RawResponse(status=http_response.status, content_type=JSON, chunks=[self._scrub(whole)])
                return raw, ModelResponse(identifier="", texts=())
        try:
            response = interface.parse_response(streamed, whole)
        except MALFORMED as fault:
            raise _NoAnswer("what it sent is no whole answer of the API") from fault
        content_type = EVENT_STREAM if streamed else JSON
        return RawResponse(content_type=content_type, chunks=[self._scrub(whole)]), response

    def _why(self, fault: Exception) -> str:
        if isinstance(fault, TimeoutError):
            return f"it took longer than {self._deadline:g} s"
        return self._scrub(str(fault).encode(errors="replace")).decode(errors="replace")[:LONGEST_REASON]

    def _scrub(self, data: bytes) -> bytes:
        return self._secret.redact_bytes(data)


class _StreamForwarder:
    """Forwards a stream event by event, and withholds the latest event until the answer is recorded.

    Otherwise the bot could end its turn before the request was recorded for that turn.
    """

    def __init__(self, scrub: Callable[[bytes], bytes], reply: Reply) -> None:
        self._scrub = scrub
        self._reply = reply
        self._blocks = BlockSplitter(limit=MAX_ANSWER_BYTES)
        self._held = b""
        self._begun = False

    async def feed(self, piece: bytes) -> bool:
        """Forward all events but the latest. Return whether the end mark has come."""
        ready = []
        ended = False
        for block in self._blocks.feed(piece):
            ready.append(self._held)
            self._held = block
            ended = _is_end_mark(block)
            if ended:
                break
        if not ended and self._blocks.rest.strip():
            # The next event has begun, so this one is not the last.
            ready.append(self._held)
            self._held = b""
        if any(ready):
            await self._write(b"".join(ready))
        return ended

    async def finish(self, raw: RawResponse) -> None:
        if raw.content_type != EVENT_STREAM:
            await self._reply.send(raw)
            return
        await self._write(self._held + self._blocks.rest)
        await self._reply.end()

    async def fail(self, status: int, message: str) -> None:
        refusal = error_response(status, message, code="no_model_answer")
        if not self._begun:
            await self._reply.send(refusal)
            return
        await self._write(b"data: " + refusal.chunks[0] + b"\n\n")
        await self._reply.end()

    async def _write(self, data: bytes) -> None:
        self._begun = True
        await self._reply.write(self._scrub(data))


def _is_end_mark(block: bytes) -> bool:
    with contextlib.suppress(UnicodeDecodeError):
        return any(event.data == DONE for event in decode_stream(block))
    return False


def _check(status: int, data: bytes) -> None:
    """Raise _NoAnswer unless the status is the real model's own decision on the request."""
    if status in KEY_REFUSED:
        # The message of the API may contain a part of the key.
        raise _NoAnswer(f"it refuses the key that the gate was given (status {status})", 403)
    if status in BUSY or status >= 500:
        raise _NoAnswer(f"status {status}{_reason(data)}", status)
    if not (status == 200 or 400 <= status < 500):
        raise _NoAnswer(f"status {status}")


def _reason(data: bytes) -> str:
    try:
        message = json.loads(data)["error"]["message"]
    except MALFORMED:
        return ""
    return f": {message}" if isinstance(message, str) else ""
