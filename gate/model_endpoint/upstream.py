"""The real model behind the endpoint: its key stays here, its answers go to the bot and on record."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

import aiohttp

from gate.core.event_stream import DONE, EVENT_STREAM, BlockSplitter, decode_stream
from gate.core.secret import Secret
from gate.model_endpoint.in_flight_turns import Faults
from gate.model_endpoint.wire import (
    JSON,
    MALFORMED,
    AnswerRecorder,
    Interface,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Reply,
    error,
)

DEADLINE_SECONDS = 120.0
"""For one answer, the last event of its stream included."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_REQUESTS = 64
"""To the real model at once; more of them wait."""
PIECE_BYTES = 64 * 1024
LONGEST_REASON = 300
KEY_REFUSED = (401, 403, 407)
BUSY = (408, 409, 425, 429)


class _NoAnswer(Exception):
    """The real model gave no answer. `status` is what the bot is told."""

    def __init__(self, why: str, status: int = 502) -> None:
        super().__init__(why)
        self.status = status


class RealModel:
    """Passes requests on to the API at `base_url` with its `key`, which it tells nobody.

    `name` replaces the model that the bot asks for. What is answered is kept on the `cassette`.
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
        self._places = asyncio.Semaphore(MAX_REQUESTS)
        # No cookies, no credentials from a file, nowhere else than where the key belongs.
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def close(self) -> None:
        """Frees the connections."""
        await self._session.close()

    async def answer(
        self,
        asked: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """See Model."""
        passing = _Passing(self._scrub, reply)
        # Another turn may ask the very same; its answer does not help this one.
        request = f"{asked.turn} {asked.fingerprint}"
        try:
            async with asyncio.timeout(self._deadline), self._places:
                written, told = await self._ask(asked, interface, passing)
        except (aiohttp.ClientError, OSError, _NoAnswer) as fault:
            status = fault.status if isinstance(fault, _NoAnswer) else 502
            why = self._why(fault)
            self._faults.open(asked.deployment, request, f"the real model did not answer: {why}")
            settle(ModelResponse(identifier="", texts=()))
            await passing.fail(status, f"memory-gate has no answer from the real model: {why}")
            return
        self._faults.made_good(asked.deployment, request)
        settle(told)
        if self._cassette is not None and not self._cassette.add(asked, written):
            self._faults.seen(asked.deployment, "the cassette cannot be written any further")
        await passing.finish(written)

    async def _ask(
        self, asked: ParsedRequest, interface: Interface, passing: _Passing
    ) -> tuple[RawResponse, ModelResponse]:
        body = {**asked.body, "model": self._name} if self._name else asked.body
        url = self._base_url + asked.path.removeprefix("/v1")
        async with self._session.post(url, json=body, allow_redirects=False) as response:
            streamed = response.status == 200 and response.content_type == EVENT_STREAM
            data = bytearray()
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                data += piece
                if len(data) > MAX_ANSWER_BYTES:
                    raise _NoAnswer(f"its answer is longer than {MAX_ANSWER_BYTES >> 20} MiB")
                if streamed and await passing.feed(piece):
                    break
            whole = bytes(data)
            _check(response.status, whole)
            if response.status != 200:
                # The bot's own mistake, as the real model sees it.
                written = RawResponse(status=response.status, content_type=JSON, chunks=[self._scrub(whole)])
                return written, ModelResponse(identifier="", texts=())
        try:
            told = interface.told(streamed, whole)
        except MALFORMED as fault:
            raise _NoAnswer("what it sent is no whole answer of the API") from fault
        content_type = EVENT_STREAM if streamed else JSON
        return RawResponse(content_type=content_type, chunks=[self._scrub(whole)]), told

    def _why(self, fault: Exception) -> str:
        if isinstance(fault, TimeoutError):
            return f"it took longer than {self._deadline:g} s"
        return self._scrub(str(fault).encode(errors="replace")).decode(errors="replace")[:LONGEST_REASON]

    def _scrub(self, data: bytes) -> bytes:
        return self._secret.hidden_bytes(data)


class _Passing:
    """Passes a stream on event by event, and keeps the latest back until all of it is on record.

    Else the bot could end its turn before its request was recorded as that turn's.
    """

    def __init__(self, scrub: Callable[[bytes], bytes], reply: Reply) -> None:
        self._scrub = scrub
        self._reply = reply
        self._blocks = BlockSplitter(limit=MAX_ANSWER_BYTES)
        self._held = b""
        self._begun = False

    async def feed(self, piece: bytes) -> bool:
        """Pass on all events but the latest. Return whether the end mark has come."""
        passed = []
        ended = False
        for block in self._blocks.feed(piece):
            passed.append(self._held)
            self._held = block
            ended = _is_end_mark(block)
            if ended:
                break
        if not ended and self._blocks.rest.strip():
            # The next one has begun.
            passed.append(self._held)
            self._held = b""
        if any(passed):
            await self._write(b"".join(passed))
        return ended

    async def finish(self, written: RawResponse) -> None:
        if written.content_type != EVENT_STREAM:
            await self._reply.send(written)
            return
        await self._write(self._held + self._blocks.rest)
        await self._reply.end()

    async def fail(self, status: int, message: str) -> None:
        refusal = error(status, message, code="no_model_answer")
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
    """Raises _NoAnswer unless the real model has understood the request and decided on it."""
    if status in KEY_REFUSED:
        # Its own words may hold a part of the key.
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
