"""Bots whose memory is perfect, gone at every end of a life, or none at all: what must be scored is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.measurement.bots import KeepsInside, KeepsNothing, KeepsOutside
from benchmarks.measurement.playing import Script, library, play
from benchmarks.measurement.runtime import NewBot, StoreServer
from benchmarks.measurement.seeds import Tally
from benchmarks.measurement.truth import Probe, probes_of, results_of
from gate.core.report import Outcome, Verdict
from gate.core.transcript import CONTROL

HARMLESS = frozenset({"none"})
"""Disruptions after which a bot is in the same life as before."""


async def perfect(
    server: StoreServer, seed: int, *, disruptions: Sequence[str], new_bot: NewBot = KeepsOutside
) -> Tally:
    """The whole library on a bot that forgets nothing: everything is right."""
    script = Script(scenarios=library(), disruptions=disruptions, seed=seed)
    report = (await play(script, new_bot, server)).report
    tally = Tally()
    results = results_of(report)
    for probe in probes_of(script.plan):
        result = results.get(probe.place)
        right = result is not None and result.outcome is Outcome.REMEMBERED
        tally.expect(right, f"seed {seed}: {probe}: {result.reason if result else 'it was not asked'}")
    tally.require(report.verdict is Verdict.PASSED, f"seed {seed}: {report.verdict}: {report.reasons}")
    for one in report.disruptions:
        shares = (one.before.share, one.after.share)
        tally.require(shares == (1.0, 1.0), f"seed {seed}: {one.name}: {shares}, not 100 % and 100 %")
    tally.require((report.leaks, report.fabrications) == (0, 0), f"seed {seed}: leaks or fabrications")
    return tally


async def amnesiac(server: StoreServer, seed: int, *, disruptions: Sequence[str]) -> Tally:
    """The whole library on a bot that keeps nothing: nothing is recalled, whatever else it passes."""
    return await _forgetful(server, seed, disruptions, KeepsNothing, lambda _probe: False)


async def goldfish(server: StoreServer, seed: int, *, disruptions: Sequence[str]) -> Tally:
    """The same on a bot that forgets at the end of a life: only what was told after it is recalled."""
    return await _forgetful(server, seed, disruptions, KeepsInside, _is_in_the_same_life)


def _is_in_the_same_life(probe: Probe) -> bool:
    if probe.conversation.arm == CONTROL or HARMLESS.issuperset(probe.conversation.disruptions):
        return True
    return all(probe.told_in(fact) == probe.segment for fact in probe.wanted)


async def _forgetful(
    server: StoreServer,
    seed: int,
    disruptions: Sequence[str],
    new_bot: NewBot,
    recalls: Callable[[Probe], bool],
) -> Tally:
    # One after the other, with the seeds: what is forgotten is forgotten after each of them.
    script = Script(scenarios=library(), disruptions=(disruptions[seed % len(disruptions)],), seed=seed)
    report = (await play(script, new_bot, server)).report
    tally = Tally()
    results = results_of(report)
    known = 0
    for probe in probes_of(script.plan):
        result = results.get(probe.place)
        outcome = result.outcome if result else None
        if not probe.recall:
            tally.count("apart")
            tally.require(outcome is Outcome.REMEMBERED, f"seed {seed}: {probe}: {outcome}, but it is kept")
            continue
        known += (must := recalls(probe))
        expected = Outcome.REMEMBERED if must else Outcome.LOST
        tally.count("recalled" if must else "lost")
        tally.expect(outcome is expected, f"seed {seed}: {probe}: {outcome}, not {expected}")
    scored = [part for one in report.disruptions for part in (one.before, one.after)]
    remembered = sum(one.remembered for one in scored)
    tally.require(remembered == known, f"seed {seed}: {remembered} are scored as remembered, not {known}")
    # Left alone, a bot that forgets at the end of its life forgets nothing.
    verdict = Verdict.FAILED if tally.sizes.get("lost") else Verdict.PASSED
    tally.require(report.verdict is verdict, f"seed {seed}: {report.verdict}: {report.reasons}")
    return tally
