"""The events of a run. The transcript is the only thing that judging and reports ever read.

On disk it is one JSON object a line: `event` names the class, the other keys are its fields.
`at` is in seconds since the run began.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.core.disruption_traits import UNDECLARED, DisruptionTraits
from gate.core.observations import Observations

CONTROL = "control"
TREATED = "treated"
MEANWHILE = "meanwhile"
"""The arm of sessions that go on talking while the deployment is disrupted."""

ACKNOWLEDGED = "acknowledged"
REFUSED = "refused"
INDETERMINATE = "indeterminate"
SKIPPED = "unasked"

BEFORE = "before"
AFTER = "after"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened."""

    at: float


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """The first event. `policy` holds the rule by which the run is to be judged, by field name."""

    version: str
    seed: int
    bot: str
    runtime: str
    disruptions: Sequence[str]
    trials: int
    model: str
    policy: Mapping[str, Any]
    commands: Sequence[Sequence[str]] = ()
    """The words of the commands that repeat this run, one command for each run that was merged into it.

    Without `--shard` and `--seed`, whose values are fields of their own.
    """
    repeat: str = ""
    """The command that repeats this run as one line, on transcripts that do not know its words."""
    window: int | None = None
    """How many turns of a session the bot declares to keep; None for all."""
    left_out: int = 0
    """Questions that were not planned, because what they ask for lies beyond that."""
    jobs: int = 1
    """How many deployments may be up at once."""
    shard: str = ""
    """The part of the scenarios that was played, as 2/4; "" for all of them."""
    split_from: Mapping[str, str] = field(default_factory=dict)
    """File and name of each scenario that was dealt out to the shards → what it says, by `content_of`; empty
    where all were played, and on transcripts that do not know it."""
    missing: Sequence[str] = ()
    """What should have been merged into this run and could not be, one clause each."""
    store: str = ""
    """The kind of the store, as the settings name it; "" on transcripts that do not know it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationPlanned(Event):
    """One performance of a scenario, in one arm, under one disruption, with facts of its own."""

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
    """Fact → values that a guesser would name and that this conversation never tells."""
    unguessable: Sequence[str]
    """Facts whose values cannot be named by chance, so that naming one elsewhere is a leak."""
    turns: int
    probes: int
    content: str = ""
    """What the scenario says, by `content_of`; "" on transcripts that do not know it."""
    disruptions: Sequence[str] = ()
    """The disruptions of its script in order; `disruption` is their name as one."""
    wave: Sequence[str] = ()
    """All disruptions of its deployment in order, as planned; a shorter script ends before the last."""
    part: int = 0
    """Which of several merged runs made the deployment, from 1; 0 where none were merged."""

    def __post_init__(self) -> None:
        """Fill in what transcripts of earlier versions do not say."""
        if not self.disruptions:
            object.__setattr__(self, "disruptions", [self.disruption])
        if not self.wave:
            object.__setattr__(self, "wave", [self.deployment])


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnStarted(Event):
    """A text was put to the bot. Only probes have `asks`, `guarantee` and `checks`, which is else None."""

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
    """Scorer → rendered arguments."""
    asks: Sequence[str] = ()
    """The facts that the expectation names."""
    guarantee: str = ""
    states: Sequence[str] = ()
    """The facts that the bot is to state in its reply."""
    moment: int = 0
    """Turns of one conversation with the same moment were started together: their order is undefined.

    Counts from 1; 0 for a question that is asked again, and where it is not known.
    """
    repeats: str = ""
    """The probe whose question this asks again, because the reply missed. It is no probe of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnEnded(Event):
    """What came of it: acknowledged with a reply, refused with an error, indeterminate, or unasked.

    Unasked is a turn that was never put to the bot, because an earlier one had no answer or the bot
    was gone; `error` says which.
    """

    turn: str
    status: str
    reply: str = ""
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FactStated(Event):
    """The bot's reply to a turn stated a fact: from here on, `value` is what the fact is."""

    conversation: str
    turn: str
    fact: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Waited(Event):
    """A conversation has waited for so many seconds, as its script says."""

    conversation: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAsked(Event):
    """The bot put a request to the model endpoint.

    `about` is the last known turn text that stands in the request, "" when none does; it ties the
    request to the one turn with that text that is under way in its deployment at this point of the
    transcript.
    """

    path: str
    prompt: Sequence[str]
    """The texts of the request, in order, each led by its role: `user: …`."""
    about: str
    answer: str
    beyond_reader: Sequence[str] = ()
    """What it asks for that the reader, which answered, does not do, one clause each."""
    deployment: str = ""
    """The deployment whose bot asked, known by the key that it was given; "" on transcripts that do not
    know it, whose deployments were up one after the other."""
    seconds: float = 0.0
    """How long the bot waited for this answer, until now."""


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
    """What can be done about it; "" when that is not known."""
    log: Sequence[str] = ()
    seconds: float = 0.0
    """How long it was tried."""


@dataclass(frozen=True, kw_only=True)
class DeploymentClosed(Event):
    """A deployment was removed."""

    deployment: str
    seconds: float = 0.0
    """How long that took."""


@dataclass(frozen=True, kw_only=True)
class StoreFigures:
    """The figures of one look into the store. None, and an absent name, is not known.

    A key is whatever the store keeps apart: a key, a row, a document, a file. Counters run since the server
    started, so two looks may be compared only where `life` is the same. Which errors, calls, settings and
    counters are recorded is for the kind of store to say; only its own diagnosis reads them.
    """

    keys: int
    """Number of keys, over all databases."""
    bytes: int
    """Size of the keys' names and of all that stands under them."""
    unreadable_keys: int = 0
    """Keys that hold more than can be read as text: packed or encrypted records, types nobody knows, what
    is too large. While there are any, a value that was not found may stand in them."""
    expiring_keys: int = 0
    """Keys with a TTL. TTLs of parts of a key are not looked at."""
    shortest_ttl: float | None = None
    """In seconds, from the look on; None without a key that expires."""
    first_expiry: Mapping[str, float] = field(default_factory=dict)
    """Value → seconds from the look on until the first key that holds it expires; only values that stand
    in a key with a TTL."""
    last_expiry: Mapping[str, float] = field(default_factory=dict)
    """Value → seconds from the look on until the last key that holds it expires; only values that stand
    in no key without a TTL."""
    declared_ttl: float | None = None
    """How long the bot is to keep conversations, in seconds, as `store: {ttl: …}` says."""
    life: str = ""
    """What changes when the server restarts; "" when not known."""
    version: str = ""
    """Product and version of the server."""
    commands: int | None = None
    """Commands that the server carried out for others than the gate, until the look began."""
    connections: int | None = None
    """Connections that the server took, the gate's among them."""
    unknown_commands: int | None = None
    """Commands of others than the gate that the server does not know. Client libraries send up to three
    of that kind on each connection to a server that is older than they are."""
    evicted_keys: int | None = None
    """Keys that the server gave up for want of room."""
    expired_keys: int | None = None
    """Keys whose TTL is over."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Code of an error → how often it was answered."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Command that the gate never gives → how often it was carried out."""
    counters: Mapping[str, int] = field(default_factory=dict)
    """Further counters by the server's own names."""
    persistence: str = ""
    """What the gate started the store with, as in `store: {persistence: …}`; "" when not known."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Setting → value, as the server has them. A server that refuses to tell tells fewer."""
    modules: Sequence[str] | None = None
    """Names of the modules, or extensions, that are loaded."""
    snapshot_failed: bool | None = None
    """Whether the server's last snapshot of its data failed."""
    append_failed: bool | None = None
    """Whether the last write to the file that the server appends to failed."""


@dataclass(frozen=True, kw_only=True)
class StoreSeen(StoreFigures, Event):
    """A look into the store, `moment` before or after a disruption. `values` are facts found in it."""

    deployment: str
    moment: str
    values: Sequence[str]


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
    """What judging and reports know about such a disruption; the defaults where none are recorded."""


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
    """What was seen before and after it."""
    log: Sequence[str] = ()
    kind: str = ""
    """As in DisruptionStarted."""
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class FaultSeen(Event):
    """Something failed that is not the bot: nothing under this deployment can be judged."""

    deployment: str
    cause: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class JudgeAsked(Event):
    """A judge is asked about replies that hold all that the other checks want of them."""

    model: str
    """The name of the judge model; "" when its recorded answers are played."""
    questions: int


@dataclass(frozen=True, kw_only=True)
class JudgeAnswered(Event):
    """What a judge finds in the reply to one probe; `holds` is None when it gave no usable answer."""

    turn: str
    criterion: str
    """As the probe's check has it, rendered."""
    holds: bool | None
    reason: str = ""
    """In the judge's words, or why there is no answer; untrusted text."""


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """The last event. A transcript without one was cut short."""

    interrupted: bool = False
    left_behind: str = ""
    """What the run made and could not remove, and what to do about it."""


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
