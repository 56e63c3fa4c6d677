"""Answers of a real model on disk: a recorded run can be repeated without it, for nothing.

The first line says for which seed it was recorded, for another seed says other things. Each other line
is one answer. A request is known again by a hash of what it asks, and by the turn it was made for.
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
from gate.model_endpoint.in_flight_turns import Faults
from gate.model_endpoint.wire import (
    JSON,
    MALFORMED,
    Body,
    Interface,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Reply,
    error,
)

VERSION = 1
MAX_BYTES = 1024 * 1024 * 1024
VOLATILE = (
    *("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
    *("service_tier", "store", "previous_response_id"),
)
"""What bots set anew in every run, and what does not change the answer."""
_REPETITION = re.compile(r"\.r[0-9]+\Z")
_RANDOM_PART = re.compile(r"[0-9A-Fa-f]{16}")


class Fingerprints:
    """Knows requests again. `sessions` are the session ids of the run, which do not count."""

    def __init__(self, sessions: Collection[str]) -> None:
        self._random_parts = {session.rpartition("-")[2].lower() for session in sessions}

    def of(self, asked: ParsedRequest) -> str:
        """The same for requests that ask the same."""
        content: dict[str, Any] = {
            "path": asked.path,
            "body": {name: value for name, value in asked.body.items() if name not in VOLATILE},
        }
        if asked.body.get("previous_response_id") is not None:
            # The id is the real model's; what it stands for is the same in every run.
            content["said"] = [[message.role, message.text] for message in asked.said or ()]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(_RANDOM_PART.sub(self._neutral, text).encode()).hexdigest()

    def _neutral(self, found: re.Match[str]) -> str:
        return "session" if found[0].lower() in self._random_parts else found[0]


class CassetteWriter:
    """Writes under another name as it goes, so that a run that breaks off leaves an older one whole.

    Raises InputError when the file cannot be written.
    """

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self._unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            # Anew: what lies there may be a link to anything.
            self._unfinished.unlink(missing_ok=True)
            self._file = self._unfinished.open("x", encoding="utf-8")
        except OSError as fault:
            raise InputError(
                f"the cassette {path} cannot be written",
                why=fault.strerror or str(fault),
                remedy="name another one as model.cassette",
            ) from fault
        self._line({"cassette": VERSION, "seed": seed})
        self._empty = True

    def add(self, asked: ParsedRequest, written: RawResponse) -> bool:
        """Puts an answer on the tape. Whether there was room for it."""
        try:
            self._line(
                {
                    "request": asked.fingerprint,
                    "turn": asked.turn,
                    "path": asked.path,
                    "status": written.status,
                    "type": written.content_type,
                    "body": b"".join(written.chunks).decode(errors="replace"),
                }
            )
        except OSError:
            return False
        self._empty = False
        return True

    def keep(self) -> None:
        """Gives the file its name, unless nothing was ever answered: an older one is better then."""
        if not self._file.closed and not self._empty:
            self._file.close()
            self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Removes what was written, unless it is kept already."""
        if not self._file.closed:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._unfinished.unlink()

    def _line(self, content: Mapping[str, Any]) -> None:
        if not self._file.closed:
            self._file.write(json.dumps(content, separators=(",", ":")) + "\n")
            self._file.flush()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One answer on a cassette."""

    turn: str
    written: RawResponse


@dataclass(frozen=True, kw_only=True)
class Cassette:
    """A recorded run: its seed, and its answers by request, in the order in which they were given."""

    name: str
    seed: int
    answers: Mapping[str, deque[Recorded]]

    def take(self, fingerprint: str, turn: str) -> RawResponse | None:
        """The next answer to this request: the one to the same turn, else the first.

        A question that is asked again is a turn of its own: the answers to its other askings are not its.
        """
        waiting = self.answers.get(fingerprint, ())
        own = (one for one in waiting if one.turn == turn)
        others = (one for one in waiting if not turn or _question(one.turn) != _question(turn))
        found = next(itertools.chain(own, others), None)
        if found is None:
            return None
        self.answers[fingerprint].remove(found)
        return found.written


def load_cassette(path: Path) -> Cassette:
    """The cassette in a file. Raises InputError, naming the line at fault."""
    number = 0
    answers: dict[str, deque[Recorded]] = {}
    seed = -1
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES >> 20} MiB")
        if path.is_char_device() or path.is_fifo() or path.is_socket():
            # It need not have an end.
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
    """Answers from a cassette only. A request that is not on it makes the run inconclusive."""

    def __init__(self, cassette: Cassette, *, faults: Faults) -> None:
        self._cassette = cassette
        self._faults = faults

    async def close(self) -> None:
        """Nothing is open."""

    async def answer(
        self,
        asked: ParsedRequest,
        interface: Interface,
        settle: Callable[[ModelResponse], None],
        reply: Reply,
    ) -> None:
        """See Model."""
        written = self._cassette.take(asked.fingerprint, asked.turn)
        if written is None:
            about = next((reading.about for reading in asked.readings if reading.about), "")
            subject = f"about {json.dumps(about[:80], ensure_ascii=False)}" if about else "of the bot's own"
            sentence = (
                f"the cassette {self._cassette.name} holds no answer to a request to {asked.path} {subject} "
                f"({asked.fingerprint[:12]}); record it again"
            )
            self._faults.seen(asked.deployment, sentence)
            settle(ModelResponse(identifier="", texts=()))
            await reply.send(error(404, sentence, code="not_on_cassette"))
            return
        settle(_told(interface, written))
        await reply.send(written)


def _question(turn: str) -> str:
    """The turn without the mark of its repetition: `c0001.4` of `c0001.4.r1`."""
    return _REPETITION.sub("", turn)


def _told(interface: Interface, written: RawResponse) -> ModelResponse:
    if written.status == 200:
        with contextlib.suppress(*MALFORMED):
            return interface.told(written.content_type == EVENT_STREAM, b"".join(written.chunks))
    return ModelResponse(identifier="", texts=())


def _seed(content: Body) -> int:
    if content.get("cassette") != VERSION:
        raise ValueError("it is no cassette of this version")
    seed = content["seed"]
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ValueError("its seed is no whole number")
    return seed


def _recorded(content: Body) -> Recorded:
    status, kind, body = content["status"], content["type"], content["body"]
    if not (isinstance(status, int) and 200 <= status < 600 and isinstance(body, str)):
        raise ValueError("it is no answer")
    written = RawResponse(
        status=status, content_type=EVENT_STREAM if kind == EVENT_STREAM else JSON, chunks=_cut(body)
    )
    return Recorded(turn=str(content["turn"]), written=written)


def _cut(body: str) -> list[bytes]:
    """The events of a stream one by one, so that they are streamed again."""
    content = body.encode()
    splitter = BlockSplitter(limit=max(len(content), 1))
    blocks = list(splitter.feed(content))
    return [*blocks, splitter.rest] if splitter.rest else blocks
