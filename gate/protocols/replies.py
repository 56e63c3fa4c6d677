"""Finds the reply in a bot's answer: a JSON document, a stream of them, or plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gate.core.bounded_json import loads_bounded
from gate.core.event_stream import DONE, FRAMINGS, StreamDecoder, StreamEvent
from gate.errors import TurnRefused

WHOLE = ""
"""The path of a reply that is the whole answer."""
EVERY = "*"
"""The step of a path that selects every item of a list."""
EXCERPT_CHARACTERS = 200
"""Of a wrong answer that an error quotes."""
MAX_REPLY_CHARACTERS = 256 * 1024
"""Of the reply, which is recorded, and searched for every value of the run."""
_INDEX = re.compile("[0-9]{1,6}")


class ReplyReader:
    """Reads the reply at `path` from one answer, as it arrives.

    The reply of a stream joins the texts of all its events; the event `end_mark` ends it.
    """

    def __init__(self, status: int, content_type: str, path: str, *, end_mark: str = DONE) -> None:
        self._status = status
        self._path = path
        self._end_mark = end_mark
        framing = FRAMINGS.get(content_type) if _is_success(status) else None
        self._decoder = StreamDecoder(framing) if framing else None
        self._body = bytearray()
        """The whole answer; of a stream, only its beginning."""
        self._texts: list[str] = []
        self._ended = False

    def feed(self, piece: bytes) -> bool:
        """Take more of the answer. Return whether the reply has ended. Raises TurnRefused."""
        if self._decoder is None:
            self._body += piece
            return False
        self._body += piece[: max(0, EXCERPT_CHARACTERS - len(self._body))]
        self._take(self._decoder.feed(piece))
        return self._ended

    def reply(self) -> str:
        """Return the reply. Must be called after the whole answer was fed. Raises TurnRefused."""
        if not _is_success(self._status):
            raise TurnRefused(f"the bot answered {self._status}", why=self._excerpt())
        text = self._text_of_document() if self._decoder is None else self._text_of_stream(self._decoder)
        if len(text) > MAX_REPLY_CHARACTERS:
            raise TurnRefused(
                f"the bot's reply is longer than {MAX_REPLY_CHARACTERS:,} characters", why=self._excerpt()
            )
        # JSON can contain a lone surrogate, which no file and no terminal accepts.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _text_of_document(self) -> str:
        try:
            if self._path == WHOLE:
                return self._body.decode()
            return _text_in(loads_bounded(bytes(self._body)), self._path)
        except (ValueError, RecursionError, _NoReply) as error:
            raise self._refusal(error) from error

    def _text_of_stream(self, decoder: StreamDecoder) -> str:
        if not self._ended:
            self._take(decoder.finish())
        if not self._texts and self._path != WHOLE:
            raise self._refusal(_NoReply(f'no part of the bot\'s stream has a text at "{self._path}"'))
        return "".join(self._texts)

    def _take(self, events: Iterable[StreamEvent]) -> None:
        """Keep the texts of the events. Skip events without one, such as OpenAI's first and last."""
        try:
            for event in events:
                if event.data == self._end_mark:
                    self._ended = True
                    return
                self._texts += [event.data] if self._path == WHOLE else _texts_in(event.data, self._path)
        except (ValueError, RecursionError, _NoReply) as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> TurnRefused:
        if isinstance(error, _NoReply):
            return TurnRefused(str(error), why=self._excerpt())
        is_text = isinstance(error, UnicodeDecodeError) and self._path == WHOLE
        return TurnRefused(f"the bot's answer is not {'text' if is_text else 'JSON'}", why=self._excerpt())

    def _excerpt(self) -> str:
        return self._body[:EXCERPT_CHARACTERS].decode("utf-8", "replace")


def reply_in(status: int, content_type: str, body: bytes, path: str) -> str:
    """Return the reply in a whole answer. Raises TurnRefused."""
    reader = ReplyReader(status, content_type, path)
    reader.feed(body)
    return reader.reply()


def _is_success(status: int) -> bool:
    return 200 <= status < 300


class _NoReply(Exception):
    """A well-formed answer without a reply."""


def _text_in(document: object, path: str) -> str:
    found = list(_at(document, path.split(".")))
    if not found:
        raise _NoReply(f'the bot\'s answer has no "{path}"')
    for item in found:
        if not isinstance(item, str):
            raise _NoReply(f'"{path}" in the bot\'s answer is not a text')
    return "\n".join(map(str, found))


def _texts_in(part: str, path: str) -> list[str]:
    document = loads_bounded(part)
    found = [item for item in _at(document, path.split(".")) if isinstance(item, str)]
    if not found and isinstance(document, dict) and document.get("error"):
        raise _NoReply("the bot's stream ends with an error")
    return found


def _at(document: object, steps: list[str]) -> Iterator[object]:
    """Yield the values at a path: none or one, or several when a step is EVERY."""
    reached = [document]
    for step in steps:
        following: list[object] = []
        for value in reached:
            if isinstance(value, dict) and step in value:
                following.append(value[step])
            elif isinstance(value, list) and step == EVERY:
                following += value
            elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
                following.append(value[int(step)])
        reached = following
    yield from reached
