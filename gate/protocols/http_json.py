"""One JSON request a turn, one JSON answer: `POST /chat {"session_id", "message"} → {"reply"}`.

The bot is not trusted: no redirects, no proxies, a cap on what is read and one deadline for all of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import quote

import aiohttp

from gate.core.bounded_json import loads_bounded
from gate.core.specification import BotSpecification
from gate.errors import TurnIndeterminate, TurnRefused
from gate.interfaces import AddressSource

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of the decoded answer; a reply of a chatbot is a few kilobytes."""

MAX_REPLY_CHARACTERS = 256 * 1024
"""Of the text in it, which is kept, and searched for every value of the run."""

EXCERPT_CHARACTERS = 200
"""How much of a wrong answer is quoted in an error."""

_PLACEHOLDER = re.compile(r"\{(session|text)\}")
_INDEX = re.compile("[0-9]{1,6}")
_CHUNK_BYTES = 64 * 1024


class HttpJson:
    """The default contract, and every bot that differs from it by path, names or nesting only."""

    def connect(self, specification: BotSpecification, address: AddressSource) -> HttpJsonBot:
        """A bot that is spoken to as `specification.request` and `specification.reply` say."""
        return HttpJsonBot(specification, address)


class HttpJsonBot:
    """One bot. Every turn has a connection of its own: a kept one may be closed as the turn is sent."""

    def __init__(self, specification: BotSpecification, address: AddressSource) -> None:
        self._specification = specification
        self._address = address
        self._client: aiohttp.ClientSession | None = None

    async def say(self, session: str, text: str) -> str:
        """The reply. Raises TurnRefused for an error or a malformed answer, TurnIndeterminate for none."""
        request = self._specification.request
        filled = {"session": session, "text": text}
        escaped = {name: quote(value, safe="") for name, value in filled.items()}
        limit = self._specification.turn_seconds
        try:
            async with asyncio.timeout(limit):
                async with self._session().request(
                    request.method,
                    self._address() + str(_fill(request.path, escaped)),
                    json=_fill(request.json, filled),
                    headers={name: str(_fill(value, filled)) for name, value in request.headers.items()},
                    allow_redirects=False,
                ) as answer:
                    body = await _read_bounded(answer)
                    status = answer.status
        except TimeoutError as error:
            raise TurnIndeterminate(f"the bot did not answer within {limit:g} s") from error
        except aiohttp.ClientConnectorError as error:
            raise TurnRefused("the bot refused the connection", why=str(error.os_error)) from error
        except aiohttp.InvalidURL as error:
            raise TurnRefused("the bot is nowhere to be reached", why=str(error)) from error
        except aiohttp.ClientResponseError as error:
            raise TurnRefused(
                "the bot's answer is not HTTP", why=error.message[:EXCERPT_CHARACTERS]
            ) from error
        except (aiohttp.ClientError, ConnectionError, ValueError) as error:
            raise TurnIndeterminate(
                "the connection broke before an answer came", why=str(error)[:EXCERPT_CHARACTERS]
            ) from error
        return read_reply(status, body, self._specification.reply)

    async def close(self) -> None:
        """Frees the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                # How many turns are under way is the runner's to say.
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._client


def _fill(shape: object, values: Mapping[str, str]) -> object:
    """`shape` with `{session}` and `{text}` replaced in every text; a text's own braces stay."""
    if isinstance(shape, str):
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], shape)
    if isinstance(shape, Mapping):
        return {key: _fill(value, values) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)):
        return [_fill(value, values) for value in shape]
    return shape


async def _read_bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise TurnRefused(f"the bot's answer is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MiB")
    return bytes(body)


def read_reply(status: int, body: bytes, path: str) -> str:
    """The text at `path` in the answer's body. Raises TurnRefused, whatever the bytes are."""
    excerpt = body[:EXCERPT_CHARACTERS].decode("utf-8", "replace")
    if not 200 <= status < 300:
        raise TurnRefused(f"the bot answered {status}", why=excerpt)
    try:
        found = loads_bounded(body)
    except (ValueError, RecursionError) as error:
        raise TurnRefused("the bot's answer is not JSON", why=excerpt) from error
    for step in path.split("."):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and _INDEX.fullmatch(step) and int(step) < len(found):
            found = found[int(step)]
        else:
            raise TurnRefused(f'the bot\'s answer has no "{path}"', why=excerpt)
    if not isinstance(found, str):
        raise TurnRefused(f'"{path}" in the bot\'s answer is not a text', why=excerpt)
    if len(found) > MAX_REPLY_CHARACTERS:
        raise TurnRefused(f"the bot's reply is longer than {MAX_REPLY_CHARACTERS:,} characters", why=excerpt)
    # JSON can name half of a surrogate pair, which no file and no terminal takes.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
