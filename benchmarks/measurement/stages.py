"""Bots that lose known facts at one known stage: the report must name that stage, and lose no other."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import partial

from benchmarks.measurement.bots import LosesAt
from benchmarks.measurement.playing import Script, library, play
from benchmarks.measurement.runtime import StoreServer
from benchmarks.measurement.seeds import Tally
from benchmarks.measurement.truth import probes_of, results_of
from gate.core.report import STAGES, Outcome
from gate.runner.plan import Plan

LOST_SHARE = 4
"""One value in so many is drawn to be lost."""


async def every_stage(
    server: StoreServer, seed: int, *, disruptions: Sequence[str], stages: Sequence[str] = STAGES
) -> Tally:
    """One run for each stage, with all the disruptions in it.

    `sizes` has the number of lost facts by stage and by disruption, and of those that were kept.
    """
    tally = Tally()
    for stage in stages:
        script = Script(scenarios=library(), disruptions=disruptions, seed=seed)
        tally.add(await _one_stage(server, script, stage))
    return tally


async def _one_stage(server: StoreServer, script: Script, stage: str) -> Tally:
    plan = script.plan
    lost = _lost_values(plan, script.seed)
    losses = {
        session: tuple(value for value in one.facts.values() if value.casefold() in lost)
        for one in plan.conversations
        for session in one.sessions.values()
    }
    report = (await play(script, partial(LosesAt, stage=stage, losses=losses), server)).report
    results = results_of(report)
    tally = Tally()
    for probe in probes_of(plan):
        result = results[probe.place]
        name = f"seed {script.seed}, lost at {stage}: {probe}"
        facts = probe.conversation.facts
        if probe.recall and any(value.casefold() in lost for value in probe.wanted.values()):
            tally.count(stage)
            tally.count(f"{stage}, {'+'.join(probe.conversation.disruptions)}")
            tally.expect(result.lost_at == stage, f"{name}: reported at {result.lost_at}")
        elif stage == "told" and any(facts[fact].casefold() in lost for fact in probe.turn.asks):
            # Where it was never told what must not be said, the question shows nothing.
            tally.require(result.outcome is not Outcome.LOST, f"{name}: {result.outcome}")
        else:
            tally.count("kept")
            tally.require(result.outcome is Outcome.REMEMBERED, f"{name}: {result.outcome}, but it was kept")
    return tally


def _lost_values(plan: Plan, seed: int) -> frozenset[str]:
    """One value in four, by the seed, and all that is told in one turn with it, in folded case.

    A value is lost by all who were told it or by nobody, and a turn is lost whole or kept whole.
    """
    told = [
        {conversation.facts[fact].casefold() for fact in turn.tells}
        for conversation in plan.conversations
        for turn in conversation.turns
        if turn.tells
    ]
    # What the bot states is told by its reply: to lose it there is to lose it when it is told.
    stated = {
        conversation.facts[fact].casefold()
        for conversation in plan.conversations
        for turn in conversation.turns
        if turn.states
        for fact in (*turn.tells, *turn.states)
    }
    told = [values for values in told if values.isdisjoint(stated)]
    lost = {
        value
        for values in told
        for value in values
        if not zlib.crc32(f"{seed}/{value}".encode()) % LOST_SHARE
    }
    while more := {value for values in told if values & lost for value in values} - lost:
        lost |= more
    return frozenset(lost)
