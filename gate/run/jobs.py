"""The number of deployments that fit on this machine at once."""

from __future__ import annotations

import os
from pathlib import Path

from gate.config import Settings

MEMORY = Path("/proc/meminfo")
BYTES_OF_REPLICA = 512 * 1024 * 1024
"""Twice the memory of a bot on a common framework: during its replacement there are two."""
BYTES_OF_STORE = 128 * 1024 * 1024
MOST = 8


def sensible_jobs(settings: Settings, *, deployments: int) -> int:
    """Return how many deployments to run at once: one replica a processor, within free memory; 1 at least.

    More of them would slow down the start of bots, which might then exceed its time-out.
    """
    if settings.policy.max_unavailable is not None:
        # The run measures for how long the bot is unavailable: no other deployment may slow its start.
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
    """Return how many deployments fit. Fall back to 1 when CPUs or memory are unknown."""
    if processors is None or free_bytes is None:
        return 1
    size = replicas * BYTES_OF_REPLICA + BYTES_OF_STORE
    return max(1, min(processors // replicas, free_bytes // size, MOST))


def free_memory(file: Path = MEMORY) -> int | None:
    """Return the bytes that can be used without swapping; None when unknown."""
    try:
        lines = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, LookupError):
        return None
