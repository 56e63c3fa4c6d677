"""Runs a docker client as the runner does: reads its lines as they come, and cancels it by its ladder."""

from __future__ import annotations

import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

#: How long the pipes of a client that is gone may stay open before they are given up.
STREAMS_GRACE = 5.0

_POLL = 0.02


class ClientTimeoutError(Exception):
    """The client did not end in its time."""


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """How long the client has after SIGINT, and then after SIGTERM, before it alone is killed."""

    after_interrupt: float = 7.5
    after_terminate: float = 2.5


DEFAULT_LADDER = Ladder()


@dataclass(frozen=True, kw_only=True)
class ClientExit:
    """How the client ended. `signals` are those sent to it, in order; a killed client's code is 128 + n."""

    exit_code: int
    cancelled: bool
    signals: tuple[signal.Signals, ...]
    seconds: float


def run_client(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    cancel_asked: Callable[[], bool] = lambda: False,
    ladder: Ladder = DEFAULT_LADDER,
    timeout: float,
) -> ClientExit:
    """Runs `command` to its end with stdin closed and no terminal; never leaves the process behind.

    `on_line` gets each line of either stream; `cancel_asked` is asked all the while, and the first yes
    starts the ladder. ClientTimeoutError after `timeout` seconds.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Universal newlines break at \n, \r\n and a lone \r: the very lines that the runner reads.
        text=True,
        encoding="utf-8-sig",
        errors="replace",
    )
    assert process.stdin is not None
    process.stdin.close()
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    readers = [threading.Thread(target=_read, args=(stream, lines), daemon=True) for stream in streams]
    for reader in readers:
        reader.start()
    try:
        cancelled, signals = _watch(process, lines, on_line, cancel_asked, ladder, started + timeout)
        code = process.wait(timeout=STREAMS_GRACE)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for reader in readers:
            reader.join(timeout=STREAMS_GRACE)
        for stream, reader in zip(streams, readers, strict=True):
            if not reader.is_alive():
                stream.close()
    return ClientExit(
        exit_code=code if code >= 0 else 128 - code,
        cancelled=cancelled,
        signals=signals,
        seconds=time.monotonic() - started,
    )


def _read(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in stream:
        lines.put(line.removesuffix("\n"))
    lines.put(None)


def _watch(
    process: subprocess.Popen[str],
    lines: queue.SimpleQueue[str | None],
    on_line: Callable[[str], None],
    cancel_asked: Callable[[], bool],
    ladder: Ladder,
    deadline: float,
) -> tuple[bool, tuple[signal.Signals, ...]]:
    steps = [
        (signal.SIGINT, ladder.after_interrupt),
        (signal.SIGTERM, ladder.after_terminate),
        (signal.SIGKILL, STREAMS_GRACE),
    ]
    sent: list[signal.Signals] = []
    cancelled = False
    next_step = give_up = float("inf")
    open_streams = 2
    while open_streams or process.poll() is None:
        running = process.poll() is None
        try:
            line = lines.get(timeout=_POLL)
        except queue.Empty:
            if not running and time.monotonic() >= give_up:
                break
        else:
            if line is None:
                open_streams -= 1
            else:
                on_line(line)
        now = time.monotonic()
        if not running:
            # Someone else may hold the pipes open: the runner waits five seconds for them, no longer.
            give_up = min(give_up, now + STREAMS_GRACE)
        if now >= deadline:
            raise ClientTimeoutError
        if not cancelled and cancel_asked():
            cancelled, next_step = True, now
        if running and steps and now >= next_step:
            number, grace = steps.pop(0)
            process.send_signal(number)
            sent.append(number)
            next_step = now + grace
    return cancelled, tuple(sent)
