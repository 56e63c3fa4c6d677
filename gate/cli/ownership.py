"""Whose files the gate writes: its container is root, and the workspace belongs to the runner's user."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def chown_to_workspace_owner(written: Iterable[Path], workspace: Path) -> None:
    """Gives what this process wrote at these places to the owner of the workspace they lie in.

    So that a later step can read, change and remove it. What lies outside of the workspace, what somebody
    else owns and what links lead to is left alone. Never raises: a report that stays root's is a report.
    """
    with contextlib.suppress(OSError):
        root = workspace.resolve()
        owner = root.stat()
        if owner.st_uid == os.geteuid():
            return
        for place in written:
            for path in _entries(place, root):
                with contextlib.suppress(OSError):
                    if path.lstat().st_uid == os.geteuid():
                        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _entries(place: Path, root: Path) -> Iterator[Path]:
    """The place, all that lies in it, and the folders on the way to it; nothing outside of `root`."""
    with contextlib.suppress(OSError, RuntimeError):
        found = (root / place).resolve()
        if found == root or not found.is_relative_to(root):
            return
        for folder, folders, files in os.walk(found):
            yield from (Path(folder) / name for name in (*folders, *files))
        yield found
        yield from (one for one in found.parents if one != root and one.is_relative_to(root))
