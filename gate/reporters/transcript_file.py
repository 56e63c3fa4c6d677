"""transcript.jsonl: every event on a line, from which the run can be analysed again."""

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
"""Disk space reserved for the reports, so that a run that fills the disk still has a verdict."""
BLOCK = bytes(64 * 1024)


class TranscriptFile:
    """Transcript that is written under another name, so that `transcript.jsonl` is always complete.

    Each event is written before the next one happens, so that a gate that is killed leaves all events.
    Raises OSError if the disk has no space for the reserve, or if another run writes into the folder.
    """

    def __init__(self, directory: Path, *, reserve: int = RESERVE_BYTES) -> None:
        self._path = directory / NAME
        self._unfinished = directory / UNFINISHED
        directory.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as lock:
            lock.callback(os.close, _lock_folder(directory))
            # It has no name, so the system removes it when the process ends in any way.
            self._reserve = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed at the end
            for _ in range(0, reserve, len(BLOCK)):
                self._reserve.write(BLOCK)
            self._reserve.flush()
            self._file = open_new_file(self._unfinished)
            self._lock = lock.pop_all()
        self._digest = ""
        self._size = 0

    def show(self, event: Event) -> None:
        """Append the event.

        Raises OSError if the disk is full. Earlier lines stay intact, and the reserve is freed for what
        follows.
        """
        bare = encode(event)
        digest = digest_line(bare, self._digest)
        line = f"{append_digest(bare, digest)}\n".encode()
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
        self._digest = digest
        self._size += len(line)

    def finish(self, report: Report) -> None:
        """Do nothing: the transcript ends before the verdict."""

    def close(self) -> None:
        """Give the file its name, and free the reserve for the reports. It may be called twice."""
        self._reserve.close()
        with self._lock:
            if not self._file.closed:
                self._file.close()
                self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Remove the file, because nothing was started."""
        self._reserve.close()
        with self._lock:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._unfinished.unlink()

    def lines(self) -> Iterator[str]:
        """Read the lines written so far."""
        with (self._path if self._file.closed else self._unfinished).open(encoding="utf-8") as file:
            yield from file


def _lock_folder(directory: Path) -> int:
    """Lock the folder until the returned descriptor is closed or the process ends. Raises OSError."""
    folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(folder)
        raise BlockingIOError(error.errno, "another run writes into it") from error
    except OSError:
        pass  # Some file systems have no locks, and most folders have one run.
    return folder
