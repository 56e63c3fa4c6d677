"""The rows of the table: what must hold, how it is measured, and how many times."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.measurement import arithmetic
from benchmarks.measurement.playing import SOURCE_TREE, possible_disruptions
from benchmarks.measurement.recall import amnesiac, goldfish, perfect
from benchmarks.measurement.repetition import again
from benchmarks.measurement.replay import recorded_and_replayed
from benchmarks.measurement.seeds import Tally, side_by_side
from benchmarks.measurement.stages import every_stage
from benchmarks.measurement.table import Row, figure
from benchmarks.measurement.together import same_moment
from gate.core.report import STAGES

SEEDS = range(1, 51)
STAGE_SEEDS = range(1, 5)
PAIRS = range(1, 1001)
REPETITIONS = range(1, 21)
REPLAYS = range(1, 11)
MOST_TRIALS = 40
FILES = 20_000
FUZZ_SECONDS = 1200


def _row(tally: Tally, **texts: str) -> Row:
    return Row(**texts, holds=not tally.wrong and tally.compared > 0, wrong=tally.wrong)


def seeds() -> Row:
    """A perfect memory."""
    tally = side_by_side(partial(perfect, disruptions=possible_disruptions()), SEEDS)
    return _row(
        tally,
        claim="A bot with a perfect memory scores 100 % before and after.",
        done=f"The whole library under every disruption, {len(SEEDS)} seeds in a row;"
        " the bot keeps each session's history in Redis.",
        counted=f"{figure(tally.compared)} probes",
        result=f"{figure(len(tally.wrong))} wrong",
    )


def forgetful() -> Row:
    """No memory at all, and one that ends with each life."""
    disruptions = possible_disruptions()
    nothing = side_by_side(partial(amnesiac, disruptions=disruptions), SEEDS)
    life = side_by_side(partial(goldfish, disruptions=disruptions), SEEDS)
    total = Tally()
    total.add(nothing)
    total.add(life)
    total.require(nothing.sizes.get("recalled", 0) == 0, "the amnesiac recalls something")
    return _row(
        total,
        claim="A bot without memory scores 0, and gains nothing by the probes of isolation and abstention,"
        " all of which it passes. One that forgets at the disruption recalls what was told after it only.",
        done=f"The whole library, {len(SEEDS)} seeds, the disruptions in turn, on a bot that keeps nothing"
        " and on one that keeps its history in the process.",
        counted=f"{figure(total.compared)} recall probes, {figure(total.sizes['apart'])} counted apart",
        result=f"keeps nothing: {figure(nothing.sizes.get('recalled', 0))} of"
        f" {figure(nothing.compared)} recalled;"
        f" keeps it in the process: {figure(life.sizes['lost'])} to be lost and"
        f" {figure(life.sizes['recalled'])} to be recalled; {figure(len(total.wrong))} otherwise",
    )


def stages() -> Row:
    """Where facts are lost."""
    tally = side_by_side(partial(every_stage, disruptions=possible_disruptions()), STAGE_SEEDS)
    reported = {one: tally.sizes.get(one, 0) for one in STAGES}
    tally.require(all(reported.values()), "there is a stage at which nothing was lost")
    lost = sum(reported.values())
    right = lost - sum("reported at" in one for one in tally.wrong)
    by_stage = ", ".join(f"{name} {figure(number)}" for name, number in reported.items())
    return _row(
        tally,
        claim="A fact is reported as lost at the stage that lost it, and none that was kept is.",
        done="For each stage a bot that loses known facts exactly there, the whole library under every"
        f" disruption, {len(STAGE_SEEDS)} seeds.",
        counted=f"{figure(lost)} lost facts ({by_stage}), {figure(tally.sizes.get('kept', 0))} kept ones",
        result=f"{figure(right)} of {figure(lost)} at their stage;"
        f" {figure(len(tally.wrong) - (lost - right))} kept ones otherwise",
    )


def together() -> Row:
    """The same question at the same moment."""
    tally = side_by_side(same_moment, PAIRS)
    return _row(
        tally,
        claim="Two sessions that ask the same question in the same millisecond each get their own fact trace,"
        " and if one of them was forgotten, that one is reported.",
        done=f"{figure(len(PAIRS))} pairs that are let go together with nothing but that question, once with"
        " both remembered and once with one forgotten; every prompt names its session, which nothing but"
        " this measurement reads. And each transcript again as if the two had overlapped: nothing is made"
        " of them.",
        counted=f"{figure(tally.compared)} pairs",
        result=f"{figure(len(tally.wrong))} with a wrong fact trace or another's prompt",
    )


def judge() -> Row:
    """The same again."""
    tally = side_by_side(again, REPETITIONS)
    return _row(
        tally,
        claim="`memory-gate judge` gives the run's own report to the byte, and the same seed gives the same"
        " transcript and report but for times and the server's counters.",
        done="The whole library twice with each seed, on bots that keep everything, their process or nothing;"
        " `report.json` and `summary.md` are compared.",
        counted=f"{figure(tally.compared)} pairs of runs, {figure(tally.sizes['events'])} events,"
        f" {figure(tally.sizes['judged'])} transcripts judged",
        result=f"{figure(len(tally.wrong))} differences",
    )


def fuzz() -> Row:
    """Mangled files, if there is the driver."""
    texts = {
        "claim": "A mangled file gives a clean error or is read, and takes no more than a second.",
        "done": f'`make fuzz ARGS="--files {FILES} --seed 7"`',
    }
    if not (SOURCE_TREE / "tests" / "fuzz" / "__main__.py").is_file():
        return Row(**texts, counted="0 files", result="there is no driver", holds=None)
    ended = subprocess.run(  # noqa: S603 - this interpreter, fixed words
        [sys.executable, "-m", "tests.fuzz", "--files", str(FILES), "--seed", "7"],
        cwd=SOURCE_TREE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=FUZZ_SECONDS,
        check=False,
    )
    counts = [
        (int(row[1]), int(row[2]))
        for row in re.finditer(r"^\w+ +(\d+) .* (\d+)$", ended.stdout, re.MULTILINE)
    ]
    files, faults = sum(one for one, _ in counts), sum(one for _, one in counts)
    wrong = ended.stdout.splitlines()[len(counts) + 1 :] or ended.stderr.splitlines()[-1:]
    return Row(
        **texts,
        counted=f"{figure(files)} files",
        result=f"{figure(faults)} faults",
        holds=ended.returncode == 0 and files == FILES and faults == 0,
        wrong=wrong if ended.returncode else (),
    )


def replay() -> Row:
    """Recorded answers."""
    tally = side_by_side(recorded_and_replayed, REPLAYS)
    return _row(
        tally,
        claim="A recorded run is replayed with the same report but for times and the server's counters"
        " while the real model cannot be reached, and an answer that is missing makes the run"
        " inconclusive and is named.",
        done=f"{len(REPLAYS)} runs of the whole library against an emulated real model that never says"
        " a thing in the same words twice; then it is cut off.",
        counted=f"{figure(tally.compared)} probes, {figure(tally.sizes['requests'])} recorded requests,"
        f" {figure(tally.sizes['misses'])} misses",
        result=f"{figure(len(tally.wrong))} differences",
    )


def statistics() -> Row:
    """Intervals."""
    tally, tests = arithmetic.intervals(MOST_TRIALS), arithmetic.published()
    tally.add(tests)
    return _row(
        tally,
        claim="Wilson's interval and Clopper and Pearson's bound are right to nine decimal places.",
        done=f"Each number of successes in up to {MOST_TRIALS} trials against the defining equations in exact"
        f" fractions; published values by `{arithmetic.COMMAND}`.",
        counted=f"{figure(tally.compared)} values, {figure(tests.sizes['tests'])} tests",
        result=f"{figure(len(tally.wrong))} wrong",
    )


ROWS: Mapping[str, Callable[[], Row]] = {
    "seeds": seeds,
    "forgetful": forgetful,
    "stages": stages,
    "together": together,
    "judge": judge,
    "fuzz": fuzz,
    "replay": replay,
    "statistics": statistics,
}
