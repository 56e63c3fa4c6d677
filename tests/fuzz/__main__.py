"""`make fuzz ARGS="--files 20000 --seed 7"`: mangled files, and one table of what came of them.

Exit code 1 when a file was met with anything but its content or a clean refusal, or took too long.
Times are of the processor, so that a busy machine finds nothing.
"""

from __future__ import annotations

import argparse
import signal
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
    for fault in [fault for row in rows.values() for fault in row.faults][:SHOWN]:
        print(fault)
    return 1 if any(row.faults for row in rows.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="how many in all")
    parser.add_argument("--seed", type=int, default=7, help="mangles the same files again")
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
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
