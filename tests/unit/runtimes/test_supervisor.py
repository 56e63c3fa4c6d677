"""The supervisor reports its program's exit, and ends all of its processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.runtimes.process.program import SUPERVISOR

PATIENCE = 60


def start(scratch: Path, command: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
    """Start a supervisor whose control pipe the test holds."""
    return subprocess.Popen(
        (sys.executable, "-I", "-S", str(SUPERVISOR), str(scratch), *command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,  # type: ignore[call-overload]
    )


def program(code: str) -> tuple[str, ...]:
    """A program in Python."""
    return (sys.executable, "-c", code)


def end_after_pid(supervisor: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Waits for the end without closing the control pipe. The exit code and what was said last."""
    assert supervisor.stdout is not None
    assert supervisor.stdin is not None
    with supervisor.stdout, supervisor.stdin:
        return supervisor.wait(PATIENCE), supervisor.stdout.read()


def end(supervisor: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Like `end_after_pid`, for a supervisor whose first line has not been read."""
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline().startswith(b"pid ")
    return end_after_pid(supervisor)


def lives(process: int) -> bool:
    """Whether it can still do anything; what has ended stays in the list until somebody takes note."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_the_programs_process_comes_first_then_its_output(tmp_path: Path) -> None:
    """Of both its streams, however early it speaks."""
    supervisor = start(tmp_path, program("import os, sys; print(os.getpid()); sys.stderr.write('error')"))
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline().removeprefix(b"pid "))
    code, said = end_after_pid(supervisor)
    assert code == 0
    assert said in (b"%d\nerror" % pid, b"error%d\n" % pid)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137), ("os", 1)],
)
def test_the_exit_code_is_the_programs(tmp_path: Path, code: str, expected: int) -> None:
    """128 + the signal when one ended it."""
    assert end(start(tmp_path, program(code)))[0] == expected


def test_a_program_that_ends_at_once_is_seen_to_have_ended(tmp_path: Path) -> None:
    """However quick it is, however busy the machine."""
    supervisors = [start(tmp_path, ("true",)) for _ in range(40)]
    assert [end(supervisor) for supervisor in supervisors] == [(0, b"")] * 40


def test_a_program_that_cannot_be_started_is_said_to_be_so(tmp_path: Path) -> None:
    """With the exit code of a shell."""
    code, said = end(start(tmp_path, ("no-such-program",)))
    assert code == 127
    assert said == b"cannot start no-such-program: No such file or directory\n"


WITH_FAMILY = """
import os, signal, sys, time
# Before anybody can send it; it waits until it is asked for.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
signal.sigwait({signal.SIGTERM})
sys.exit(5)
"""


@pytest.mark.parametrize(("command", "expected"), [(b"T", 5), (b"K", 137), (b"TK", 137)])
def test_all_that_the_program_started_ends_with_it(tmp_path: Path, command: bytes, expected: int) -> None:
    """What is left after it is killed, however it ended; the scratch folder stays."""
    (tmp_path / "scratch").mkdir()
    supervisor = start(tmp_path / "scratch", program(WITH_FAMILY))
    assert supervisor.stdout is not None
    assert supervisor.stdin is not None
    supervisor.stdout.readline()
    orphan = int(supervisor.stdout.readline())
    supervisor.stdin.write(command)
    supervisor.stdin.flush()
    code, _ = end_after_pid(supervisor)
    assert code in {expected, 5} if command == b"TK" else code == expected
    assert not lives(orphan)
    assert (tmp_path / "scratch").is_dir()


def test_when_the_gate_dies_everything_goes(tmp_path: Path) -> None:
    """Program, orphans and scratch folder."""
    scratch = tmp_path / "scratch"
    (scratch / "deep" / "down").mkdir(parents=True)
    supervisor = start(scratch, program(WITH_FAMILY))
    assert supervisor.stdout is not None
    assert supervisor.stdin is not None
    pid = int(supervisor.stdout.readline().removeprefix(b"pid "))
    orphan = int(supervisor.stdout.readline())
    supervisor.stdin.close()
    assert supervisor.wait(PATIENCE) == 137
    assert not lives(pid)
    assert not lives(orphan)
    assert not scratch.exists()
    supervisor.stdout.close()


def test_a_signal_to_the_supervisor_is_no_signal_to_the_program(tmp_path: Path) -> None:
    """A Ctrl-C at the terminal is the gate's to deal with."""
    supervisor = start(
        tmp_path,
        program("import sys; print('up', flush=True); sys.stdin.read(); import time; time.sleep(600)"),
    )
    assert supervisor.stdout is not None
    assert supervisor.stdin is not None
    supervisor.stdout.readline()
    assert supervisor.stdout.readline() == b"up\n"
    for number in (2, 15, 1):
        os.kill(supervisor.pid, number)
    supervisor.stdin.write(b"K")
    supervisor.stdin.flush()
    assert end_after_pid(supervisor)[0] == 137


def test_signals_are_what_the_program_expects(tmp_path: Path) -> None:
    """Those that the supervisor ignores have their default again."""
    code = "import signal; print([int(signal.getsignal(one)) if not callable(signal.getsignal(one)) else 2"
    code += " for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)])"
    _, said = end(start(tmp_path, program(code)))
    assert said == b"[0, 0, 2]\n"
