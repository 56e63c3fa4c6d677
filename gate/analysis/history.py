"""The transcript, indexed for look-ups: turns, replies, model requests and observations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import attrgetter

from gate.analysis.reasons.probes import DisruptionNotShown
from gate.core.disruption_traits import UNDECLARED, DisruptionTraits
from gate.core.report import TimeSpent
from gate.core.specification import Policy
from gate.core.transcript import (
    ConversationPlanned,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    FaultSeen,
    JudgeAnswered,
    RunEnded,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)


@dataclass(frozen=True, kw_only=True)
class UnattributedRequest:
    """A model request that belongs to no turn, its position in the transcript, and the bot's deployment."""

    order: int
    deployment: str
    """"" where the deployment is not known either."""


@dataclass(kw_only=True)
class StoreSnapshot:
    """A look into the store and its position in the transcript."""

    order: int
    seen: StoreSeen

    @cached_property
    def held(self) -> frozenset[str]:
        """The values that the store held, in folded case."""
        return frozenset(value.casefold() for value in self.seen.values)


@dataclass(kw_only=True)
class CompletedDisruption:
    """A disruption that is over, and the positions of its beginning and its end in the transcript."""

    began: int
    order: int
    ended: DisruptionEnded
    traits: DisruptionTraits = UNDECLARED


@dataclass(kw_only=True)
class DeploymentHistory:
    """The events of one deployment."""

    deployment: str
    started: DeploymentStarted | None = None
    failed: DeploymentFailed | None = None
    completed_disruptions: list[CompletedDisruption] = field(default_factory=list)
    began: int | None = None
    """Position at which the disruption under way began."""
    traits: DisruptionTraits = UNDECLARED
    """Traits of the disruption under way."""
    snapshots: list[StoreSnapshot] = field(default_factory=list)
    faults: list[FaultSeen] = field(default_factory=list)
    model_asked: bool = False
    holders: Counter[str] = field(default_factory=Counter)
    """Value in folded case → number of conversations that were dealt it, or say it by chance."""

    def not_applied(self, disruptions: Sequence[str]) -> DisruptionNotShown | None:
        """Return why these cannot be shown to have happened in this order; None when they can."""
        for index, kind in enumerate(disruptions):
            if index >= len(self.completed_disruptions):
                return DisruptionNotShown(disruption=kind, why="it is not on record that it was carried out")
            ended = self.completed_disruptions[index].ended
            if ended.disruption != kind:
                return DisruptionNotShown(
                    disruption=kind, why=f"{ended.disruption} was carried out in its place"
                )
            if not ended.took_effect:
                return DisruptionNotShown(disruption=kind, why=ended.sentence)
            if not ended.recovered:
                return None
        return None


@dataclass(kw_only=True, slots=True)
class PlayedTurn:
    """One turn: how it began, how it ended (None while it had not) and what the model was asked for it.

    `order` and `ended_order` are positions in the transcript.
    """

    order: int
    started: TurnStarted
    deployment_history: DeploymentHistory = field(repr=False)
    """History of the deployment in which it was said."""
    tells: Sequence[str]
    """The facts that were told with this turn, by the user or, as it was asked to, by the bot."""
    place: int
    """Number of turns of its session that began before it."""
    ended: TurnEnded | None = None
    ended_order: int = 0
    status: str = ""
    """Status at its end, "" while it is under way."""
    seconds: float = 0.0
    """Seconds that it took, 0 while it is under way."""
    requests: list[Sequence[str]] = field(default_factory=list)
    """Each request as its messages, each led by its role."""

    beyond_reader: Sequence[str] = ()
    """Features in its requests that the reference model lacks, each once."""

    answers: Mapping[str, JudgeAnswered] | None = None
    """A judge's answers about the reply, by criterion; None where no judge was asked."""

    @property
    def prompts(self) -> list[str]:
        """Each request as one text."""
        return ["\n".join(messages) for messages in self.requests]

    @property
    def prompt_text(self) -> str:
        """All requests as one text."""
        if len(self.requests) == 1:
            # As mostly: joined by itself it takes a fifth of the time.
            return "\n".join(self.requests[0])
        return "\n".join(chain.from_iterable(self.requests))


@dataclass(kw_only=True)
class History:
    """One run. Built by `history_reading.read_history`; only read afterwards."""

    run: RunStarted
    policy: Policy
    conversations: dict[str, ConversationPlanned] = field(default_factory=dict)
    turns: dict[str, PlayedTurn] = field(default_factory=dict)
    deployment_histories: dict[str, DeploymentHistory] = field(default_factory=dict)
    unattributed: list[UnattributedRequest] = field(default_factory=list)
    """The model requests that belong to no turn."""
    beyond_reader: dict[tuple[str, str], None] = field(default_factory=dict)
    """Deployment and feature that the reference model lacks, from these requests, each pair once."""
    end: RunEnded | None = None
    lines: int = 1
    """Number of lines of the transcript."""
    seconds: float = 0.0
    time: TimeSpent = field(default_factory=TimeSpent)

    def turns_of(self, conversation: str) -> list[PlayedTurn]:
        """Return the turns of a conversation in the order in which they began."""
        return self._by_conversation.get(conversation, [])

    def turns_in(self, deployment: str) -> list[PlayedTurn]:
        """Return the turns of a deployment in the order in which they began."""
        return self._by_deployment.get(deployment, [])

    def said_before(self, turn: PlayedTurn) -> Sequence[PlayedTurn]:
        """Return the turns of its own session that began before it, in the order in which they began."""
        return self._by_session[turn.started.conversation, turn.started.session][: turn.place]

    def unattributed_between(self, begin: int, end: int) -> Sequence[UnattributedRequest]:
        """Return the model requests that belong to no turn, between two positions in the transcript."""
        position = attrgetter("order")
        first = bisect_right(self.unattributed, begin, key=position)
        return self.unattributed[first : bisect_left(self.unattributed, end, lo=first, key=position)]

    def row_of(self, conversation: ConversationPlanned) -> str:
        """Return the conversation's row of the report: the distinct kinds of its disruptions.

        A bot that is restarted twice is shown under "restart". Deployments that would then share a row keep
        their full names: a row is about one deployment, or the same deployment in several merged runs.
        """
        return self._row(conversation)[0]

    def disruptions_of(self, conversation: ConversationPlanned) -> Sequence[str]:
        """Return the disruptions of the row that the conversation belongs to."""
        return self._row(conversation)[1]

    def _row(self, conversation: ConversationPlanned) -> tuple[str, Sequence[str]]:
        row = self._rows.get(conversation.conversation)
        if row is None:
            kinds = tuple(dict.fromkeys(conversation.disruptions))
            disruptions = kinds if len(self._deployments[kinds]) == 1 else conversation.disruptions
            row = self._rows[conversation.conversation] = "+".join(disruptions), disruptions
        return row

    def add_conversation(self, conversation: ConversationPlanned) -> None:
        """File a conversation."""
        self.conversations[conversation.conversation] = conversation
        self._rows.clear()
        kinds = tuple(dict.fromkeys(conversation.disruptions))
        self._deployments.setdefault(kinds, set()).add(tuple(conversation.wave))

    _deployments: dict[tuple[str, ...], set[tuple[str, ...]]] = field(default_factory=dict)
    """Distinct kinds of disruption → the waves in which they happen."""
    _rows: dict[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    """Conversation → its row and the disruptions of it. Kept because every probe asks for them."""
    _by_deployment: dict[str, list[PlayedTurn]] = field(default_factory=lambda: defaultdict(list))
    _by_conversation: dict[str, list[PlayedTurn]] = field(default_factory=lambda: defaultdict(list))
    _by_session: dict[tuple[str, str], list[PlayedTurn]] = field(default_factory=lambda: defaultdict(list))
    """Conversation and session → turns."""

    def add_turn(self, order: int, started: TurnStarted, deployment_history: DeploymentHistory) -> PlayedTurn:
        """File the turn that began with `started`: under its id, deployment, conversation and session."""
        session = self._by_session[started.conversation, started.session]
        turn = PlayedTurn(
            order=order,
            started=started,
            deployment_history=deployment_history,
            tells=started.tells,
            place=len(session),
        )
        session.append(turn)
        self.turns[started.turn] = turn
        self._by_deployment[deployment_history.deployment].append(turn)
        self._by_conversation[started.conversation].append(turn)
        return turn
