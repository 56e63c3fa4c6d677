"""Atomic writes: a reader finds the whole file or none of it."""

from __future__ import annotations

import contextlib
import secrets
from io import FileIO
from pathlib import Path

DRAFT = ".memory-gate-draft-"
"""Prefix of the name of an unfinished file."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, replacing an old file. Create missing folders.

    Raises OSError, and then leaves no partial file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Files of `tempfile` are readable by their owner only, who is another user on a runner.
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(8)}-{path.name}")
    try:
        with draft.open("xb") as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def open_new_file(path: Path) -> FileIO:
    """Open an empty file at `path` for appending, replacing an old file.

    Links are not followed, because a checkout may contain one that leads anywhere. Raises OSError.
    """
    path.unlink(missing_ok=True)
    return path.open("xb", buffering=0)


def remove_drafts(directory: Path) -> None:
    """Remove the partial files that a killed process left in `directory`."""
    for draft in directory.glob(f"{DRAFT}*"):
        with contextlib.suppress(OSError):
            draft.unlink()
