"""transcript.jsonl: every event, one line each, from which everything else can be judged again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gate.core.line_digest import append_digest, digest_line
from gate.core.report import Report
from gate.core.transcript import Event
from gate.core.transcript_lines import encode
from gate.reporters.atomic_write import open_new_file

NAME = "transcript.jsonl"
UNFINISHED = "transcript.jsonl.unfinished"
RESERVE_BYTES = 4 * 1024 * 1024
"""Kept free for the end: a run that fills the disk still says what it knows."""
BLOCK = bytes(64 * 1024)


class TranscriptFile:
    """Writes as it goes under another name: `transcript.jsonl` appears whole or not at all.

    Each event is on its way to the disk before the next one happens, so that a gate that is killed leaves
    all it has seen. Raises OSError where there is no room for the reserve, and while another run writes
    into the folder.
    """

    def __init__(self, directory: Path, *, reserve: int = RESERVE_BYTES) -> None:
        self._path = directory / NAME
        self._unfinished = directory / UNFINISHED
        directory.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as claim:
            claim.callback(os.close, _claim(directory))
            # It has no name, so it is gone with the process, however that ends.
            self._reserve = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - it is closed at the end
            for _ in range(0, reserve, len(BLOCK)):
                self._reserve.write(BLOCK)
            self._reserve.flush()
            self._file = open_new_file(self._unfinished)
            self._claim = claim.pop_all()
        self._seal = ""
        self._size = 0

    def show(self, event: Event) -> None:
        """Appends the event.

        Raises OSError when there is no room. What was written before stays whole, and the reserve is there
        for what comes next.
        """
        bare = encode(event)
        seal = digest_line(bare, self._seal)
        line = f"{append_digest(bare, seal)}\n".encode()
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError:
            self._reserve.close()
            with contextlib.suppress(OSError):
                self._file.seek(self._size)
                self._file.truncate()
            raise
        self._seal = seal
        self._size += len(line)

    def finish(self, report: Report) -> None:
        """Do nothing: the transcript ends before the verdict."""

    def close(self) -> None:
        """Gives the file its name, and frees the reserve for the reports. Safe to call twice."""
        self._reserve.close()
        with self._claim:
            if not self._file.closed:
                self._file.close()
                self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Removes what was written: nothing was started."""
        self._reserve.close()
        with self._claim:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._unfinished.unlink()

    def lines(self) -> Iterator[str]:
        """The lines that were written so far."""
        with (self._path if self._file.closed else self._unfinished).open(encoding="utf-8") as file:
            yield from file


def _claim(directory: Path) -> int:
    """A lock on the folder, for as long as the process lives and does not close it. Raises OSError."""
    folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(folder)
        raise BlockingIOError(error.errno, "another run writes into it") from error
    except OSError:
        pass  # not every file system has locks, and most folders have one run
    return folder
