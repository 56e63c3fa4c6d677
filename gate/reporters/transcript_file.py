"""transcript.jsonl: every event, one line each, from which everything else can be judged again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from gate.core.transcript import Event, encode
from gate.core.verdict import Report

NAME = "transcript.jsonl"
UNFINISHED = "transcript.jsonl.unfinished"


class TranscriptFile:
    """Writes as it goes under another name: `transcript.jsonl` appears whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._unfinished = directory / UNFINISHED
        directory.mkdir(parents=True, exist_ok=True)
        self._file = self._unfinished.open("w", encoding="utf-8")

    def show(self, event: Event) -> None:
        """Appends the event."""
        self._file.write(encode(event) + "\n")

    def finish(self, report: Report) -> None:
        """Nothing: the transcript ends before the verdict."""

    def close(self) -> None:
        """Gives the file its name. Safe to call twice."""
        if not self._file.closed:
            self._file.close()
            self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Removes what was written: nothing was started."""
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._unfinished.unlink()

    def lines(self) -> Iterator[str]:
        """The lines that were written so far."""
        if not self._file.closed:
            self._file.flush()
        with (self._path if self._file.closed else self._unfinished).open(encoding="utf-8") as file:
            yield from file
