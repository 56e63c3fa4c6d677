"""Ownership of written files: the gate's container is root, the workspace belongs to the runner's user."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def chown_to_workspace_owner(written: Iterable[Path], workspace: Path) -> None:
    """Give the files that this process wrote to the owner of the workspace.

    Later steps can then change and remove them. Files outside the workspace, files of other owners and
    targets of links stay as they are. Never raises: a report that root owns is still a report.
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
    """Yield `place`, everything in it, and its parent folders within `root`."""
    with contextlib.suppress(OSError, RuntimeError):
        found = (root / place).resolve()
        if found == root or not found.is_relative_to(root):
            return
        for folder, folders, files in os.walk(found):
            yield from (Path(folder) / name for name in (*folders, *files))
        yield found
        yield from (parent for parent in found.parents if parent != root and parent.is_relative_to(root))
