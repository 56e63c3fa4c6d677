"""How far a run is, from its events: one row for each deployment, and one line for each step.

Never a line per turn: a log of a thousand turns is read by nobody.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from gate.analysis.formatting import plural
from gate.core.transcript import (
    MEANWHILE,
    SKIPPED,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    FaultSeen,
    JudgeAsked,
    RunEnded,
    RunStarted,
    TurnEnded,
    TurnStarted,
)
from gate.reporters.figures import duration_text
from gate.reporters.messages import deployment_text
from gate.reporters.sanitize import sanitize_line


@dataclass(kw_only=True)
class Row:
    """One deployment: what is planned in it and what has happened. `steps` are done, `now` is under way."""

    name: str
    conversations: int = 0
    turns: int = 0
    probes: int = 0
    """Of the treated arm."""
    turns_ended: int = 0
    held: int = 0
    """Conversations that wait for the disruption or need none."""
    asked: int = 0
    """Of the treated arm's probes."""
    steps: list[str] = field(default_factory=list)
    now: str = ""
    ended: bool = False
    disrupted: bool = False
    reported: bool = False
    """Whether the line about the probes has been given."""

    @property
    def doing(self) -> str:
        """What is under way: "talking 17/26"."""
        counts = {"talking": (self.held, self.conversations), "asking": (self.asked, self.probes)}
        if self.now not in counts:
            return self.now
        done, planned = counts[self.now]
        return f"{self.now} {done}/{planned}"

    @property
    def share(self) -> float:
        """How much of it is done, between 0 and 1, by turns."""
        return min(1.0, self.turns_ended / self.turns) if self.turns else 0.0


@dataclass(kw_only=True)
class _Talk:
    row: Row
    treated: bool
    turns_until_held: int
    ended: int = 0


class Progress:
    """Takes the events of a run in their order."""

    def __init__(self) -> None:
        self._jobs = 1
        self._rows: dict[str, Row] = {}
        self._talks: dict[str, _Talk] = {}
        self._under_way: dict[str, tuple[_Talk, bool]] = {}
        self._scenarios: set[tuple[str, str]] = set()
        self._announced = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """The deployments in the order in which they are to happen."""
        return tuple(self._rows.values())

    @property
    def up(self) -> tuple[Row, ...]:
        """The deployments that are up or being started: so many at once, in their order."""
        return tuple(itertools.islice((row for row in self.rows if not row.ended), self._jobs))

    def take(self, event: Event) -> tuple[str, ...]:
        """The lines, neutralised, that this event gives somebody who reads a log."""
        match event:
            case RunStarted():
                self._jobs = event.jobs
                return ()
            case TurnStarted():
                self._start_turn(event)
                return ()
            case TurnEnded():
                return self._end_turn(event)
            case ConversationPlanned():
                self._plan(event)
                return ()
            case DeploymentStarted():
                return (*self._announce(), *self._ready(event))
            case DeploymentFailed():
                subject = {"bot": "the bot", "store": "the store"}.get(event.cause, "the engine")
                self._end(event.deployment, f"{subject} did not start")
                line = self._line(event.deployment, f"{subject} did not start: {event.sentence}")
                return (*self._announce(), line)
            case DisruptionStarted():
                return self._start_disruption(event)
            case DisruptionEnded():
                return self._end_disruption(event)
            case FaultSeen():
                self._end(event.deployment, f"the {event.cause} failed")
                return (self._line(event.deployment, f"cannot go on: {event.sentence}"),)
            case DeploymentClosed():
                row = self._row(event.deployment)
                self._end(event.deployment, "")
                return () if row.reported or not row.disrupted else self._probes(row)
            case JudgeAsked():
                asked = plural(event.questions, "question")
                return (f"asking the judge {asked}" if event.model else f"{asked} to the judge, on record",)
            case RunEnded(interrupted=True):
                return ("interrupted",)
            case _:
                return ()

    def _row(self, deployment: str) -> Row:
        return self._rows.setdefault(deployment, Row(name=sanitize_line(deployment, 60)))

    def _line(self, deployment: str, text: str) -> str:
        return f"{self._row(deployment).name}: {sanitize_line(text)}"

    def _plan(self, event: ConversationPlanned) -> None:
        row = self._rows.setdefault(
            event.deployment, Row(name=sanitize_line(deployment_text(event.wave, event.part), 60))
        )
        if event.arm == MEANWHILE:
            # How much they say is not known beforehand; the disruption's own line tells of them.
            return
        treated = event.arm == TREATED
        self._scenarios.add((event.file, event.scenario))
        self._talks[event.conversation] = _Talk(
            row=row,
            treated=treated,
            # Whatever a treated conversation says after the disruption besides its probes is not known
            # beforehand; the disruption itself settles the count.
            turns_until_held=event.turns - (event.probes if treated else 0),
        )
        row.conversations += 1
        row.turns += event.turns
        row.probes += event.probes if treated else 0

    def _announce(self) -> tuple[str, ...]:
        """Once, as soon as the whole plan is known."""
        if self._announced or not self._talks:
            return ()
        self._announced = True
        return (f"{plural(len(self._scenarios), 'scenario')}, {plural(len(self._talks), 'conversation')}",)

    def _ready(self, event: DeploymentStarted) -> tuple[str, ...]:
        row = self._row(event.deployment)
        row.now = "talking"
        who = "bot and store" if "store" in event.images else "bot"
        return (f"{row.name}: {who} ready in {duration_text(event.seconds)}",)

    def _start_turn(self, event: TurnStarted) -> None:
        talk = self._talks.get(event.conversation)
        # A question that is asked again was never planned.
        if talk is not None and not event.repeats:
            self._under_way[event.turn] = (talk, event.checks is not None)

    def _end_turn(self, event: TurnEnded) -> tuple[str, ...]:
        talk, is_probe = self._under_way.pop(event.turn, (None, False))
        if talk is None:
            return ()
        row = talk.row
        talk.ended += 1
        row.turns_ended += 1
        row.held += talk.ended == talk.turns_until_held
        if not (talk.treated and is_probe) or event.status == SKIPPED:
            return ()
        row.asked += 1
        return self._probes(row) if row.asked == row.probes and row.disrupted else ()

    def _probes(self, row: Row) -> tuple[str, ...]:
        row.reported = True
        return (f"{row.name}: {row.asked} of {plural(row.probes, 'probe')} asked",) if row.probes else ()

    def _start_disruption(self, event: DisruptionStarted) -> tuple[str, ...]:
        row = self._row(event.deployment)
        again = row.disrupted
        row.disrupted = True
        row.held = row.conversations
        if not again:
            row.steps.append(f"talked {row.held}/{row.conversations}")
        row.now = sanitize_line(event.disruption, 40)
        return () if again else (f"{row.name}: {plural(row.conversations, 'conversation')} held",)

    def _end_disruption(self, event: DisruptionEnded) -> tuple[str, ...]:
        row = self._row(event.deployment)
        took = duration_text(event.seconds)
        if not event.recovered:
            self._end(event.deployment, "the bot did not come back")
            return (self._line(event.deployment, f"the bot did not come back ({took}): {event.sentence}"),)
        row.steps.append(f"{sanitize_line(event.disruption, 40)} {took}")
        row.now = "asking"
        if not event.took_effect:
            return (self._line(event.deployment, f"not shown to have happened ({took}): {event.sentence}"),)
        return (self._line(event.deployment, f"{event.sentence} ({took})"),)

    def _end(self, deployment: str, why: str) -> None:
        row = self._row(deployment)
        if not row.ended and row.now == "asking" and not why:
            row.steps.append(f"asked {row.asked}/{row.probes}")
        if why and not row.ended:
            row.steps.append(why)
            row.reported = True
        row.now = ""
        row.ended = True
