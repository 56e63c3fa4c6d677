"""A scenario as its author wrote it: facts, and a script of turns, fillers, pauses and disruption points."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.core.facts import Fact

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A fact's name in a text: `{order}`."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """A place in a file the user wrote; `line` and `column` count from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The checks of a reply: scorer name → its arguments, with or without placeholders filled in."""

    checks: Mapping[str, tuple[str, ...]]
    judge: Position | None = field(default=None, compare=False)
    """The place that asks for a judge; None where nothing does."""


@dataclass(frozen=True, kw_only=True)
class Say:
    """One turn of a speaker; a probe when it carries an expectation."""

    speaker: str
    text: str
    position: Position
    expectation: Expectation | None = None
    guarantee: str = "durability"
    states: tuple[str, ...] = ()
    """The facts that the bot is asked to state in its reply."""


@dataclass(frozen=True, kw_only=True)
class Parallel:
    """Turns that are put to the bot at the same moment; their order is undefined."""

    turns: tuple[Say, ...]
    position: Position


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A pause of this conversation, in seconds. Other conversations go on."""

    seconds: float
    position: Position


@dataclass(frozen=True, kw_only=True)
class Filler:
    """`count` filler turns, which mention no fact, from every speaker who has spoken so far."""

    count: int
    position: Position


@dataclass(frozen=True, kw_only=True)
class Disrupt:
    """The point at which the deployment is disrupted. With `kind` None, the run chooses the disruption."""

    kind: str | None
    position: Position


Step = Say | Parallel | Filler | Wait | Disrupt


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One scripted conversation between a bot and one or more speakers, each a session of its own."""

    name: str
    file: str
    facts: tuple[Fact, ...]
    script: tuple[Step, ...]

    @property
    def speakers(self) -> tuple[str, ...]:
        """All speakers, in order of appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns))

    @property
    def turns(self) -> tuple[Say, ...]:
        """All turns that the author wrote, in order, those of parallel blocks included."""
        return tuple(
            turn
            for step in self.script
            for turn in (step.turns if isinstance(step, Parallel) else (step,))
            if isinstance(turn, Say)
        )

    @property
    def disruptions(self) -> tuple[str | None, ...]:
        """The kind at each `disrupt` line, in order."""
        return tuple(step.kind for step in self.script if isinstance(step, Disrupt))


def render(text: str, facts: Mapping[str, str]) -> str:
    """Replace each `{fact}` in the text by its value; leave unknown names as they are."""
    return PLACEHOLDER.sub(lambda found: facts.get(found.group(1), found.group(0)), text)
