"""Changes to the endpoints of networks, one after the other.

An engine may count the endpoints of a network wrong when several go at the same moment (seen with 20.10). It
then holds on to a network on which nothing is any more, until it is restarted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

PATIENCE_SECONDS = 2.0
"""For one change: a call may hang. The next one then goes on: better to leave a network than all of a run."""


class _Queue:
    """Lets in one at a time. Who has been inside for too long is not waited for any more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: object | None = None
        self._since = 0.0

    def enter(self, at_most: float | None) -> object:
        """Returns when it is the caller's turn, or after so many seconds; with what it leaves by."""
        ticket = object()
        with self._changed:
            came = monotonic()
            while self._inside is not None:
                now = monotonic()
                left = self._since + PATIENCE_SECONDS - now
                left = left if at_most is None else min(left, came + at_most - now)
                if left <= 0:
                    break
                self._changed.wait(left)
            self._inside, self._since = ticket, monotonic()
        return ticket

    def leave(self, ticket: object) -> None:
        """Lets the next one in, unless somebody is inside who did not wait for this end."""
        with self._changed:
            if self._inside is ticket:
                self._inside = None
                self._changed.notify()


_QUEUE = _Queue()


@contextmanager
def changing_endpoints(at_most: float | None = None) -> Iterator[None]:
    """For a call that starts or removes a container, or takes it onto a network or off it.

    Who is in a hurry waits for `at_most` so many seconds.
    """
    ticket = _QUEUE.enter(at_most)
    try:
        yield
    finally:
        _QUEUE.leave(ticket)
