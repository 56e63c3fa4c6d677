"""Drops questions for facts beyond the window that the bot declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gate.core.scenario import PLACEHOLDER, Filler, Parallel, Say, Scenario, Step
from gate.scorers.checks import asked_facts


@dataclass(frozen=True, kw_only=True)
class Windowed:
    """The scenarios without such questions, and how many questions were dropped."""

    scenarios: tuple[Scenario, ...]
    left_out: int


def within_window(scenarios: Iterable[Scenario], window: int | None) -> Windowed:
    """Drop questions for facts that their speaker told `window` or more turns earlier.

    Drop a scenario without any question left. A `window` of None keeps everything.
    """
    if window is None:
        return Windowed(scenarios=tuple(scenarios), left_out=0)
    kept: list[Scenario] = []
    left_out = 0
    for scenario in scenarios:
        script, dropped = _without_distant_questions(scenario.script, window)
        left_out += dropped
        shortened = replace(scenario, script=script) if dropped else scenario
        if any(turn.expectation is not None for turn in shortened.turns):
            kept.append(shortened)
    return Windowed(scenarios=tuple(kept), left_out=left_out)


def _without_distant_questions(script: Sequence[Step], window: int) -> tuple[tuple[Step, ...], int]:
    counts: Counter[str] = Counter()
    told: dict[tuple[str, str], int] = {}
    kept: list[Step] = []
    dropped = 0
    for step in script:
        if isinstance(step, Filler):
            counts.update(dict.fromkeys(counts, step.count))
            kept.append(step)
        elif isinstance(step, Say):
            counts[step.speaker] += 1
            now = counts[step.speaker]
            asked = asked_facts(step.expectation) if step.expectation else ()
            distances = [now - told[step.speaker, fact] for fact in asked if (step.speaker, fact) in told]
            distant = any(distance >= window for distance in distances)
            dropped += distant
            if not distant:
                kept.append(step)
            elif PLACEHOLDER.search(step.text):
                # The turn also tells a fact.
                kept.append(replace(step, expectation=None, guarantee=Say.guarantee))
            _note(told, step, now)
        else:
            for turn in step.turns if isinstance(step, Parallel) else ():
                counts[turn.speaker] += 1
                _note(told, turn, counts[turn.speaker])
            kept.append(step)
    return tuple(kept), dropped


def _note(told: dict[tuple[str, str], int], say: Say, place: int) -> None:
    for fact in (*PLACEHOLDER.findall(say.text), *say.states):
        told[say.speaker, fact] = place
