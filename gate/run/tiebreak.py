"""The judge model of a run: checks its settings, and asks it once everything was played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gate.analysis.ties import find_ties
from gate.config import Settings
from gate.core.scenario import Position, Say, Scenario
from gate.core.transcript import Event, JudgeAsked
from gate.errors import DocumentError, Problem
from gate.llm_judge import JudgeModel, OpenAIJudge, RecordedJudge, RecordingJudge, ask_all
from gate.ports import Recorder
from gate.run.model import Cassettes, fingerprints_of
from gate.runner.plan import Plan
from gate.scorers.judge import Judge

NEEDS = (
    (
        "this scenario calls for a judge, and no model is named for it",
        "write `judge: {model: gpt-4o-mini}`, or another one, in memory-gate.yml",
    ),
    (
        "this scenario calls for a judge, which needs the key of its API",
        "give it as the input openai-api-key, or in the variable OPENAI_API_KEY",
    ),
)
"""Message and hint for a missing model, and for a missing key."""


def check_judge(settings: Settings, scenarios: Iterable[Scenario]) -> None:
    """Check that there is a judge model and a key. Raises DocumentError at the first `judge` otherwise."""
    place = next(_calls_for_judge(scenarios), None)
    if place is None or settings.model.mode == "replay":
        return
    given = (settings.judge.model, settings.openai_api_key)
    problems = [
        Problem(
            file=place.file,
            line=place.line,
            column=place.column,
            message=message,
            source=_line_at(place),
            width=len(Judge.name),
            hint=hint,
        )
        for value, (message, hint) in zip(given, NEEDS, strict=True)
        if not value
    ]
    if problems:
        raise DocumentError(problems)


async def ask_judge(
    settings: Settings,
    plan: Plan,
    cassettes: Cassettes,
    events: Iterable[Event],
    *,
    record: Recorder,
    clock: Callable[[], float],
) -> None:
    """Ask the judge model about the ties that the `events` leave open, and record the answers."""
    scenarios = (conversation.scenario for conversation in plan.conversations)
    ties = find_ties(events) if next(_calls_for_judge(scenarios), None) else ()
    if not ties:
        return
    judge = _build_judge(settings, plan, cassettes)
    try:
        model = settings.judge.model if cassettes.played is None else ""
        record(JudgeAsked(at=clock(), model=model, questions=len(ties)))
        await ask_all(ties, judge, record=record, clock=clock)
    finally:
        await judge.close()


def _build_judge(settings: Settings, plan: Plan, cassettes: Cassettes) -> JudgeModel:
    """Build a judge that asks the model, or one that replays recorded answers."""
    fingerprints = fingerprints_of(plan)
    if cassettes.played is not None:
        return RecordedJudge(cassettes.played, fingerprints)
    judge = OpenAIJudge(settings.judge.base_url, settings.judge.model, settings.openai_api_key)
    return judge if cassettes.recorded is None else RecordingJudge(judge, cassettes.recorded, fingerprints)


def _calls_for_judge(scenarios: Iterable[Scenario]) -> Iterator[Position]:
    """Yield the positions that ask for a judge."""
    for scenario in scenarios:
        for step in scenario.script:
            expectation = step.expectation if isinstance(step, Say) else None
            if expectation is not None and expectation.judge is not None:
                yield expectation.judge


def _line_at(place: Position) -> str:
    """Return the line of the file for a message; "" where it cannot be read."""
    try:
        return Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    except (OSError, ValueError, LookupError):
        return ""
