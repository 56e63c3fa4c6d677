"""Runs the gate on every hostile bot and writes docs/hostile.md: `make hostile`.

Ends with 1 when a verdict is not the right one, a line was forged, the gate took too long or too much
memory, or anything stayed behind.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import engine_answers
from tests.hostile.examining import MAX_MEMORY, MAX_SECONDS, Bots, Outcome, assembled, examine
from tests.hostile.rows import ROWS, Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hostile.md"
HEAD = (
    "# Hostile bots",
    "",
    "Written by `make hostile`; not edited by hand. Each row is one run of the gate, as in a workflow,",
    "on a bot that does what the row says: one scenario, one restart. It has to end with the right",
    f"verdict within {MAX_SECONDS:.0f} seconds, and the gate may never take more than {MAX_MEMORY} MiB.",
    "No line of the log may be a workflow command that is not the gate's own, no output and no summary",
    "forged; no process, folder, container, network or volume may stay behind. A bot that breaks out of",
    "its container ends with an exit code of its own, and so with another verdict. *Process* runs the",
    "bot as a local process, where nothing contains it. Seconds are those of the machine as busy as it was.",
    "",
)
TABLE = (
    "| bot | what it tries | runtime | expected | seen | seconds | gate, MiB | left behind |",
    "|---|---|---|---|---|--:|--:|---|",
)


def page(outcomes: Sequence[Outcome], before: str = "") -> str:
    """The whole of docs/hostile.md; rows that were not run again are taken from the page of `before`."""
    lines = {line.split(" | ")[1]: line for line in before.splitlines() if line.startswith("| ")}
    lines.update((one.row.tries, _line(one)) for one in outcomes)
    rows = [lines[row.tries] for row in ROWS if row.tries in lines]
    met = sum("**" not in row for row in rows)
    return "\n".join(
        [*HEAD, f"{len(rows)} hostile bots, {met} met as they should be.", "", *TABLE, *rows, ""]
    )


def _line(one: Outcome) -> str:
    runtime = "docker" if one.row.contained else "process"
    seen = f"**{one.verdict}**" if one.faults else one.verdict
    cells = (one.row.name, one.row.tries, runtime, one.row.verdict, seen, f"{one.seconds:.1f}")
    return f"| {' | '.join(cells)} | {one.memory} | {one.left} |"


def _run(row: Row, bots: Bots) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        outcome = examine(row, bots, Path(folder))
    said = "; ".join(outcome.faults) or "as it should"
    print(
        f"{row.name:24} {outcome.verdict:12} {outcome.seconds:6.1f} s {outcome.memory:4} MiB  {said[:300]}",
        flush=True,
    )
    return outcome


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), help="names of bots; other rows stay as they are")
    parser.add_argument("--jobs", type=int, default=2, help="runs of the gate at a time")
    parser.add_argument("--show", action="store_true", help="show what the gate printed")
    options = parser.parse_args()
    engine = engine_answers()
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    if not engine:
        print("no Docker engine answers: what needs one is not run, and nothing is written", flush=True)
        rows = [row for row in rows if not row.contained]
    with (
        tempfile.TemporaryDirectory() as folder,
        assembled(Path(folder), engine=engine) as bots,
        concurrent.futures.ThreadPoolExecutor(options.jobs) as pool,
    ):
        outcomes = list(pool.map(lambda row: _run(row, bots), rows))
    if options.show:
        for one in outcomes:
            print(f"--- {one.row.name}\n{one.output}")
    if engine:
        before = PAGE.read_text(encoding="utf-8") if options.only and PAGE.exists() else ""
        PAGE.write_text(page(outcomes, before), encoding="utf-8")
    wrong = [one.row.name for one in outcomes if one.faults]
    print(f"{len(outcomes)} hostile bots, {len(wrong)} not met as they should be {' '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
