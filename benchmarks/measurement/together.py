"""Two sessions that ask the same question at one moment: whose prompt is whose must be certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from benchmarks.measurement.bots import NamesItsSession, belongs_to
from benchmarks.measurement.playing import Played, Script, play
from benchmarks.measurement.runtime import StoreServer
from benchmarks.measurement.seeds import Tally
from gate.analysis import analyse
from gate.analysis.history_reading import read_history
from gate.core.facts import Pattern
from gate.core.report import FactTrace, Outcome, ProbeResult
from gate.core.scenario import Disrupt, Expectation, Position, Say, Scenario
from gate.core.transcript import TREATED, Event, ModelAsked, TurnEnded, TurnStarted
from gate.runner.plan import PlannedConversation

QUESTION = "What is my order number?"
STAGES = ("stored", "loaded", "answered")
WHOLE = FactTrace(told=True, stored=True, loaded=True, answered=True)


def _position(line: int) -> Position:
    return Position(file="together.yml", line=line)


SCENARIO = Scenario(
    name="An order number survives",
    file="together.yml",
    facts=(Pattern(name="order", template="ORD-######"),),
    script=(
        Say(speaker="alice", text="My order is {order}.", position=_position(1)),
        Disrupt(kind=None, position=_position(2)),
        Say(
            speaker="alice",
            text=QUESTION,
            position=_position(3),
            expectation=Expectation(checks={"contains": ("{order}",)}),
        ),
    ),
)
"""Both sessions wait at the same `disrupt` line, and after it have nothing to say but the question."""


async def same_moment(server: StoreServer, seed: int) -> Tally:
    """One pair that is remembered, and the same pair again with one of the two forgotten."""
    script = Script(scenarios=(SCENARIO,), disruptions=("restart",), seed=seed, trials=2)
    pair = [one for one in script.plan.conversations if one.arm == TREATED]
    tally = Tally()
    played = await _played(script, server, STAGES[0], {})
    wrong = _wrong(played, pair, {}) + _wrong_when_overlapping(played, pair)
    tally.expect(not wrong, f"seed {seed}, both remembered: {'; '.join(wrong)}")
    stage, forgotten = STAGES[seed % len(STAGES)], pair[seed % 2]
    losses = {session: tuple(forgotten.facts.values()) for session in forgotten.sessions.values()}
    played = await _played(script, server, stage, losses)
    wrong = _wrong(played, pair, {forgotten.identifier: stage})
    tally.expect(not wrong, f"seed {seed}, one lost at {stage}: {'; '.join(wrong)}")
    return tally


async def _played(
    script: Script, server: StoreServer, stage: str, losses: Mapping[str, Sequence[str]]
) -> Played:
    return await play(script, partial(NamesItsSession, stage=stage, losses=losses), server)


def _wrong(played: Played, pair: Sequence[PlannedConversation], lost: Mapping[str, str]) -> list[str]:
    """What is not as it must be. `lost` has the stage at which a conversation's fact was lost."""
    wrong = []
    results = _asked(played.report.probes)
    for one in pair:
        result, stage = results[one.identifier], lost.get(one.identifier)
        if result.lost_at != stage or (stage is None and result.trace != WHOLE):
            wrong.append(f"{one.identifier}: {result.outcome} at {result.lost_at}, {result.trace}")
    history = read_history(played.events)
    if history.unattributed:
        wrong.append(f"{len(history.unattributed)} requests are nobody's")
    for turn in history.turns.values():
        mine = belongs_to(turn.started.session)
        if len(turn.prompts) != 1 or mine not in turn.prompts[0]:
            wrong.append(f"{turn.started.turn} has another's prompt, or not one")
    return wrong


def _wrong_when_overlapping(played: Played, pair: Sequence[PlannedConversation]) -> list[str]:
    """The same transcript as if both questions had been under way at once, which the gate prevents.

    Then nobody can tell the prompts apart by what they ask, and nothing may be made of them.
    """
    identifiers = {one.identifier for one in pair}
    events = played.events
    begun = [
        index
        for index, event in enumerate(events)
        if isinstance(event, TurnStarted) and event.text == QUESTION and event.conversation in identifiers
    ]
    turns = {event.turn for event in events if isinstance(event, TurnStarted) and event.text == QUESTION}
    ended = [
        index for index, event in enumerate(events) if isinstance(event, TurnEnded) and event.turn in turns
    ]
    first, last = begun[0], ended[-1] + 1
    overlapping = [*events[:first], *sorted(events[first:last], key=_overlapping), *events[last:]]
    results = _asked(analyse(overlapping).probes)
    return [
        f"{one}, overlapping: {results[one].outcome}, {results[one].trace}"
        for one in sorted(identifiers)
        if results[one].outcome is not Outcome.REMEMBERED or results[one].trace.loaded is not None
    ]


def _overlapping(event: Event) -> int:
    return next(
        number for number, kind in enumerate((TurnStarted, ModelAsked, Event)) if isinstance(event, kind)
    )


def _asked(probes: Sequence[ProbeResult]) -> dict[str, ProbeResult]:
    return {one.conversation: one for one in probes}
