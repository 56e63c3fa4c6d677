"""Splits a run's scenarios over several runs, which together play what one run would play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gate.core.scenario import Scenario
from gate.core.specification import RunSpecification, Shard
from gate.errors import InputError
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from gate.runner.window import within_window


def plan_part(
    scenarios: Sequence[Scenario], run: RunSpecification, *, window: int | None, seed: int
) -> tuple[Plan, int]:
    """Plan the scenarios of `run.shard`. Return the plan and how many questions it leaves out.

    The whole run is planned first, so that each part has the same facts, texts and session ids as the
    whole. Raises InputError when the part is empty.
    """
    windowed = within_window(scenarios, window)
    plan = plan_run(windowed.scenarios, run.disruptions, run.trials, seed)
    if run.shard is None:
        return plan, windowed.left_out
    own = within_window(scenarios_of(scenarios, run.shard), window)
    part = _played_by(own.scenarios, plan)
    if not part.waves:
        raise InputError(
            f"shard {run.shard} has nothing to play",
            why=f"each scenario goes to one shard, and the number of scenarios is {len(windowed.scenarios)}",
            remedy="split the run into fewer shards",
        )
    return part, own.left_out


def scenarios_of(scenarios: Sequence[Scenario], shard: Shard) -> tuple[Scenario, ...]:
    """Return the shard's scenarios, dealt in turn: the sizes of two shards differ by at most one."""
    distinct: list[Scenario] = []
    for scenario in scenarios:
        if scenario not in distinct:
            distinct.append(scenario)
    return tuple(distinct[shard.number - 1 :: shard.count])


def _played_by(scenarios: Sequence[Scenario], plan: Plan) -> Plan:
    """Keep the conversations of these scenarios, and the waves that still have any.

    Such a wave keeps all its background sessions. Without them there would be no turn in which to kill the
    bot, and nothing to measure its unavailability by.
    """
    waves = (
        replace(wave, conversations=tuple(talk for talk in wave.conversations if talk.scenario in scenarios))
        for wave in plan.waves
    )
    return replace(plan, waves=tuple(wave for wave in waves if wave.conversations))
