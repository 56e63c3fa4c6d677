"""Changes to the endpoints of networks, one after the other.

An engine may count the endpoints of a network wrong when several come and go at the same moment (seen with
20.10). It then holds on to a network on which nothing is any more, until it is restarted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 2.0
"""A call may hang. What it keeps waiting then goes on: better to leave a network than all of a run."""

_CHANGING = threading.Lock()


@contextmanager
def changing_endpoints() -> Iterator[None]:
    """For a call that starts or removes a container, or takes it onto a network or off it."""
    is_alone = _CHANGING.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        if is_alone:
            _CHANGING.release()
