"""Cassettes: files with a real model's answers. A recorded run repeats without the model, at no cost.

The first line holds the seed of the recorded run: another seed sends other texts. Each further line
is one answer. A request is recognised by a hash of its content, and by the turn it was made for.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import re
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate.core.event_stream import EVENT_STREAM, BlockSplitter
from gate.errors import InputError
from gate.model_endpoint.faults import Faults
from gate.model_endpoint.wire import (
    JSON,
    MALFORMED,
    Body,
    Interface,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Reply,
    error_response,
)

VERSION = 1
MAX_BYTES = 1024 * 1024 * 1024
VOLATILE = (
    *("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
    *("service_tier", "store", "previous_response_id"),
)
"""Request fields that bots set anew in every run, or that do not change the answer."""
_REPETITION = re.compile(r"\.r[0-9]+\Z")
_RANDOM_PART = re.compile(r"[0-9A-Fa-f]{16}")


class Fingerprints:
    """Computes fingerprints that ignore `random_parts`: the random parts of the run's session ids."""

    def __init__(self, random_parts: Collection[str]) -> None:
        self._random_parts = {part.lower() for part in random_parts}

    def of(self, request: ParsedRequest) -> str:
        """Return a hash, equal for requests that ask the same."""
        content: dict[str, Any] = {
            "path": request.path,
            "body": {name: value for name, value in request.body.items() if name not in VOLATILE},
        }
        if request.body.get("previous_response_id") is not None:
            # The real model chooses the id; the history behind it is the same in every run.
            content["said"] = [[message.role, message.text] for message in request.history or ()]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(_RANDOM_PART.sub(self._replace, text).encode()).hexdigest()

    def _replace(self, found: re.Match[str]) -> str:
        return "session" if found[0].lower() in self._random_parts else found[0]


class CassetteWriter:
    """Writes a cassette under a temporary name, so that an interrupted run leaves an older one whole.

    Raises InputError when the file cannot be written.
    """

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self._unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            # Remove it first: it may be a link to any file.
            self._unfinished.unlink(missing_ok=True)
            self._file = self._unfinished.open("x", encoding="utf-8")
        except OSError as fault:
            raise InputError(
                f"the cassette {path} cannot be written",
                why=fault.strerror or str(fault),
                remedy="name another one as model.cassette",
            ) from fault
        self._write_line({"cassette": VERSION, "seed": seed})
        self._empty = True

    def add(self, request: ParsedRequest, raw: RawResponse) -> bool:
        """Write an answer. Return False when it cannot be written, as on a full disk."""
        try:
            self._write_line(
                {
                    "request": request.fingerprint,
                    "turn": request.turn,
                    "path": request.path,
                    "status": raw.status,
                    "type": raw.content_type,
                    "body": b"".join(raw.chunks).decode(errors="replace"),
                }
            )
        except OSError:
            return False
        self._empty = False
        return True

    def keep(self) -> None:
        """Give the file its final name. A cassette without answers does not replace an older one."""
        if not self._file.closed and not self._empty:
            self._file.close()
            self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Remove the file, unless it was kept already."""
        if not self._file.closed:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._unfinished.unlink()

    def _write_line(self, content: Mapping[str, Any]) -> None:
        if not self._file.closed:
            self._file.write(json.dumps(content, separators=(",", ":")) + "\n")
            self._file.flush()


@dataclass(frozen=True, kw_only=True)
class RecordedResponse:
    """One answer on a cassette."""

    turn: str
    raw: RawResponse


@dataclass(frozen=True, kw_only=True)
class Cassette:
    """A recorded run: its seed, and its answers by request, in the order in which they were given."""

    name: str
    seed: int
    answers: Mapping[str, deque[RecordedResponse]]

    def take(self, fingerprint: str, turn: str) -> RawResponse | None:
        """Remove and return the next answer to this request: that of the same turn, else the first.

        A repeated question is a turn of its own, and never takes the answer of another repetition.
        """
        waiting = self.answers.get(fingerprint, ())
        own = (answer for answer in waiting if answer.turn == turn)
        others = (answer for answer in waiting if not turn or _question(answer.turn) != _question(turn))
        answer = next(itertools.chain(own, others), None)
        if answer is None:
            return None
        self.answers[fingerprint].remove(answer)
        return answer.raw


def load_cassette(path: Path) -> Cassette:
    """Load a cassette. Raises InputError, which names the wrong line."""
    number = 0
    answers: dict[str, deque[RecordedResponse]] = {}
    seed = -1
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES >> 20} MiB")
        if path.is_char_device() or path.is_fifo() or path.is_socket():
            # Reading it may never end.
            raise ValueError("it is no file")
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                content = json.loads(line)
                if number == 1:
                    seed = _seed(content)
                else:
                    answers.setdefault(content["request"], deque()).append(_recorded(content))
        if seed < 0:
            raise ValueError("it is empty")
    except (OSError, *MALFORMED) as fault:
        raise InputError(
            f"the cassette {path} cannot be read" + (f" at line {number}" if number else ""),
            why=fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault),
            remedy="record it again, with mode record",
        ) from fault
    return Cassette(name=path.name, seed=seed, answers=answers)


class RecordedModel:
    """Answers from a cassette only. A request without a recorded answer makes the run inconclusive."""

    def __init__(self, cassette: Cassette, *, faults: Faults) -> None:
        self._cassette = cassette
        self._faults = faults

    async def close(self) -> None:
        """Close nothing."""

    async def answer(
        self,
        request: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """See Model."""
        raw = self._cassette.take(request.fingerprint, request.turn)
        if raw is None:
            about = next((reading.about for reading in request.readings if reading.about), "")
            subject = f"about {json.dumps(about[:80], ensure_ascii=False)}" if about else "of the bot's own"
            sentence = (
                f"the cassette {self._cassette.name} holds no answer to a request to {request.path} "
                f"{subject} ({request.fingerprint[:12]}); record it again"
            )
            self._faults.report(request.deployment, sentence)
            settle(ModelResponse(identifier="", texts=()))
            await reply.send(error_response(404, sentence, code="not_on_cassette"))
            return
        settle(_parse(interface, raw))
        await reply.send(raw)


def _question(turn: str) -> str:
    """Return the turn id without its repetition: `c0001.4` for `c0001.4.r1`."""
    return _REPETITION.sub("", turn)


def _parse(interface: Interface, raw: RawResponse) -> ModelResponse:
    if raw.status == 200:
        with contextlib.suppress(*MALFORMED):
            return interface.parse_response(raw.content_type == EVENT_STREAM, b"".join(raw.chunks))
    return ModelResponse(identifier="", texts=())


def _seed(content: Body) -> int:
    if content.get("cassette") != VERSION:
        raise ValueError("it is no cassette of this version")
    seed = content["seed"]
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ValueError("its seed is no whole number")
    return seed


def _recorded(content: Body) -> RecordedResponse:
    status, kind, body = content["status"], content["type"], content["body"]
    if not (isinstance(status, int) and 200 <= status < 600 and isinstance(body, str)):
        raise ValueError("it is no answer")
    raw = RawResponse(
        status=status, content_type=EVENT_STREAM if kind == EVENT_STREAM else JSON, chunks=_cut(body)
    )
    return RecordedResponse(turn=str(content["turn"]), raw=raw)


def _cut(body: str) -> list[bytes]:
    """Split a body into the events of a stream, so that the replay streams them again."""
    content = body.encode()
    splitter = BlockSplitter(limit=max(len(content), 1))
    blocks = list(splitter.feed(content))
    return [*blocks, splitter.rest] if splitter.rest else blocks
