"""The folder of a run's report."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from gate.errors import InputError
from gate.ports import Reporter
from gate.reporters import FILE_REPORTERS, report_files
from gate.reporters.atomic_write import DRAFT, remove_drafts
from gate.reporters.transcript_file import TranscriptFile

PROBE_BYTES = 1024 * 1024
"""The free space required in a report folder before anything is started: a small run's report."""


def prepare_report_folder(folder: Path) -> None:
    """Make the folder and try to write in it, before anything is started. Raises InputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(folder)
        _write_probe(folder)
        for name in report_files():
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                raise IsADirectoryError(errno.EISDIR, f"{name}: {os.strerror(errno.EISDIR)}")
    except OSError as error:
        raise unwritable(folder, error) from error


def file_reporters(folder: Path) -> tuple[Reporter, ...]:
    """Return the reporters that write files into the folder; the transcript is not among them."""
    return tuple(kind(folder) for kind in FILE_REPORTERS.values())


def open_transcript(folder: Path) -> TranscriptFile:
    """Open a transcript to be written into the folder. Raises InputError."""
    try:
        return TranscriptFile(folder)
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(folder: Path, error: OSError) -> InputError:
    """Return the error for a report folder that cannot be written."""
    return InputError(
        f"the report folder {folder} cannot be written",
        why=error.strerror or str(error),
        remedy="make room in it, or name another folder with --report-dir, or the input report-dir",
    )


def _write_probe(folder: Path) -> None:
    probe = folder / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        # A full disk accepts an empty file, but no content.
        probe.write_bytes(bytes(PROBE_BYTES))
    finally:
        probe.unlink(missing_ok=True)
