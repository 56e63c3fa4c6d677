"""Runs the gate on every hostile bot and writes docs/hostile.md: `make hostile`.

Ends with 1 when a verdict is not the right one, a line was forged, the gate took too long or too much
memory, or anything stayed behind.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import engine_answers
from tests.hostile.examining import MAX_MEMORY, MAX_SECONDS, Bots, Outcome, assembled, examine
from tests.hostile.rows import ROWS, Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hostile.md"


def page(outcomes: Sequence[Outcome], seconds: float) -> str:
    """The whole of docs/hostile.md."""
    met = sum(not one.faults for one in outcomes)
    lines = [
        "# Hostile bots",
        "",
        "Written by `make hostile`; not edited by hand. Each row is one run of the gate, as in a workflow,",
        "on a bot that does what the row says: one scenario, one restart. It has to end with the right",
        f"verdict within {MAX_SECONDS:.0f} seconds, and the gate may never take more than {MAX_MEMORY} MiB.",
        "No line of the log may be a workflow command that is not the gate's own, no output and no summary",
        "forged; no process, folder, container, network or volume may stay behind. A bot that breaks out of",
        "its container ends with an exit code of its own, and so with another verdict. *Process* runs the",
        "bot as a local process, where nothing contains it.",
        "",
        f"{len(outcomes)} hostile bots, {met} met as they should be, in {seconds:.0f} s.",
        "",
        "| bot | what it tries | runtime | expected | seen | seconds | gate, MiB | left behind |",
        "|---|---|---|---|---|--:|--:|---|",
    ]
    for one in outcomes:
        runtime = "docker" if one.row.contained else "process"
        seen = one.verdict if not one.faults else f"**{one.verdict}**"
        lines.append(
            f"| {one.row.name} | {one.row.tries} | {runtime} | {one.row.verdict} | {seen}"
            f" | {one.seconds:.1f} | {one.memory} | {one.left} |"
        )
    return "\n".join(lines) + "\n"


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
    parser.add_argument("--only", nargs="*", default=(), help="names of bots; nothing is written then")
    parser.add_argument("--jobs", type=int, default=2, help="runs of the gate at a time")
    parser.add_argument("--show", action="store_true", help="show what the gate printed")
    options = parser.parse_args()
    engine = engine_answers()
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    if not engine:
        print("no Docker engine answers: what needs one is not run, and nothing is written", flush=True)
        rows = [row for row in rows if not row.contained]
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        assembled(Path(folder), engine=engine) as bots,
        concurrent.futures.ThreadPoolExecutor(options.jobs) as pool,
    ):
        outcomes = list(pool.map(lambda row: _run(row, bots), rows))
    if options.show:
        for one in outcomes:
            print(f"--- {one.row.name}\n{one.output}")
    if engine and not options.only:
        PAGE.write_text(page(outcomes, time.monotonic() - began), encoding="utf-8")
    wrong = [one.row.name for one in outcomes if one.faults]
    print(f"{len(outcomes)} hostile bots, {len(wrong)} not met as they should be {' '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
