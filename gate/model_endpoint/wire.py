"""Types and helpers shared by all paths of the model endpoint: requests, responses, server-sent events."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gate.core.event_stream import DONE, EVENT_STREAM, decode_stream
from gate.reference_model.reading import Message, Reading

Body = Mapping[str, Any]

JSON = "application/json"
MODEL = "memory-gate-reader"
MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""Raised while a request or response is read that is no JSON, or other JSON than the API defines."""
MAX_PIECES = 500
"""Per streamed answer."""
_numbers = itertools.count(1)


class Refused(Exception):
    """A request that is answered with an error in the API's format."""

    def __init__(self, status: int, message: str, *, parameter: str | None = None, code: str | None = None):
        super().__init__(message)
        self.status = status
        self.parameter = parameter
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ParsedRequest:
    """A parsed request. A completion has several prompts, an embedding none."""

    path: str
    body: Body
    prompts: Sequence[Sequence[Message]]
    readings: Sequence[Reading] = ()
    history: Sequence[Message] | None = None
    """Messages that a later request can refer to by the response id; None on paths without such ids."""
    deployment: str = ""
    """The deployment whose bot sent it."""
    turn: str = ""
    """The id of the turn that it was made for; "" when that is not known."""
    fingerprint: str = ""
    """Equal for requests that ask the same; set only when an upstream model answers."""


@dataclass(frozen=True, kw_only=True)
class ModelResponse:
    """The content of a response: its id, and one text for each prompt."""

    identifier: str
    texts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """The bytes of a response: one body, or the events of a stream."""

    status: int = 200
    content_type: str = JSON
    chunks: Sequence[bytes]


class Interface(Protocol):
    """One path of the API."""

    def parse_request(self, path: str, body: Body) -> ParsedRequest:
        """Return the request, without readings. Raises one of MALFORMED, or Refused."""
        ...

    def build_response(
        self, request: ParsedRequest, texts: Sequence[str]
    ) -> tuple[RawResponse, ModelResponse]:
        """Build the response that holds `texts`, one for each prompt; streamed if the request wants that."""
        ...

    def parse_response(self, streamed: bool, data: bytes) -> ModelResponse:
        """Return the content of a real model's response. Raises one of MALFORMED."""
        ...

    def remember(self, request: ParsedRequest, response: ModelResponse) -> None:
        """Remember the history that later requests may refer to."""
        ...


class Reply(Protocol):
    """The response channel to the bot. Writing to a bot that hung up does nothing and raises nothing."""

    async def send(self, raw: RawResponse) -> None:
        """Send a whole response."""
        ...

    async def write(self, data: bytes) -> None:
        """Send a part of a stream; the first part opens the stream."""
        ...

    async def end(self) -> None:
        """End the stream."""
        ...


class Model(Protocol):
    """A model that answers instead of the reference model."""

    async def answer(
        self,
        request: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """Answer a request. Calls `settle` once, before the last part of the answer is sent."""
        ...

    async def close(self) -> None:
        """Free all resources."""
        ...


class Fingerprinter(Protocol):
    """Computes fingerprints of requests."""

    def of(self, request: ParsedRequest) -> str:
        """Return the same text for requests that ask the same."""
        ...


class AnswerRecorder(Protocol):
    """Records the responses of a real model."""

    def add(self, request: ParsedRequest, raw: RawResponse) -> bool:
        """Record one response. Return False when it cannot be written."""
        ...


def new_identifier(prefix: str) -> str:
    """Return an id that is unique in this process: clients tell messages apart by id."""
    return f"{prefix}{next(_numbers):032x}"


def model_of(body: Body) -> str:
    """Return the model that the request names; MODEL when it names none."""
    return str(body.get("model") or MODEL)


def text_of(content: object) -> str:
    """Return the text of a message's content: a plain string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part if isinstance(part, str) else part.get("text", "") for part in content]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def count_words(messages: Iterable[Message]) -> int:
    """Count words, which stand for tokens here: clients want a number, and nobody is billed."""
    return sum(len(message.text.split()) for message in messages)


def split_into_pieces(answer: str) -> list[str]:
    """Split an answer into the pieces of a stream: words, each with the blank before it."""
    words = re.findall(r"^[^ ]*| [^ ]*", answer)
    step = len(words) // MAX_PIECES + 1
    return ["".join(words[index : index + step]) for index in range(0, len(words), step)]


def json_response(content: Mapping[str, Any]) -> RawResponse:
    """Return a response with `content` as its JSON body."""
    return RawResponse(chunks=[json.dumps(content).encode()])


def stream_response(events: Iterable[Mapping[str, Any]], *, named: bool = False) -> RawResponse:
    """Return a response of server-sent events: named, or unnamed and ended by `[DONE]`."""
    chunks = [
        (f"event: {event['type']}\n" if named else "").encode() + f"data: {json.dumps(event)}\n\n".encode()
        for event in events
    ]
    return RawResponse(
        content_type=EVENT_STREAM, chunks=chunks if named else [*chunks, f"data: {DONE}\n\n".encode()]
    )


def error_response(
    status: int, message: str, *, parameter: str | None = None, code: str | None = None
) -> RawResponse:
    """Return an error response in the API's format."""
    content = {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}
    return RawResponse(status=status, chunks=[json.dumps({"error": content}).encode()])


def events_in(data: bytes) -> Iterator[Any]:
    """Yield the JSON content of a stream's events. Raises ValueError when an event reports a failure."""
    for event in decode_stream(data):
        if event.data == DONE:
            return
        if event.data.strip():
            content = json.loads(event.data)
            if content.get("error") or content.get("type") in ("error", "response.failed"):
                raise ValueError("the stream ends with an error")
            yield content
