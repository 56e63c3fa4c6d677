"""`make bench`: measures every row and writes docs/benchmarks.md. Exit code 1 when one misses its bound."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.speed.row import Measured, NotHere, Row
from benchmarks.speed.rows import ROWS
from gate.reporters.atomic_write import write_atomically

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
FRAME = Path(__file__).with_name("frame.md")
TABLE = "{table}"
MACHINE = "{machine}"
HEAD = ("| what | bound | measured | | from | command |", "|---|--:|--:|---|---|---|")
_ROW_ON_PAGE = re.compile(r'^\|.*--only ([a-z-]+)"` \|$', re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Measures the rows that are named, or all, and puts them in their place on the page."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=[row.name for row in ROWS], action="append", help="one row")
    chosen = parser.parse_args(arguments).only
    # What a row has started goes when it is ended early.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    lines = dict(on_page())
    missed = False
    for row in ROWS:
        if chosen and row.name not in chosen:
            continue
        say(f"{row.name}: {row.title}")
        try:
            measured = row.measure()
        except NotHere as error:
            say(f"  not measured: there is not here {error}")
            lines[row.name] = line(row, None)
            continue
        missed |= not row.meets(measured)
        details = ", ".join(f"{name} {value}" for name, value in measured.from_.items())
        met = "met" if row.meets(measured) else "MISSED"
        say(f"  {row.shown(measured.figure)}, bound {row.shown_bound}: {met} ({details})")
        lines[row.name] = line(row, measured)
    table = [*HEAD, *(lines.get(row.name) or line(row, None) for row in ROWS)]
    text = FRAME.read_text(encoding="utf-8").replace(TABLE, "\n".join(table)).replace(MACHINE, machine())
    write_atomically(PAGE, text.encode())
    say(f"wrote {PAGE.relative_to(PAGE.parents[1])}")
    return int(missed)


def on_page() -> Mapping[str, str]:
    """The rows that were measured before, by name."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return {found[1]: found[0] for found in _ROW_ON_PAGE.finditer(text)}


def line(row: Row, measured: Measured | None) -> str:
    """A row of the table."""
    command = f'`make bench ARGS="--only {row.name}"`'
    if measured is None:
        return f"| {row.title} | {row.shown_bound} | not measured | | | {command} |"
    met = "met" if row.meets(measured) else "**missed**"
    details = "; ".join(f"{name}: {value}" for name, value in measured.from_.items())
    return (
        f"| {row.title} | {row.shown_bound} | {row.shown(measured.figure)} | {met} | {details} | {command} |"
    )


def machine() -> str:
    """What figures in seconds depend on."""
    return f"{os.cpu_count()} processors, Python {sys.version.split()[0]}"


def say(text: str) -> None:
    """To whoever waits."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
