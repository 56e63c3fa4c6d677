"""Sends responses to the bot over HTTP: whole, or as a stream."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from gate.core.event_stream import EVENT_STREAM
from gate.model_endpoint.wire import RawResponse

STREAM_HEADERS = {"Content-Type": EVENT_STREAM, "Cache-Control": "no-cache"}


class HttpReply:
    """The reply to one HTTP request. Implements `Reply`; `response` is what was sent."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._stream: web.StreamResponse | None = None
        self.response: web.StreamResponse = web.Response(status=500)

    async def send(self, raw: RawResponse) -> None:
        """See Reply."""
        with contextlib.suppress(ConnectionError):
            self.response = await send_response(self._request, raw)

    async def write(self, data: bytes) -> None:
        """See Reply."""
        # After the bot hung up, the answer is still read to its end: for the record, and for the cassette.
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


async def send_response(request: web.Request, raw: RawResponse) -> web.StreamResponse:
    """Send a response, streamed if it is a stream. Raises ConnectionError when the bot hung up."""
    if raw.content_type != EVENT_STREAM:
        headers = {"Content-Type": raw.content_type}
        return web.Response(body=b"".join(raw.chunks), status=raw.status, headers=headers)
    response = web.StreamResponse(status=raw.status, headers=STREAM_HEADERS)
    await response.prepare(request)
    for chunk in raw.chunks:
        await response.write(chunk)
        await asyncio.sleep(0)
    await response.write_eof()
    return response
