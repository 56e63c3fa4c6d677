"""One HTTP request and one answer per turn: by default `POST /chat {"session_id", "message"} → {"reply"}`.

The bot is not trusted: no redirects, no proxies, a cap on what is read and one deadline for all of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp

from gate.core.specification import BotSpecification, Contract
from gate.errors import TurnIndeterminate, TurnRefused
from gate.ports import TurnRouter
from gate.protocols.replies import EXCERPT_CHARACTERS, ReplyReader

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of the decoded answer; a chatbot's reply is a few kilobytes."""

_PLACEHOLDER = re.compile(r"\{(session|text)\}")
_CHUNK_BYTES = 64 * 1024


class HttpJson:
    """A protocol with one HTTP request per turn; kinds differ only in path, field names and nesting."""

    def __init__(self, *, name: str, sentence: str, contract: Contract) -> None:
        self.name = name
        self.sentence = sentence
        self.contract = contract

    def connect(self, specification: BotSpecification, route_turn: TurnRouter) -> HttpJsonBot:
        """Return a bot that uses `specification.request` and `specification.reply`."""
        return HttpJsonBot(specification, route_turn, self.contract.end_mark)


class HttpJsonBot:
    """One bot. Each turn uses a new connection: the bot could close a kept one as the turn is sent."""

    def __init__(self, specification: BotSpecification, route_turn: TurnRouter, end_mark: str) -> None:
        self._specification = specification
        self._route_turn = route_turn
        self._end_mark = end_mark
        self._client: aiohttp.ClientSession | None = None

    def open(self, session: str) -> HttpJsonConversation:
        """See Bot."""
        return HttpJsonConversation(self, session)

    async def put(self, values: Mapping[str, str]) -> str:
        """Put one turn, with its placeholders replaced by `values`, and return the reply.

        Raises TurnRefused for an error or a malformed answer, and TurnIndeterminate for no answer.
        """
        seconds = self._specification.turn_seconds
        try:
            async with (
                asyncio.timeout(seconds),
                self._route_turn() as lease,
                self._request(lease.address, values) as answer,
            ):
                reader = ReplyReader(
                    answer.status,
                    answer.content_type,
                    self._specification.reply,
                    end_mark=self._end_mark,
                )
                await _read_bounded(answer, reader)
        except (TimeoutError, aiohttp.ClientError, ConnectionError, ValueError) as error:
            raise _fault(error, seconds) from error
        return reader.reply()

    async def close(self) -> None:
        """See Bot."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _request(
        self, address: str, values: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        request = self._specification.request
        escaped = {name: quote(value, safe="") for name, value in values.items()}
        return self._connections().request(
            request.method,
            address + str(_fill(request.path, escaped)),
            json=_fill(request.json, values),
            headers={name: str(_fill(value, values)) for name, value in request.headers.items()},
            allow_redirects=False,
        )

    def _connections(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                # The runner limits how many turns are in flight.
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._client


@dataclass(frozen=True, slots=True)
class HttpJsonConversation:
    """One session with such a bot. Its only state is its id."""

    bot: HttpJsonBot
    session: str

    async def say(self, text: str) -> str:
        """See Conversation."""
        return await self.bot.put({"session": self.session, "text": text})


def _fault(error: Exception, seconds: float) -> TurnRefused | TurnIndeterminate:
    """Return the error of a turn without a whole answer: TurnRefused only if the bot cannot have taken it."""
    if isinstance(error, TimeoutError):
        return TurnIndeterminate(f"the bot did not answer within {seconds:g} s")
    if isinstance(error, aiohttp.ClientConnectorError):
        return TurnRefused("the bot refused the connection", why=str(error.os_error))
    if isinstance(error, aiohttp.InvalidURL):
        return TurnRefused("the bot's address is invalid", why=str(error))
    if isinstance(error, aiohttp.ClientResponseError):
        return TurnRefused("the bot's answer is not HTTP", why=error.message[:EXCERPT_CHARACTERS])
    return TurnIndeterminate(
        "the connection broke before an answer came", why=str(error)[:EXCERPT_CHARACTERS]
    )


def _fill(shape: object, values: Mapping[str, str]) -> object:
    """Return `shape` with `{session}` and `{text}` replaced in every string; other braces stay."""
    if isinstance(shape, str):
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], shape)
    if isinstance(shape, Mapping):
        return {key: _fill(value, values) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)):
        return [_fill(value, values) for value in shape]
    return shape


async def _read_bounded(answer: aiohttp.ClientResponse, reader: ReplyReader) -> None:
    """Read until the reply or the answer ends, whichever comes first."""
    size = 0
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise TurnRefused(f"the bot's answer is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MiB")
        if reader.feed(chunk):
            return


HTTP_JSON = HttpJson(
    name="http-json",
    sentence='`POST /chat {"session_id", "message"}`, answered by `{"reply"}`; request and reply change it',
    contract=Contract(),
)
