"""A disk that is full from now on, for one file that this process has open."""

from __future__ import annotations

import os
from pathlib import Path


def fill_up(path: Path) -> None:
    """Puts /dev/full, which takes nothing, in the place of the open file at `path`."""
    full = os.open("/dev/full", os.O_RDWR)
    [descriptor] = [int(one.name) for one in Path("/proc/self/fd").iterdir() if _leads_to(one, path)]
    os.dup2(full, descriptor, inheritable=False)
    os.close(full)


def _leads_to(descriptor: Path, path: Path) -> bool:
    try:
        return descriptor.readlink() == path
    except OSError:
        # That of the listing itself is gone by now.
        return False
