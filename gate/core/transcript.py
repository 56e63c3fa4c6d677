"""The events of a run. Analysis and reports read nothing but the transcript, which is made of them.

On disk each event is one line, a JSON object: `event` names the class, the other keys are its fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.core.disruption_traits import UNDECLARED, DisruptionTraits
from gate.core.observations import Observations
from gate.core.store_figures import StoreFigures

CONTROL = "control"
TREATED = "treated"
MEANWHILE = "meanwhile"
"""The arm of background sessions, which go on talking while the deployment is disrupted."""

ACKNOWLEDGED = "acknowledged"
REFUSED = "refused"
INDETERMINATE = "indeterminate"
SKIPPED = "unasked"
"""The status of a turn that was never put to the bot."""

BEFORE = "before"
AFTER = "after"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened."""

    at: float
    """In seconds since the run began."""


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """The first event. `policy` holds the fields of the policy by which the run is to be judged."""

    version: str
    seed: int
    bot: str
    runtime: str
    disruptions: Sequence[str]
    trials: int
    model: str
    policy: Mapping[str, Any]
    commands: Sequence[Sequence[str]] = ()
    """The words of the commands that repeat this run: one command for each merged run.

    `--shard` and `--seed` are left out, because their values are fields of their own.
    """
    repeat: str = ""
    """The command that repeats this run, as one line; only on old transcripts, which have no `commands`."""
    window: int | None = None
    """How many turns of a session the bot declares to keep; None for all."""
    left_out: int = 0
    """Number of questions that were not planned, because they ask for facts beyond the window."""
    jobs: int = 1
    """How many deployments may be up at once."""
    shard: str = ""
    """The part of the scenarios that was played, as 2/4; "" for all of them."""
    split_from: Mapping[str, str] = field(default_factory=dict)
    """File and name of each scenario that was split over the shards → its hash, by `content_of`.

    Empty where all scenarios were played, and on old transcripts.
    """
    missing: Sequence[str] = ()
    """The runs that could not be merged into this one, one clause each."""
    store: str = ""
    """The kind of the store, as the settings name it; "" on old transcripts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationPlanned(Event):
    """One conversation: a scenario in one arm, under one disruption, with facts of its own."""

    conversation: str
    deployment: str
    scenario: str
    file: str
    disruption: str
    arm: str
    trial: int
    sessions: Mapping[str, str]
    """Speaker → session id."""
    facts: Mapping[str, str]
    told_by: Mapping[str, str]
    """Fact → the speaker who tells it first."""
    decoys: Mapping[str, Sequence[str]]
    """Fact → values that a bot might guess and that this conversation never tells."""
    unguessable: Sequence[str]
    """Facts whose values cannot be guessed: such a value in another conversation is a leak."""
    turns: int
    probes: int
    content: str = ""
    """The hash of the scenario, by `content_of`; "" on old transcripts."""
    disruptions: Sequence[str] = ()
    """The disruptions of its script, in order; `disruption` joins their names."""
    wave: Sequence[str] = ()
    """All planned disruptions of its deployment, in order. A shorter script ends before the last."""
    part: int = 0
    """The number of the merged run that made the deployment, from 1; 0 where no runs were merged."""

    def __post_init__(self) -> None:
        """Fill in the fields that transcripts of earlier versions lack."""
        if not self.disruptions:
            object.__setattr__(self, "disruptions", [self.disruption])
        if not self.wave:
            object.__setattr__(self, "wave", [self.deployment])


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnStarted(Event):
    """A text was put to the bot. Only probes have `asks`, `guarantee` and `checks`."""

    turn: str
    conversation: str
    speaker: str
    session: str
    text: str
    line: int
    column: int = 1
    tells: Sequence[str] = ()
    """The facts whose values this text states."""
    checks: Mapping[str, Sequence[str]] | None = None
    """Scorer → rendered arguments; None for a turn that is no probe."""
    asks: Sequence[str] = ()
    """The facts that the expectation names."""
    guarantee: str = ""
    states: Sequence[str] = ()
    """The facts that the bot is asked to state in its reply."""
    moment: int = 0
    """Turns of one conversation with the same moment started together: their order is undefined.

    Counts from 1; 0 for a repeated question, and where it is unknown.
    """
    repeats: str = ""
    """The probe whose question this turn repeats, because the reply missed. The turn itself is no probe."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnEnded(Event):
    """The outcome of a turn: acknowledged with a reply, refused with an error, indeterminate, or unasked.

    A turn is unasked when an earlier one had no answer, or when the bot was gone; `error` says which.
    """

    turn: str
    status: str
    reply: str = ""
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FactStated(Event):
    """The bot's reply to a turn stated a fact. From here on, `value` is the value of the fact."""

    conversation: str
    turn: str
    fact: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Waited(Event):
    """A conversation has waited, as its script says."""

    conversation: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAsked(Event):
    """The bot sent a request to the model endpoint."""

    path: str
    prompt: Sequence[str]
    """The texts of the request, in order, each with its role in front: `user: …`."""
    about: str
    """The last known turn text in the request; "" when it holds none.

    The request belongs to the one turn with that text that is in flight in its deployment at this point
    of the transcript.
    """
    answer: str
    beyond_reader: Sequence[str] = ()
    """Requested features that the reference model, which answered, does not support; one clause each."""
    deployment: str = ""
    """The deployment whose bot sent the request, identified by its key.

    "" on old transcripts, whose deployments were up one after the other.
    """
    seconds: float = 0.0
    """How long the bot waited for this answer."""


@dataclass(frozen=True, kw_only=True)
class DeploymentStarted(Event):
    """A store and a bot were started and the bot turned healthy."""

    deployment: str
    seconds: float
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeploymentFailed(Event):
    """A deployment did not come up. `cause` is `bot`, `engine` or `store`."""

    deployment: str
    cause: str
    sentence: str
    remedy: str = ""
    """What the user can do about it; "" when that is unknown."""
    log: Sequence[str] = ()
    seconds: float = 0.0
    """How long the attempt took."""


@dataclass(frozen=True, kw_only=True)
class DeploymentClosed(Event):
    """A deployment was removed."""

    deployment: str
    seconds: float = 0.0
    """How long the removal took."""


@dataclass(frozen=True, kw_only=True)
class StoreSeen(StoreFigures, Event):
    """A look into the store, before or after a disruption."""

    deployment: str
    moment: str
    """BEFORE or AFTER."""
    values: Sequence[str]
    """The values of facts that were found in the store."""


@dataclass(frozen=True, kw_only=True)
class DisruptionStarted(Event):
    """All treated conversations wait at their `disrupt` line; the disruption begins."""

    deployment: str
    disruption: str
    """Its written name: `kill`, or `kill*3`."""
    conversations: int
    kind: str = ""
    """Its kind, without how often; "" on transcripts that do not record it."""
    times: int = 1
    """How often in a row it is injected."""
    traits: DisruptionTraits = UNDECLARED
    """Facts about such a disruption, for analysis and reports; the defaults where none are recorded."""


@dataclass(frozen=True, kw_only=True)
class DisruptionEnded(Event):
    """The disruption is over. `recovered` is False when the bot did not come back."""

    deployment: str
    disruption: str
    took_effect: bool
    recovered: bool
    sentence: str
    seconds: float
    observed: Observations = field(default_factory=Observations)
    """The evidence from before and after it."""
    log: Sequence[str] = ()
    kind: str = ""
    """As in DisruptionStarted."""
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class FaultSeen(Event):
    """Something other than the bot failed: nothing under this deployment can be judged."""

    deployment: str
    cause: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class JudgeAsked(Event):
    """A judge is asked about replies that passed all other checks."""

    model: str
    """The name of the judge model; "" when recorded answers are replayed."""
    questions: int


@dataclass(frozen=True, kw_only=True)
class JudgeAnswered(Event):
    """A judge's answer about the reply to one probe."""

    turn: str
    criterion: str
    """From the probe's check, rendered."""
    holds: bool | None
    """Whether the reply meets the criterion; None when the judge gave no usable answer."""
    reason: str = ""
    """The judge's explanation, or why there is no answer; untrusted text."""


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """The last event. A transcript without one was cut short."""

    interrupted: bool = False
    left_behind: str = ""
    """The objects that the run made and could not remove, and what to do about it."""


EVENTS: dict[str, type[Event]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(): kind
    for kind in (
        RunStarted,
        ConversationPlanned,
        TurnStarted,
        TurnEnded,
        FactStated,
        Waited,
        ModelAsked,
        DeploymentStarted,
        DeploymentFailed,
        DeploymentClosed,
        StoreSeen,
        DisruptionStarted,
        DisruptionEnded,
        FaultSeen,
        JudgeAsked,
        JudgeAnswered,
        RunEnded,
    )
}
