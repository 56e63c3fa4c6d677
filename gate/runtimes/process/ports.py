"""Port numbers for the servers of a run."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from gate.errors import EngineError

OUTGOING_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 10_000
HIGHEST = 32_767
"""By default, Linux uses no port up to this one for outgoing connections."""
FEWEST = 1_000
TRIES = 1_000


class Ports:
    """A source of free ports, each given out once.

    Ports of outgoing connections are avoided. While a bot is down its port is free, and any outgoing
    connection, even the one of its health check, could take it before the bot is back.
    """

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self) -> int:
        """Return a port that nothing listens on at present. Raises EngineError."""
        for _ in range(TRIES):
            port = random.randint(LOWEST, max(_last_port(), LOWEST + FEWEST))
            if port not in self._given and _is_free(port):
                self._given.add(port)
                return port
        raise EngineError("there is no free port on this machine")


def _last_port() -> int:
    try:
        return min(int(OUTGOING_RANGE.read_text().split()[0]) - 1, HIGHEST)
    except (OSError, ValueError, IndexError):
        return HIGHEST


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
