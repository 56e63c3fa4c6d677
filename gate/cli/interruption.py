"""Orderly ends after signals."""

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
    """Return the result of `work`. Cancel it at the first signal, and ignore further signals.

    The cancelled work removes what it made and reports what it knows.
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
                # The process is ending. After the loop is closed, another signal would kill it at once.
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    return asyncio.run(watch())


def interrupt_on_signals() -> None:
    """Raise KeyboardInterrupt on signals, until `run_until_signal` takes over.

    Otherwise the first process of a container would ignore a signal, or end with a traceback.
    """
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)


def leave(code: int) -> int:
    """Return `code` for sys.exit. After an interruption, end the process at once instead.

    A thread may still wait for an engine that hangs, which would delay the end by a minute.
    """
    for stream in (sys.stdout, sys.stderr):
        # The reader of the stream may be gone.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if code == ExitCode.INTERRUPTED:
        os._exit(code)
    return int(code)
