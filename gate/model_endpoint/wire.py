"""What the paths of the model endpoint have in common: how a request is read, how an answer is written."""

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
"""What comes of a request that is no JSON, or other JSON than the API wants."""
MAX_PIECES = 500
"""In which one answer is streamed."""
_numbers = itertools.count(1)


class Refused(Exception):
    """A request that is answered with an error of the API's own."""

    def __init__(self, status: int, message: str, *, parameter: str | None = None, code: str | None = None):
        super().__init__(message)
        self.status = status
        self.parameter = parameter
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ParsedRequest:
    """A request as it was understood. A completion asks several prompts at once, an embedding none.

    `said` is what a later request may refer to by the id of the answer: None where none can.
    """

    path: str
    body: Body
    prompts: Sequence[Sequence[Message]]
    readings: Sequence[Reading] = ()
    said: Sequence[Message] | None = None
    deployment: str = ""
    """Whose bot it came from."""
    turn: str = ""
    """The turn that it was made for, as far as that is known."""
    fingerprint: str = ""
    """The same for requests that ask the same; only where a real model is asked."""


@dataclass(frozen=True, kw_only=True)
class ModelResponse:
    """What an answer says: the id it goes by, and one text for each prompt."""

    identifier: str
    texts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """An answer in full: one body, or the events of a stream."""

    status: int = 200
    content_type: str = JSON
    chunks: Sequence[bytes]


class Interface(Protocol):
    """One path of the API."""

    def read(self, path: str, body: Body) -> ParsedRequest:
        """The request, without readings. Raises one of MALFORMED, or Refused."""
        ...

    def write(self, asked: ParsedRequest, texts: Sequence[str]) -> tuple[RawResponse, ModelResponse]:
        """The answer that says `texts`, one for each prompt, as the request wants it."""
        ...

    def told(self, streamed: bool, data: bytes) -> ModelResponse:
        """What an answer says that somebody else wrote. Raises one of MALFORMED."""
        ...

    def keep(self, asked: ParsedRequest, told: ModelResponse) -> None:
        """Keeps what later requests may refer to."""
        ...


class Reply(Protocol):
    """The way back to the bot. A bot that has hung up is written to all the same, in vain."""

    async def send(self, written: RawResponse) -> None:
        """The answer in full."""
        ...

    async def write(self, data: bytes) -> None:
        """A part of a stream, which it begins."""
        ...

    async def end(self) -> None:
        """Ends a stream."""
        ...


class Model(Protocol):
    """What answers behind the endpoint."""

    async def answer(
        self,
        asked: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """Answers a request. Calls `settle` once, before the last part of the answer is sent."""
        ...

    async def close(self) -> None:
        """Frees what it holds."""
        ...


class Fingerprinter(Protocol):
    """Recognises requests that ask the same."""

    def of(self, asked: ParsedRequest) -> str:
        """Return the same text for requests that ask the same."""
        ...


class AnswerRecorder(Protocol):
    """Keeps the answers of a real model."""

    def add(self, asked: ParsedRequest, written: RawResponse) -> bool:
        """Keep one answer. Return False where it cannot be kept."""
        ...


def new_identifier(prefix: str) -> str:
    """An id that no other answer of this process has: clients tell messages apart by them."""
    return f"{prefix}{next(_numbers):032x}"


def model_of(body: Body) -> str:
    """The model that the request names, whichever it is."""
    return str(body.get("model") or MODEL)


def text_of(content: object) -> str:
    """A message's text: a plain string, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part if isinstance(part, str) else part.get("text", "") for part in content]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def words_in(messages: Iterable[Message]) -> int:
    """Token counts are words here: clients want numbers, nobody is billed."""
    return sum(len(message.text.split()) for message in messages)


def pieces(answer: str) -> list[str]:
    """The answer in the small pieces in which models stream: words with the blank before them."""
    words = re.findall(r"^[^ ]*| [^ ]*", answer)
    step = len(words) // MAX_PIECES + 1
    return ["".join(words[index : index + step]) for index in range(0, len(words), step)]


def whole(content: Mapping[str, Any]) -> RawResponse:
    """An answer in one piece."""
    return RawResponse(chunks=[json.dumps(content).encode()])


def stream(events: Iterable[Mapping[str, Any]], *, named: bool = False) -> RawResponse:
    """An answer as server-sent events: with names, or without and closed by `[DONE]`."""
    chunks = [
        (f"event: {event['type']}\n" if named else "").encode() + f"data: {json.dumps(event)}\n\n".encode()
        for event in events
    ]
    return RawResponse(
        content_type=EVENT_STREAM, chunks=chunks if named else [*chunks, f"data: {DONE}\n\n".encode()]
    )


def error(status: int, message: str, *, parameter: str | None = None, code: str | None = None) -> RawResponse:
    """An error in the words that the API's clients understand."""
    content = {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}
    return RawResponse(status=status, chunks=[json.dumps({"error": content}).encode()])


def events_in(data: bytes) -> Iterator[Any]:
    """What the events of a stream hold. Raises ValueError where one says that the stream has failed."""
    for event in decode_stream(data):
        if event.data == DONE:
            return
        if event.data.strip():
            found = json.loads(event.data)
            if found.get("error") or found.get("type") in ("error", "response.failed"):
                raise ValueError("the stream ends with an error")
            yield found
