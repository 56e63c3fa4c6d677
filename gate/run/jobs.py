"""How many deployments this machine has room for at once."""

from __future__ import annotations

import os
from pathlib import Path

from gate.config import Settings

MEMORY = Path("/proc/meminfo")
BYTES_OF_REPLICA = 512 * 1024 * 1024
"""Twice what a bot on a common framework takes: while it is being replaced there are two."""
BYTES_OF_STORE = 128 * 1024 * 1024
MOST = 8


def sensible_jobs(settings: Settings, *, deployments: int) -> int:
    """Return one replica a processor, as far as memory is free for them; at least one deployment.

    With more of them bots would start slower than alone, and could miss the time they are given for it.
    """
    if settings.policy.max_unavailable is not None:
        # How long the bot is away is being measured: nobody else may slow its start down.
        return 1
    return min(
        most_side_by_side(
            processors=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            free_bytes=free_memory(),
            replicas=settings.bot.replicas,
        ),
        max(1, deployments),
    )


def most_side_by_side(*, processors: int | None, free_bytes: int | None, replicas: int) -> int:
    """Return how many fit; 1 when processors or memory are unknown."""
    if processors is None or free_bytes is None:
        return 1
    size = replicas * BYTES_OF_REPLICA + BYTES_OF_STORE
    return max(1, min(processors // replicas, free_bytes // size, MOST))


def free_memory(file: Path = MEMORY) -> int | None:
    """Return the bytes that can be taken without swapping; None where the machine does not say."""
    try:
        lines = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, LookupError):
        return None
