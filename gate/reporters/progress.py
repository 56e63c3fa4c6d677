"""Progress of a run, from its events: a row per deployment and a log line per step.

Turns have no lines of their own, because a run has thousands of them.
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
    """Deployment with its plan and progress. `steps` are done, and `current` is the step under way."""

    name: str
    conversations: int = 0
    turns: int = 0
    probes: int = 0
    """Planned probes of the treated arm."""
    turns_ended: int = 0
    held: int = 0
    """Conversations that wait for the disruption, or are over."""
    asked: int = 0
    """Probes of the treated arm that were asked."""
    steps: list[str] = field(default_factory=list)
    current: str = ""
    ended: bool = False
    disrupted: bool = False
    reported: bool = False
    """Whether the line about the probes was returned."""

    @property
    def activity(self) -> str:
        """Describe the step under way: "talking 17/26"."""
        counts = {"talking": (self.held, self.conversations), "asking": (self.asked, self.probes)}
        if self.current not in counts:
            return self.current
        done, planned = counts[self.current]
        return f"{self.current} {done}/{planned}"

    @property
    def share(self) -> float:
        """Return the share of the turns that are done, between 0 and 1."""
        return min(1.0, self.turns_ended / self.turns) if self.turns else 0.0


@dataclass(kw_only=True)
class _ConversationProgress:
    row: Row
    treated: bool
    turns_until_held: int
    ended: int = 0


class Progress:
    """Progress of a run. Add its events in their order."""

    def __init__(self) -> None:
        self._jobs = 1
        self._rows: dict[str, Row] = {}
        self._conversations: dict[str, _ConversationProgress] = {}
        self._under_way: dict[str, tuple[_ConversationProgress, bool]] = {}
        self._scenarios: set[tuple[str, str]] = set()
        self._told_plan = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the deployments in their planned order."""
        return tuple(self._rows.values())

    @property
    def running(self) -> tuple[Row, ...]:
        """Return the deployments that run or start now, in their planned order."""
        return tuple(itertools.islice((row for row in self.rows if not row.ended), self._jobs))

    def add(self, event: Event) -> tuple[str, ...]:
        """Record an event. Return its log lines, sanitized."""
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
                return (*self._plan_line(), *self._ready_line(event))
            case DeploymentFailed():
                subject = {"bot": "the bot", "store": "the store"}.get(event.cause, "the engine")
                self._end(event.deployment, f"{subject} did not start")
                line = self._line(event.deployment, f"{subject} did not start: {event.sentence}")
                return (*self._plan_line(), line)
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
                return () if row.reported or not row.disrupted else self._probes_line(row)
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
            # Their number of turns is unknown beforehand; the line about the disruption counts them.
            return
        treated = event.arm == TREATED
        self._scenarios.add((event.file, event.scenario))
        self._conversations[event.conversation] = _ConversationProgress(
            row=row,
            treated=treated,
            # How many turns besides the probes follow the disruption in a treated conversation is unknown
            # beforehand, so the start of the disruption sets the count.
            turns_until_held=event.turns - (event.probes if treated else 0),
        )
        row.conversations += 1
        row.turns += event.turns
        row.probes += event.probes if treated else 0

    def _plan_line(self) -> tuple[str, ...]:
        """Return the line about the plan, once the plan is complete."""
        if self._told_plan or not self._conversations:
            return ()
        self._told_plan = True
        return (
            f"{plural(len(self._scenarios), 'scenario')}, {plural(len(self._conversations), 'conversation')}",
        )

    def _ready_line(self, event: DeploymentStarted) -> tuple[str, ...]:
        row = self._row(event.deployment)
        row.current = "talking"
        who = "bot and store" if "store" in event.images else "bot"
        return (f"{row.name}: {who} ready in {duration_text(event.seconds)}",)

    def _start_turn(self, event: TurnStarted) -> None:
        conversation = self._conversations.get(event.conversation)
        # Repeated questions are not part of the plan.
        if conversation is not None and not event.repeats:
            self._under_way[event.turn] = (conversation, event.checks is not None)

    def _end_turn(self, event: TurnEnded) -> tuple[str, ...]:
        conversation, is_probe = self._under_way.pop(event.turn, (None, False))
        if conversation is None:
            return ()
        row = conversation.row
        conversation.ended += 1
        row.turns_ended += 1
        row.held += conversation.ended == conversation.turns_until_held
        if not (conversation.treated and is_probe) or event.status == SKIPPED:
            return ()
        row.asked += 1
        return self._probes_line(row) if row.asked == row.probes and row.disrupted else ()

    def _probes_line(self, row: Row) -> tuple[str, ...]:
        row.reported = True
        return (f"{row.name}: {row.asked} of {plural(row.probes, 'probe')} asked",) if row.probes else ()

    def _start_disruption(self, event: DisruptionStarted) -> tuple[str, ...]:
        row = self._row(event.deployment)
        again = row.disrupted
        row.disrupted = True
        row.held = row.conversations
        if not again:
            row.steps.append(f"talked {row.held}/{row.conversations}")
        row.current = sanitize_line(event.disruption, 40)
        return () if again else (f"{row.name}: {plural(row.conversations, 'conversation')} held",)

    def _end_disruption(self, event: DisruptionEnded) -> tuple[str, ...]:
        row = self._row(event.deployment)
        took = duration_text(event.seconds)
        if not event.recovered:
            self._end(event.deployment, "the bot did not come back")
            return (self._line(event.deployment, f"the bot did not come back ({took}): {event.sentence}"),)
        row.steps.append(f"{sanitize_line(event.disruption, 40)} {took}")
        row.current = "asking"
        if not event.took_effect:
            return (self._line(event.deployment, f"not shown to have happened ({took}): {event.sentence}"),)
        return (self._line(event.deployment, f"{event.sentence} ({took})"),)

    def _end(self, deployment: str, why: str) -> None:
        row = self._row(deployment)
        if not row.ended and row.current == "asking" and not why:
            row.steps.append(f"asked {row.asked}/{row.probes}")
        if why and not row.ended:
            row.steps.append(why)
            row.reported = True
        row.current = ""
        row.ended = True
