"""Transcripts of any size, as an honest bot with a store would leave them, without anything being run."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gate.cli.library import find_scenarios
from gate.core.scenario import Scenario
from gate.core.specification import Policy
from gate.core.transcript import (
    AFTER,
    BEFORE,
    CONTROL,
    Event,
    RunEnded,
    StoreSeen,
)
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN
from gate.runner.plan import Pause, Plan, PlannedConversation, Turn, Wave
from gate.runner.planner import plan_run
from gate.scorers.checks import forbids_only
from tests.transcripts import events as make

_Clock = Callable[[], float]

DISRUPTION = "restart"
FORGOTTEN_EVERY = 20
"""One treated conversation in so many is lost, so that something has to be explained."""


SHORT = (
    *("appointment", "corrected-twice", "favourite-animal", "first-things-first", "just-said", "moved-house"),
    *("names-alike", "order-follow-up", "scattered-facts", "several-facts", "two-customers"),
)
"""Of the library, what says enough in a few turns."""


def short_scenarios() -> tuple[Scenario, ...]:
    """Eleven built-in scenarios."""
    return tuple(one for one in find_scenarios((), Path.cwd()) if Path(one.file).stem in SHORT)


def transcript(scenarios: Sequence[Scenario], probes: int) -> tuple[list[Event], int]:
    """The events of a run with about so many probes, and how many there are."""
    once = plan_run(scenarios, [DISRUPTION], 1, 7)
    trials = max(1, round(probes / _count(once)))
    plan = plan_run(scenarios, [DISRUPTION], trials, 7)
    return list(_events(plan, trials)), _count(plan)


def _count(plan: Plan) -> int:
    return sum(turn.expectation is not None for one in plan.scripted for turn in one.turns)


def _events(plan: Plan, trials: int) -> Iterator[Event]:
    times = itertools.count(1)

    def now() -> float:
        return next(times) / 1000

    yield make.run_started(
        version="benchmark",
        seed=plan.seed,
        bot="benchmark",
        disruptions=[DISRUPTION],
        trials=trials,
        policy=dataclasses.asdict(Policy()),
    )
    for conversation in plan.scripted:
        yield conversation.planned(now())
    for wave in plan.waves:
        yield make.deployment_started(wave.name, at=now(), seconds=0.0005)
        said: dict[str, list[str]] = {}
        yield from (
            event for one in wave.conversations for event in _segment(one, 0, said, now, forgets=False)
        )
        for point, kind in enumerate(wave.kinds, start=1):
            yield _look(wave, BEFORE, now())
            yield make.disruption_started(wave.name, kind, at=now(), conversations=len(wave.conversations))
            yield make.disruption_ended(kind, wave.name, at=now(), seconds=0.001)
            yield _look(wave, AFTER, now())
            yield from (
                event
                for number, one in enumerate(wave.conversations)
                for event in _segment(one, point, said, now, forgets=number % FORGOTTEN_EVERY == 1)
            )
        yield make.deployment_closed(wave.name, at=now())
    yield RunEnded(at=now())


def _look(wave: Wave, moment: str, at: float) -> StoreSeen:
    values = {value for one in wave.conversations for value in one.facts.values()}
    return make.store_seen(wave.name, moment, values, at=at, keys=len(values), bytes=0)


def _segment(
    conversation: PlannedConversation, point: int, said: dict[str, list[str]], now: _Clock, *, forgets: bool
) -> Iterator[Event]:
    for moment in conversation.moments(point):
        for turn in () if isinstance(moment, Pause) else moment:
            history = said.setdefault(turn.session, [])
            if forgets:
                history.clear()
            history.append(f"user: {turn.text}")
            reply = _reply(conversation, turn, forgets)
            yield make.turn_started(
                turn.identifier,
                conversation.identifier,
                at=now(),
                speaker=turn.speaker,
                session=turn.session,
                text=turn.text,
                line=turn.position.line,
                column=turn.position.column,
                tells=turn.tells,
                checks=turn.expectation.checks if turn.expectation else None,
                asks=turn.asks,
                guarantee=turn.guarantee,
                states=turn.states,
                moment=turn.moment,
            )
            yield make.model_asked(
                tuple(history),
                at=now(),
                about=turn.text,
                answer=reply,
                deployment="+".join(conversation.wave),
                seconds=0.0001,
            )
            yield make.turn_ended(turn.identifier, at=now(), reply=reply, seconds=0.002)
            history.append(f"assistant: {reply}")


def _reply(conversation: PlannedConversation, turn: Turn, forgets: bool) -> str:
    if turn.expectation is None:
        return turn.answer or ACKNOWLEDGEMENT
    checks = turn.expectation.checks
    if (forgets and conversation.arm != CONTROL) or forbids_only(checks) or "unknown" in checks:
        return UNKNOWN
    return ", ".join(
        value for name, values in checks.items() if name not in ("without", "matches") for value in values
    )
