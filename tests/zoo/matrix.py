"""Measures which defects the gate catches, and whether it blames a healthy bot: `make zoo`.

Every defect and every healthy twin is run under every disruption that local processes can undergo, and what
needs an engine on one; then bots on real frameworks, and the two bots of the story under everything. Writes
docs/detection.md. Ends with 1 when a defect is missed or a healthy bot is blamed, with 130 on Ctrl-C.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TypeVar

from gate.disruptions import DISRUPTIONS
from gate.runtimes import unsupported_on
from tests.conftest import engine_answers
from tests.zoo.article import Comparison, article_images, compare
from tests.zoo.costs import Costs
from tests.zoo.detection import Caught, Matrix, Twin, introduction, row_of_table, sections
from tests.zoo.frameworks.measuring import (
    Frameworks,
    WithoutModules,
    examine_framework,
    examine_framework_twin,
    examine_without_modules,
)
from tests.zoo.frameworks.rows import FRAMEWORK_ROWS, framework_images
from tests.zoo.images import Images, built
from tests.zoo.measuring import Findings
from tests.zoo.page import rewrite, rewrite_rows
from tests.zoo.rows import PLAIN, ROWS, SHARED_SCENARIOS, Row, Subject, twins
from tests.zoo.runs import CREW, Dismissed, run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
LOCAL = tuple(name for name in DISRUPTIONS if name not in unsupported_on("process"))
VERSIONED = ("restart", "kill", "recreate", "blue-green", "rolling", "rollback")
"""What bots of two versions are run under: each takes containers."""
FRAMEWORKS, ARTICLE, COSTS = "frameworks", "article", "costs"
PARTS = (FRAMEWORKS, ARTICLE, COSTS)
INTERRUPTED = 130

Done = TypeVar("Done")


def examine_row(row: Row, seed: int, images: Images | None) -> Caught:
    """A defect under everything that it can undergo here."""
    found: dict[str, Findings] = {}
    if row.two_images:
        if images is None:
            return Caught(row=row, findings={}, not_run="it takes images of two versions, and so an engine")
        found.update(run(row.patient, row.scenarios, VERSIONED, seed, images).findings)
    else:
        found.update(run(row.patient, row.scenarios, LOCAL, seed).findings)
        if images is not None and row.on_engine:
            alone = Images(candidate=images.candidate)
            found.update(run(row.patient, row.scenarios, row.on_engine, seed, alone).findings)
    return Caught(row=row, findings=found)


def examine_twin(patient: Subject, seed: int, images: Images | None) -> Twin:
    """A healthy bot under everything."""
    scenarios = twins()[patient]
    if not any(row.twin == patient and row.two_images for row in ROWS):
        examined = run(patient, scenarios, LOCAL, seed)
    elif images is not None:
        examined = run(patient, scenarios, VERSIONED, seed, images)
    else:
        return Twin(patient=patient, seed=seed, findings={})
    return Twin(patient=patient, seed=seed, findings=examined.findings, output=examined.output)


def together(work: Sequence[Callable[[], Done]], jobs: int, say: Callable[[Done], str]) -> list[Done]:
    """Does some at a time in threads, tells of each when it is done, and gives them in the order of `work`.

    An interruption starts no more of them, ends those under way, and waits for their end.
    """
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        futures = [pool.submit(one) for one in work]
        for count, future in enumerate(concurrent.futures.as_completed(futures), start=1):
            print(f"[{count}/{len(work)}] {say(future.result())}", flush=True)
        return [future.result() for future in futures]
    except KeyboardInterrupt:
        CREW.dismiss()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def measure_matrix(only: Sequence[str], seeds: int, jobs: int, images: Images | None) -> Matrix:
    """The rows, or some of them by their numbers."""
    rows = [row for row in ROWS if not only or row.number in only]
    patients = [one for one in twins() if not only or any(row.twin == one for row in rows)]
    work: list[Callable[[], Caught | Twin]] = [
        *(lambda row=row: examine_row(row, 1, images) for row in rows),
        *(
            lambda patient=patient, seed=seed: examine_twin(patient, seed, images)
            for seed in range(1, seeds + 1)
            for patient in patients
        ),
    ]
    done = together(work, jobs, lambda one: one.line)
    return Matrix(
        caught=[one for one in done if isinstance(one, Caught)],
        twins=[one for one in done if isinstance(one, Twin)],
    )


def measure_frameworks(jobs: int) -> Frameworks:
    """The bots on real frameworks; takes an engine."""
    print("building the images of the frameworks; only the first time takes long", flush=True)
    images = framework_images()
    work: list[Callable[[], Caught | Twin | WithoutModules]] = [
        *(lambda row=row: examine_framework(row, images) for row in FRAMEWORK_ROWS),
        *(lambda row=row: examine_framework_twin(row, images) for row in FRAMEWORK_ROWS),
        *(
            lambda row=row: examine_without_modules(row, images)
            for row in FRAMEWORK_ROWS
            if row.needs_modules
        ),
    ]
    done = together(work, jobs, lambda one: one.line)
    return Frameworks(
        caught=[one for one in done if isinstance(one, Caught)],
        twins=[one for one in done if isinstance(one, Twin)],
        without_modules=[one for one in done if isinstance(one, WithoutModules)],
    )


def measure_article() -> Comparison:
    """The two bots of the story; takes an engine."""
    print("building the image of the story's bots; only the first time takes long", flush=True)

    def found(
        patient: Subject, scenarios: Sequence[str], kinds: Sequence[str], images: Images
    ) -> Mapping[str, Findings]:
        print(f"{patient.label} under {len(kinds)} disruptions", flush=True)
        return run(patient, scenarios, kinds, 1, images, jobs=None).findings

    return together([lambda: compare(found, article_images())], 1, lambda one: one.summary)[0]


def measure_costs(images: Images | None) -> Costs:
    """What each disruption costs the plain healthy bot with few scenarios, alone on the machine."""

    def measured() -> Costs:
        print("what each disruption costs, as processes", flush=True)
        process = run(PLAIN, SHARED_SCENARIOS, LOCAL, 1)
        if images is None:
            return Costs(process=process)
        print("what each disruption costs, in containers", flush=True)
        alone = Images(candidate=images.candidate)
        return Costs(process=process, docker=run(PLAIN, SHARED_SCENARIOS, tuple(DISRUPTIONS), 1, alone))

    return together([measured], 1, lambda one: one.summary)[0]


def measure(only: Sequence[str], seeds: int, jobs: int, images: Images | None) -> bool:
    """The parts that are wanted, each with its sections of the page. Whether all is as it has to be."""
    numbers = [one for one in only if one not in PARTS]
    right = True
    costs = Costs()
    if not only or COSTS in only:
        costs = measure_costs(images)
        rewrite(PAGE, "", {"What each disruption costs": costs.section})
        right &= not costs.alarms
    if not only or numbers:
        matrix = measure_matrix(numbers, seeds, jobs, images)
        if not only:
            rewrite(PAGE, introduction(matrix), sections(matrix, costs))
        else:
            rewrite_rows(PAGE, {one.row.number: row_of_table(one) for one in matrix.caught})
        print(matrix.summary, flush=True)
        right &= not matrix.failures
    if images is not None and (not only or FRAMEWORKS in only):
        frameworks = measure_frameworks(jobs)
        rewrite(PAGE, "", {"In real frameworks": frameworks.section})
        print(frameworks.summary, flush=True)
        right &= not frameworks.failures
    if images is not None and (not only or ARTICLE in only):
        article = measure_article()
        rewrite(PAGE, "", {"The two bots of the story": article.section})
        right &= not article.failures
    return right


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ends all gates by itself: the exception alone may be lost in a callback that it happens to meet."""
    CREW.dismiss()
    raise KeyboardInterrupt


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make zoo", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="*",
        default=(),
        choices=[*PARTS, *(row.number for row in ROWS)],
        metavar="PART",
        help=f"of {', '.join(PARTS)}, each of which rewrites its own section, and numbers of rows, each of"
        " which rewrites its own line",
    )
    parser.add_argument("--seeds", type=int, default=2, help="how often each twin is run under everything")
    parser.add_argument("--jobs", type=int, default=3, help="runs of the gate at a time")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, _interrupt)
    began = time.monotonic()
    try:
        if engine_answers():
            with built() as images:
                right = measure(options.only, options.seeds, options.jobs, images)
        else:
            print("no Docker engine answers: what needs one is not run", flush=True)
            right = measure(options.only, options.seeds, options.jobs, None)
    except (KeyboardInterrupt, Dismissed):
        print("interrupted", flush=True)
        return INTERRUPTED
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
