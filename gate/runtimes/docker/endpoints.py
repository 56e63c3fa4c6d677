"""Serialises changes to the endpoints of networks.

An engine may miscount the endpoints of a network when several are removed at once (seen with 20.10). It then
refuses to remove the empty network until the engine is restarted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

CHANGE_SECONDS = 2.0
"""Time-out of one change, which may hang. Then the next one starts: leaving one network behind is better than
leaving a whole run."""


class _Turnstile:
    """A lock that ignores a holder who has held it for longer than CHANGE_SECONDS."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: object | None = None
        self._since = 0.0

    def enter(self, at_most: float | None) -> object:
        """Wait for the lock, or for `at_most` seconds. Return a ticket for `leave`."""
        ticket = object()
        with self._changed:
            came = monotonic()
            while self._inside is not None:
                now = monotonic()
                left = self._since + CHANGE_SECONDS - now
                left = left if at_most is None else min(left, came + at_most - now)
                if left <= 0:
                    break
                self._changed.wait(left)
            self._inside, self._since = ticket, monotonic()
        return ticket

    def leave(self, ticket: object) -> None:
        """Release the lock, unless another holder has taken it over."""
        with self._changed:
            if self._inside is ticket:
                self._inside = None
                self._changed.notify()


_TURNSTILE = _Turnstile()


@contextmanager
def changing_endpoints(at_most: float | None = None) -> Iterator[None]:
    """Hold the lock around a call that starts, removes, connects or disconnects a container.

    Wait for the lock for at most `at_most` seconds; for None, as long as earlier changes may take.
    """
    ticket = _TURNSTILE.enter(at_most)
    try:
        yield
    finally:
        _TURNSTILE.leave(ticket)
