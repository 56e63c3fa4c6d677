"""Finds the reply in what a bot sent: one JSON document, a stream of them, or plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gate.core.bounded_json import loads_bounded
from gate.errors import TurnRefused

WHOLE = ""
"""The path of a reply that is all there is."""
EVERY = "*"
"""The step of a path that goes on with every item of a list."""
EXCERPT_CHARACTERS = 200
"""How much of a wrong answer is quoted in an error."""
EVENT_STREAM = "text/event-stream"
MAX_REPLY_CHARACTERS = 256 * 1024
"""Of the text that is the reply, which is kept, and searched for every value of the run."""
LINES_OF_JSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
_INDEX = re.compile("[0-9]{1,6}")
_LINE_END = re.compile(r"\r\n|\n|\r")
_EVENT_END = re.compile(r"\r\n\r\n|\n\n|\r\r")
_DONE = "[DONE]"


def reply_in(status: int, content_type: str, body: bytes, path: str) -> str:
    """The text at `path`; of a stream, the texts of all its parts in one. Raises TurnRefused."""
    excerpt = body[:EXCERPT_CHARACTERS].decode("utf-8", "replace")
    if not 200 <= status < 300:
        raise TurnRefused(f"the bot answered {status}", why=excerpt)
    try:
        if content_type == EVENT_STREAM:
            text = _streamed(_events(body.decode()), path)
        elif content_type in LINES_OF_JSON:
            text = _streamed((line for line in body.decode().split("\n") if line.strip()), path)
        elif path == WHOLE:
            text = body.decode()
        else:
            text = _one(loads_bounded(body), path)
    except UnicodeDecodeError as error:
        what = "text" if path == WHOLE else "JSON"
        raise TurnRefused(f"the bot's answer is not {what}", why=excerpt) from error
    except (ValueError, RecursionError) as error:
        raise TurnRefused("the bot's answer is not JSON", why=excerpt) from error
    except _NoReply as error:
        raise TurnRefused(str(error), why=excerpt) from error
    if len(text) > MAX_REPLY_CHARACTERS:
        raise TurnRefused(f"the bot's reply is longer than {MAX_REPLY_CHARACTERS:,} characters", why=excerpt)
    # JSON can name half of a surrogate pair, which no file and no terminal takes.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _NoReply(Exception):
    """The answer is well formed and holds no reply."""


def _one(document: object, path: str) -> str:
    found = list(_at(document, path.split(".")))
    if not found:
        raise _NoReply(f'the bot\'s answer has no "{path}"')
    for one in found:
        if not isinstance(one, str):
            raise _NoReply(f'"{path}" in the bot\'s answer is not a text')
    return "\n".join(map(str, found))


def _streamed(parts: Iterable[str], path: str) -> str:
    """All texts one after the other. A part without one, such as the first and the last, says nothing."""
    if path == WHOLE:
        return "".join(parts)
    texts: list[str] = []
    for part in parts:
        document = loads_bounded(part)
        found = [one for one in _at(document, path.split(".")) if isinstance(one, str)]
        if not found and isinstance(document, dict) and document.get("error"):
            raise _NoReply("the bot's stream ends with an error")
        texts += found
    if not texts:
        raise _NoReply(f'no part of the bot\'s stream has a text at "{path}"')
    return "".join(texts)


def _events(stream: str) -> Iterator[str]:
    """The data of each event that has any, without the mark that closes the stream."""
    for event in _EVENT_END.split(stream.removeprefix("\ufeff")):
        lines = [line[5:].removeprefix(" ") for line in _LINE_END.split(event) if line.startswith("data:")]
        data = "\n".join(lines)
        if lines and data != _DONE:
            yield data


def _at(document: object, steps: list[str]) -> Iterator[object]:
    """What stands at a path: nothing, one thing, or several where a step is EVERY."""
    reached = [document]
    for step in steps:
        following: list[object] = []
        for one in reached:
            if isinstance(one, dict) and step in one:
                following.append(one[step])
            elif isinstance(one, list) and step == EVERY:
                following += one
            elif isinstance(one, list) and _INDEX.fullmatch(step) and int(step) < len(one):
                following.append(one[int(step)])
        reached = following
    yield from reached
