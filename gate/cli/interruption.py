"""Ending in good order when a signal says so."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from gate.errors import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Result = TypeVar("Result")


def run_until_signal(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, which is cancelled at the first signal; further ones change nothing.

    The work ends itself: it removes what it made and reports what it knows.
    """

    async def watch() -> Result:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        told = False

        def end() -> None:
            nonlocal told
            if not told:
                told = True
                task.cancel()

        for number in SIGNALS:
            loop.add_signal_handler(number, end)
        try:
            return await task
        finally:
            if told:
                # The process is on its way out: without the loop, another signal would break off the end.
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    return asyncio.run(watch())


def interrupt_on_signals() -> None:
    """From now on, and until work is begun, a signal raises KeyboardInterrupt.

    The first process of a container would not hear it otherwise, or end with a traceback.
    """
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)


def leave(code: int) -> int:
    """`code`, for sys.exit; after an interruption the process ends here and now.

    A call to a hanging engine may still sit in a thread, and would hold up the end for a minute.
    """
    for stream in (sys.stdout, sys.stderr):
        # Nobody may be there any more to read it.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if code == ExitCode.INTERRUPTED:
        os._exit(code)
    return int(code)
