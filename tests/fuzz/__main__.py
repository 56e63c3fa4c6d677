"""`make fuzz ARGS="--files 20000 --seed 7"`: mangled files, and one table of what came of them.

Exit code 1 when a file was met with anything but its content or a clean refusal, or took too long.
Times are of the processor, so that a busy machine finds nothing.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.targets import TARGETS, Target

SLOW = 1.0
"""Seconds that no file may take."""
GIVE_UP = 20.0
SHOWN = 20
KEPT = Path(".cache") / "fuzz"
"""Where the files are kept that were met with a fault."""
ATHERIS = Path(".cache") / "atheris"


@dataclass(kw_only=True)
class Row:
    """What came of the files of one kind."""

    files: int = 0
    taken: int = 0
    refused: int = 0
    slowest: float = 0.0
    slowest_number: int = 0
    faults: list[str] = field(default_factory=list)


class TooSlow(BaseException):
    """A file took so long that the others would wait for it."""


def main() -> int:
    """The exit code."""
    arguments = _arguments()
    targets = [TARGETS[name] for name in arguments.mode or TARGETS]
    signal.signal(signal.SIGVTALRM, _give_up)
    rows = {one.name: Row() for one in targets}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.first, arguments.first + arguments.files):
            target = targets[number % len(targets)]
            _try(target, arguments.seed, number, Path(folder), rows[target.name])
    _print(rows)
    if arguments.guided:
        _guide(targets, arguments.guided, rows)
    for fault in [fault for row in rows.values() for fault in row.faults][:SHOWN]:
        print(fault)
    return 1 if any(row.faults for row in rows.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="how many in all")
    parser.add_argument("--seed", type=int, default=7, help="mangles the same files again")
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument(
        "--guided",
        type=int,
        default=10,
        metavar="SECONDS",
        help="guided by coverage besides, for each kind; 0 for none",
    )
    parser.add_argument("--mode", choices=list(TARGETS), action="append", help="one kind; may be repeated")
    return parser.parse_args()


def _try(target: Target, seed: int, number: int, folder: Path, row: Row) -> None:
    content = target.file(seed, number)
    file = folder / f"mangled{target.suffix}"
    file.write_bytes(content)
    row.files += 1
    fault = ""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP)
    try:
        if target.check(file):
            row.taken += 1
        else:
            row.refused += 1
    except TooSlow:
        fault = f"was given up after {GIVE_UP:g} s"
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    seconds = time.process_time() - start
    if seconds > row.slowest:
        row.slowest, row.slowest_number = seconds, number
    if not fault and seconds > SLOW:
        fault = f"took {seconds:.1f} s"
    if fault:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{target.name}-{seed}-{number}{target.suffix}"
        kept.write_bytes(content)
        row.faults.append(f"{kept}: {fault[:300]!r}")


def _guide(targets: list[Target], seconds: int, rows: dict[str, Row]) -> None:
    """Lets the fuzzer that goes by coverage look for what these ways of mangling do not come upon."""
    if not ATHERIS.is_dir():
        print("guided by coverage: not run, because atheris cannot be had for this Python or machine")
        return
    path = os.pathsep.join([str(ATHERIS.resolve()), str(Path(__file__).parents[2])])
    for target in targets:
        folder = KEPT / f"guided-{target.name}"
        command = (sys.executable, "-m", "tests.fuzz.guided", target.name, str(folder))
        came = subprocess.run(
            [*command, str(seconds)],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        said = [line for line in came.stdout.splitlines() if not line.startswith("INFO")]
        tried = next((line.split()[-1] for line in said if "number_of_executed_units" in line), "?")
        print(f"{target.name:12}{tried:>8} files in {seconds} s, guided by coverage")
        if came.returncode != 0:
            rows[target.name].faults.append(f"{folder}: " + " / ".join(said[-12:]))


def _give_up(signal_number: int, frame: object) -> None:
    raise TooSlow


def _print(rows: dict[str, Row]) -> None:
    print(f"{'':12}{'files':>8}{'loaded':>8}{'refused':>9}{'slowest ms':>12}{'file':>8}{'faults':>8}")
    for name, row in rows.items():
        print(
            f"{name:12}{row.files:8}{row.taken:8}{row.refused:9}"
            f"{row.slowest * 1000:12.0f}{row.slowest_number:8}{len(row.faults):8}"
        )


if __name__ == "__main__":
    sys.exit(main())
