"""Writes a report so that whoever reads the file finds all of it or none of it."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Puts `content` at `path`, replacing what was there; makes the folder where it is missing.

    Raises OSError, and leaves nothing half written then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not a `tempfile`: its files are readable by their owner alone, who on a runner is another user.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
