"""Ends the gate at every boundary of a run, by every signal, in every place: `make kill-matrix`.

Writes docs/kill-matrix.md. Ends with 1 when anything was left behind or was not written.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.conftest import engine_answers
from tests.kill_matrix import points
from tests.kill_matrix.cancelling import SCENE, cancel_at, stricken_action
from tests.kill_matrix.neighbourhood import neighbourhood, zoo_image
from tests.kill_matrix.scenes import SCENES
from tests.kill_matrix.striking import Outcome, Point, boundaries, strike_at
from tests.kill_matrix.table import ACTION, ENGINE, PROCESS, Neighbours, page, problems
from tests.unit.llm_judge.judge_server import JudgeServer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kill-matrix.md"
WORKERS = 2
TRIES = 3
"""At a boundary that a run does not come by every time: how often what is concurrent meets is not fixed."""


def main() -> int:
    """Strikes all points. The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill_matrix", description=__doc__)
    parser.add_argument(
        "--every", type=int, default=1, help="strike every N-th point only, and write no page"
    )
    every = parser.parse_args().every
    began = time.monotonic()
    outcomes: dict[str, list[Outcome]] = {}
    neighbours: Neighbours | None = None
    server = JudgeServer()
    try:
        found = {scene: boundaries(scene, judge_url=server.url) for scene in SCENES}
        outcomes[PROCESS] = struck(
            PROCESS,
            points.on_processes(found)[::every],
            lambda point: strike_at(point, judge_url=server.url),
        )
        if engine_answers():
            with zoo_image() as image:
                with neighbourhood(image) as street:
                    outcomes[ENGINE] = struck(
                        ENGINE,
                        points.on_the_engine(SCENE, found[SCENE])[::every],
                        lambda point: strike_at(point, image=image),
                    )
                    neighbours = street.look()
                with stricken_action() as action:
                    outcomes[ACTION] = struck(
                        ACTION,
                        points.of_the_action(SCENE, found[SCENE])[::every],
                        lambda point: cancel_at(action, point, image),
                    )
        else:
            print("no Docker engine answers: local processes alone are struck, and no page is written")
    finally:
        server.close()
    seconds = time.monotonic() - began
    faults = problems(one for several in outcomes.values() for one in several)
    count = sum(map(len, outcomes.values()))
    print("\n".join([*faults, f"{count} points, {len(faults)} at which something is wrong, {seconds:.0f} s"]))
    undisturbed = neighbours is None or (neighbours.kept and neighbours.passed == neighbours.runs)
    if not undisturbed:
        print(f"another run was disturbed: {neighbours}")
    if every == 1 and neighbours is not None:
        PAGE.write_text(page(outcomes, neighbours), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(PAGE.parents[1])}")
    return 1 if faults or not undisturbed else 0


def struck(place: str, wanted: Sequence[Point], strike: Callable[[Point], Outcome]) -> list[Outcome]:
    """What came of all points, two at a time."""

    def persistently(point: Point) -> Outcome:
        outcome = strike(point)
        for _ in range(1, TRIES):
            if outcome.struck:
                break
            outcome = strike(point)
        return outcome

    outcomes: list[Outcome] = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        for number, outcome in enumerate(workers.map(persistently, wanted), start=1):
            state = (
                "" if outcome.clean and outcome.struck else "  WRONG" if outcome.struck else "  not reached"
            )
            point = outcome.point
            print(
                f"{place} {number}/{len(wanted)}: {point.name} at {point.kind} {point.ordinal}{state}",
                flush=True,
            )
            outcomes.append(outcome)
    # A boundary that a run did not come by was not struck: it counts for nothing.
    return [one for one in outcomes if one.struck]


if __name__ == "__main__":
    sys.exit(main())
