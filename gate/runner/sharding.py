"""Splits a run's scenarios over several runs, which together play what one run would have played."""

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
    """The plan of the part of the scenarios that `run.shard` names, and how many questions it leaves out.

    The whole run is planned first, so that every part has the facts, the texts and the session ids that
    the whole would have. Raises InputError when the part is empty.
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
    """Its scenarios, dealt out like cards: the sizes of two shards differ by one at most."""
    distinct: list[Scenario] = []
    for scenario in scenarios:
        if scenario not in distinct:
            distinct.append(scenario)
    return tuple(distinct[shard.number - 1 :: shard.count])


def _played_by(scenarios: Sequence[Scenario], plan: Plan) -> Plan:
    """What of the plan is played with these scenarios.

    A deployment that is left keeps all who talk on while it is disrupted: without them there would be
    no turn in which to kill the bot, and nobody to notice that it is away.
    """
    waves = (
        replace(wave, conversations=tuple(one for one in wave.conversations if one.scenario in scenarios))
        for wave in plan.waves
    )
    return replace(plan, waves=tuple(wave for wave in waves if wave.conversations))
