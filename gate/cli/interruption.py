"""Ending in good order when a signal says so."""

from __future__ import annotations

import asyncio
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
        return await task

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
    sys.stdout.flush()
    sys.stderr.flush()
    if code == ExitCode.INTERRUPTED:
        os._exit(code)
    return int(code)
