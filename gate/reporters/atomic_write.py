"""Writes a report so that whoever reads the file finds all of it or none of it."""

from __future__ import annotations

import contextlib
import secrets
from io import FileIO
from pathlib import Path

DRAFT = ".memory-gate-draft-"
"""How the name of a file begins that is not whole yet."""


def write_atomically(path: Path, content: bytes) -> None:
    """Puts `content` at `path`, replacing what was there; makes the folder where it is missing.

    Raises OSError, and leaves nothing half written then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not a `tempfile`: its files are readable by their owner alone, who on a runner is another user.
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(8)}-{path.name}")
    try:
        with draft.open("xb") as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def open_new_file(path: Path) -> FileIO:
    """An empty file at `path`, for what is written bit by bit, in the place of whatever lay there.

    A link is not followed, whoever put it there: a checkout may bring one that leads to anything.
    Raises OSError.
    """
    path.unlink(missing_ok=True)
    return path.open("xb", buffering=0)


def remove_drafts(directory: Path) -> None:
    """Removes what a process that was killed has left half written in `directory`."""
    for draft in directory.glob(f"{DRAFT}*"):
        with contextlib.suppress(OSError):
            draft.unlink()
