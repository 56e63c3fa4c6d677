"""Runs one program, and ends all of its processes when the gate dies. Standard library only.

    python supervisor.py SCRATCH [PROGRAM [ARGUMENT …]]

The first line on standard output is the program's process id; its own output follows.
Standard input is the control pipe: `T` sends SIGTERM to the program, `I` sends SIGINT, and `K` kills it with
all that it started. When the pipe closes, the gate has died, and the folder SCRATCH is removed too.
The exit code is the program's, or 128 + the signal that ended it.
Without a program it guards the folder alone, until `K`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CANNOT_START = 127
STOPPING = {b"T": signal.SIGTERM, b"I": signal.SIGINT}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Run one program, and return its exit code when it and everything it started have ended."""
    scratch, *command = arguments
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    if not command:
        return _watch_folder(scratch)
    # Orphans of the program become children of the supervisor, so that a double fork does not escape.
    _process_control(PR_SET_CHILD_SUBREAPER, 1)
    wake = _wake_on_child()
    try:
        # Kept until the end: a Popen that is garbage-collected would reap the program itself.
        started = subprocess.Popen(  # noqa: S603 - to run the user's own command is what this is for
            command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_before_program
        )
    except OSError as error:
        _write(f"cannot start {command[0]}: {error.strerror}\n")
        return CANNOT_START
    status, connected = _watch_program(started.pid, wake)
    while _kill_descendants():
        _reap(wait=True)
    if not connected:
        shutil.rmtree(scratch, ignore_errors=True)
    return 128 - status if status < 0 else status


def _wake_on_child() -> int:
    """Return a descriptor that becomes readable when a child has ended."""
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return wake_read


def _watch_program(program: int, wake: int) -> tuple[int, bool]:
    """Obey the control pipe until the program ends. Return its status, and whether the pipe is open still."""
    connected = True
    status = None
    with selectors.DefaultSelector() as watch:
        watch.register(0, selectors.EVENT_READ)
        watch.register(wake, selectors.EVENT_READ)
        while (status := _reap().get(program, status)) is None:
            for key, _ in watch.select():
                received = os.read(key.fd, 64)
                if key.fd != 0:
                    continue
                if not received:
                    connected = False
                    watch.unregister(0)
                for word, number in STOPPING.items():
                    if word in received:
                        os.kill(program, number)
                if b"K" in received or not connected:
                    _kill_descendants()
    return status, connected


def _watch_folder(scratch: str) -> int:
    """Remove the folder when the control pipe closes; leave it alone after `K`."""
    _write(f"pid {os.getpid()}\n")
    while received := os.read(0, 64):
        if b"K" in received:
            return 0
    shutil.rmtree(scratch, ignore_errors=True)
    return 0


def _before_program() -> None:
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_DFL)
    _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The program's own process writes this, so that it precedes all of the program's output.
    _write(f"pid {os.getpid()}\n")


def _process_control(option: int, value: int) -> None:
    """Call prctl(2), on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _reap(*, wait: bool = False) -> dict[int, int]:
    """Reap children that have ended. Return process id → exit code, negative for a signal."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, 0 if wait else os.WNOHANG)
            if process == 0:
                break
            ended[process] = os.waitstatus_to_exitcode(status)
            wait = False
    return ended


def _kill_descendants() -> bool:
    """Kill all descendants of the supervisor. Return whether there were any."""
    descendants = _descendants()
    for process in descendants:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)
    return bool(descendants)


def _descendants() -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # The program's name is in parentheses and may contain anything, parentheses too.
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    parents[int(entry.name)] = int(parent)
    found = [os.getpid()]
    for ancestor in found:
        found += [process for process, parent in parents.items() if parent == ancestor]
    return found[1:]


def _write(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, text.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
