"""The transcript, arranged for looking things up: who said what, what came back, what was seen when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from operator import attrgetter

from gate.core.guarantees import GUARANTEES
from gate.core.scenario import JUDGED
from gate.core.specification import Policy
from gate.core.transcript import (
    CONTROL,
    INDETERMINATE,
    MEANWHILE,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    FactStated,
    FaultSeen,
    JudgeAnswered,
    JudgeAsked,
    ModelAsked,
    RunEnded,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
    Waited,
    planned_deployment,
)
from gate.core.transcript_lines import TranscriptError
from gate.core.typed_fields import misfits
from gate.core.verdict import TimeSpent
from gate.core.words import WholeWords
from gate.errors import GateError
from gate.judging.time_spent import Timekeeper

UNDISTURBED = "none"
"""The disruption that leaves the bot alone."""


@dataclass(frozen=True, kw_only=True)
class UnattributedRequest:
    """A model request that belongs to no turn, its position in the transcript, and whose bot made it."""

    order: int
    deployment: str
    """"" where that is not known either."""


@dataclass(kw_only=True)
class Sighting:
    """A look into the store and its position in the transcript."""

    order: int
    seen: StoreSeen

    @cached_property
    def held(self) -> frozenset[str]:
        """The values that were in it, in folded case."""
        return frozenset(value.casefold() for value in self.seen.values)


@dataclass(kw_only=True)
class Disturbance:
    """A disruption that is over, and the positions of its beginning and its end in the transcript."""

    began: int
    order: int
    ended: DisruptionEnded


@dataclass(kw_only=True)
class Performance:
    """Everything that happened in one deployment."""

    deployment: str
    started: DeploymentStarted | None = None
    failed: DeploymentFailed | None = None
    disturbances: list[Disturbance] = field(default_factory=list)
    began: int | None = None
    """Where the disruption that is under way began."""
    sightings: list[Sighting] = field(default_factory=list)
    faults: list[FaultSeen] = field(default_factory=list)
    model_asked: bool = False
    holders: Counter[str] = field(default_factory=Counter)
    """Value in folded case → number of conversations that were dealt it, or say it by chance."""

    def undone(self, disruption: str) -> str:
        """Why `disruption` (kinds joined by +) cannot be shown to have happened; "" when it can."""
        for index, kind in enumerate(disruption.split("+")):
            if index >= len(self.disturbances):
                return f"{_shown(kind)}: it is not on record that it was carried out"
            ended = self.disturbances[index].ended
            if ended.disruption != kind:
                return f"{_shown(kind)}: {ended.disruption} was carried out in its place"
            if not ended.took_effect:
                return f"{_shown(kind)}: {ended.sentence}"
            if not ended.recovered:
                return ""
        return ""


@dataclass(kw_only=True, slots=True)
class PlayedTurn:
    """One turn: how it began, how it ended (None while it had not) and what the model was asked for it.

    `order` and `ended_order` are positions in the transcript.
    """

    order: int
    started: TurnStarted
    performance: Performance = field(repr=False)
    """What happened in the deployment in which it was said."""
    tells: Sequence[str]
    """The facts that were told with this turn, by the user or, as it was asked to, by the bot."""
    ended: TurnEnded | None = None
    ended_order: int = 0
    status: str = ""
    """How it ended, "" while it had not."""
    seconds: float = 0.0
    """How long it took, 0 while it had not ended."""
    requests: list[Sequence[str]] = field(default_factory=list)
    """Each request as its messages, each led by its role."""

    beyond_reader: Sequence[str] = ()
    """What its requests ask for that the reader does not do, each once."""

    answers: dict[str, JudgeAnswered] = field(default_factory=dict)
    """What a judge found in the reply, by criterion."""

    @property
    def prompts(self) -> list[str]:
        """Each request as one text."""
        return ["\n".join(one) for one in self.requests]


def _shown(kind: str) -> str:
    if kind == UNDISTURBED:
        return "the bot cannot be shown to have been left alone"
    return f"{kind} cannot be shown to have happened"


@dataclass(kw_only=True)
class History:
    """One run. Built by `read_history`; only read afterwards."""

    run: RunStarted
    policy: Policy
    conversations: dict[str, ConversationPlanned] = field(default_factory=dict)
    turns: dict[str, PlayedTurn] = field(default_factory=dict)
    performances: dict[str, Performance] = field(default_factory=dict)
    unattributed: list[UnattributedRequest] = field(default_factory=list)
    """The model requests that belong to no turn."""
    beyond_reader: dict[tuple[str, str], None] = field(default_factory=dict)
    """Deployment, and what those of its requests ask for that the reader does not do, each pair once."""
    end: RunEnded | None = None
    lines: int = 1
    """Of the transcript."""
    seconds: float = 0.0
    time: TimeSpent = field(default_factory=TimeSpent)

    def turns_of(self, conversation: str) -> list[PlayedTurn]:
        """The turns of a conversation in the order in which they began."""
        return self._by_conversation.get(conversation, [])

    def turns_in(self, deployment: str) -> list[PlayedTurn]:
        """The turns of a deployment in the order in which they began."""
        return self._by_deployment.get(deployment, [])

    def said_before(self, turn: PlayedTurn) -> list[PlayedTurn]:
        """The turns of its own session that began before it, in the order in which they began."""
        session, order = turn.started.session, turn.order
        return [
            one
            for one in self.turns_of(turn.started.conversation)
            if one.order < order and one.started.session == session
        ]

    def unattributed_between(self, begin: int, end: int) -> Sequence[UnattributedRequest]:
        """The model requests that belong to no turn, between two positions in the transcript."""
        position = attrgetter("order")
        first = bisect_right(self.unattributed, begin, key=position)
        return self.unattributed[first : bisect_left(self.unattributed, end, lo=first, key=position)]

    def row_of(self, conversation: ConversationPlanned) -> str:
        """The row of the report that the conversation belongs to: the distinct kinds of its disruptions.

        A bot that is restarted twice is shown under "restart". Deployments that would share a row by that
        keep their full names: a row is about one deployment, or about its likes in several merged runs.
        """
        kinds = _distinct(conversation.disruption)
        return kinds if len(self._deployments[kinds]) == 1 else conversation.disruption

    def add_conversation(self, conversation: ConversationPlanned) -> None:
        """Files a conversation."""
        self.conversations[conversation.conversation] = conversation
        kinds = _distinct(conversation.disruption)
        self._deployments.setdefault(kinds, set()).add(planned_deployment(conversation.deployment))

    _deployments: dict[str, set[str]] = field(default_factory=dict)
    """Distinct kinds of disruption → the deployments in which they happen, as they were planned."""
    _by_deployment: dict[str, list[PlayedTurn]] = field(default_factory=lambda: defaultdict(list))
    _by_conversation: dict[str, list[PlayedTurn]] = field(default_factory=lambda: defaultdict(list))

    def add_turn(self, turn: PlayedTurn) -> None:
        """Files a turn under its id, its deployment and its conversation."""
        self.turns[turn.started.turn] = turn
        self._by_deployment[turn.performance.deployment].append(turn)
        self._by_conversation[turn.started.conversation].append(turn)


@lru_cache(maxsize=256)
def _distinct(disruption: str) -> str:
    return "+".join(dict.fromkeys(disruption.split("+")))


def read_history(events: Iterable[Event]) -> History:
    """Arranges the events. Raises GateError when they are no run, or do not fit one another."""
    stream = iter(events)
    first = next(stream, None)
    if not isinstance(first, RunStarted):
        raise GateError(
            "this is no transcript of a run",
            why="its first event is not run-started",
            remedy="judge the transcript.jsonl that memory-gate wrote",
        )
    reader = _HistoryReader(History(run=first, policy=_policy(first.policy)))
    for order, event in enumerate(stream, start=1):
        reader.read(order, event)
        reader.history.lines = order + 1
    reader.history.time = reader.timekeeper.spent()
    _count_those_who_say(reader.history)
    return reader.history


def _count_those_who_say(history: History) -> None:
    """What a conversation says of its own accord may be stored on its account, and is nobody's fact then."""
    sought = {name: WholeWords(one.holders) for name, one in history.performances.items()}
    for conversation in history.conversations.values():
        words = sought[conversation.deployment]
        own = {value.casefold() for value in conversation.facts.values()}
        said: set[str] = set()
        for turn in history.turns_of(conversation.conversation):
            said |= words.found(turn.started.text, own)
        history.performances[conversation.deployment].holders.update(said)


def _policy(given: Mapping[str, object]) -> Policy:
    wrong = misfits(Policy, given)
    confidence = given.get("confidence")
    if not wrong and isinstance(confidence, float | int) and not 0 < confidence < 1:
        wrong = ("confidence",)
    if wrong:
        raise GateError("the rule in this transcript is not known", why=f"it has no such {', '.join(wrong)}")
    return Policy(**given)  # type: ignore[arg-type]


class _HistoryReader:
    """Files event after event."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.timekeeper = Timekeeper()
        self._order = 0
        # The turns of each text that may be asking the model: under way, or given up by the gate only.
        self._asking: dict[str, list[PlayedTurn]] = {}

    def read(self, order: int, event: Event) -> None:
        self._order = order
        if event.at > self.history.seconds:
            self.history.seconds = event.at
        self.timekeeper.take(event)
        # Of the first three there are many for each of the others.
        match event:
            case TurnStarted():
                self._start_turn(event)
            case ModelAsked():
                self._attribute(event)
            case TurnEnded():
                self._end_turn(event)
            case ConversationPlanned():
                self._plan(event)
            case FactStated():
                self._state(event)
            case DeploymentStarted():
                self._performance(event.deployment).started = event
            case DeploymentFailed():
                self._performance(event.deployment).failed = event
            case DisruptionStarted():
                self._performance(event.deployment).began = order
            case DisruptionEnded():
                performance = self._performance(event.deployment)
                began = order if performance.began is None else performance.began
                performance.disturbances.append(Disturbance(began=began, order=order, ended=event))
                performance.began = None
            case StoreSeen():
                self._performance(event.deployment).sightings.append(Sighting(order=order, seen=event))
            case FaultSeen():
                self._performance(event.deployment).faults.append(event)
            case DeploymentClosed():
                # Its bot is gone and cannot ask any more.
                performance = self._performance(event.deployment)
                for text, asking in tuple(self._asking.items()):
                    kept = [one for one in asking if one.performance is not performance]
                    self._asking[text] = kept
            case JudgeAsked() | Waited():
                pass
            case JudgeAnswered():
                self._hear_judge(event)
            case RunEnded():
                self.history.end = event
            case _:
                self._check(False, "it begins another run")

    def _plan(self, event: ConversationPlanned) -> None:
        self._check(event.conversation not in self.history.conversations, "it plans a conversation again")
        self._check(event.arm in (CONTROL, TREATED, MEANWHILE), f"there is no arm {event.arm!r}")
        self.history.add_conversation(event)
        self._performance(event.deployment).holders.update({one.casefold() for one in event.facts.values()})

    def _start_turn(self, event: TurnStarted) -> None:
        conversation = self.history.conversations.get(event.conversation)
        if conversation is None:
            raise self._misfit("its conversation was never planned")
        if event.turn in self.history.turns:
            raise self._misfit("it begins a turn again")
        named = (*event.tells, *event.asks, *event.states)
        if named and not conversation.facts.keys() >= set(named):
            raise self._misfit("it names a fact nobody planned")
        if event.repeats:
            original = self.history.turns.get(event.repeats)
            if original is None or original.started.conversation != event.conversation:
                raise self._misfit("it repeats a turn that is not on record")
        if event.checks is not None and event.guarantee not in GUARANTEES:
            raise self._misfit(f"there is no guarantee {event.guarantee!r}")
        performance = self.history.performances[conversation.deployment]
        turn = PlayedTurn(order=self._order, started=event, performance=performance, tells=event.tells)
        self.history.add_turn(turn)
        self._asking.setdefault(event.text, []).append(turn)

    def _end_turn(self, event: TurnEnded) -> None:
        turn = self.history.turns.get(event.turn)
        if turn is None or turn.ended is not None:
            raise self._misfit("it ends a turn that is not under way")
        turn.ended, turn.ended_order = event, self._order
        turn.status, turn.seconds = event.status, event.seconds
        if event.status != INDETERMINATE:
            text = turn.started.text
            asking = self._asking.pop(text, ())
            if len(asking) > 1:
                self._asking[text] = [one for one in asking if one is not turn]

    def _state(self, event: FactStated) -> None:
        """From here on the fact is what the bot said it is."""
        history = self.history
        turn = history.turns.get(event.turn)
        if turn is None or turn.started.conversation != event.conversation or turn.ended is None:
            raise self._misfit("it states a fact in a turn that has no reply")
        self._check(event.fact in turn.started.states, "it states a fact that was not asked for")
        conversation = history.conversations[event.conversation]
        turn.tells = (*turn.tells, event.fact)
        if event.value == conversation.facts[event.fact]:
            return
        own = {value.casefold() for value in conversation.facts.values()}
        turn.performance.holders.update({event.value.casefold()} - own)
        history.conversations[event.conversation] = replace(
            conversation,
            facts={**conversation.facts, event.fact: event.value},
            # A model draws no lots: another session's may come upon the same number.
            unguessable=[fact for fact in conversation.unguessable if fact != event.fact],
        )

    def _hear_judge(self, event: JudgeAnswered) -> None:
        turn = self.history.turns.get(event.turn)
        if turn is None or turn.ended is None:
            raise self._misfit("its turn has not ended")
        criteria = (turn.started.checks or {}).get(JUDGED, ())
        self._check(event.criterion in criteria, "its turn has no such criterion")
        self._check(event.criterion not in turn.answers, "it answers a question again")
        turn.answers[event.criterion] = event

    def _attribute(self, event: ModelAsked) -> None:
        """A request is tied to the one turn of its deployment with the text that it is about, or to none."""
        asking: Sequence[PlayedTurn] = self._asking.get(event.about, ())
        if event.deployment:
            asking = [turn for turn in asking if turn.performance.deployment == event.deployment]
        if len(asking) == 1:
            [turn] = asking
            turn.requests.append(event.prompt)
            if event.beyond_reader:
                turn.beyond_reader = tuple(dict.fromkeys((*turn.beyond_reader, *event.beyond_reader)))
            turn.performance.model_asked = True
        else:
            self.history.unattributed.append(
                UnattributedRequest(order=self._order, deployment=event.deployment)
            )
            for clause in event.beyond_reader:
                self.history.beyond_reader[event.deployment, clause] = None

    def _performance(self, deployment: str) -> Performance:
        performances = self.history.performances
        if deployment not in performances:
            performances[deployment] = Performance(deployment=deployment)
        return performances[deployment]

    def _check(self, fits: bool, why: str) -> None:
        if not fits:
            raise self._misfit(why)

    def _misfit(self, why: str) -> TranscriptError:
        return TranscriptError(
            f"line {self._order + 1} of the transcript does not fit those before it",
            why=why,
            remedy="judge the transcript as the run wrote it; a part of it was cut off or changed",
        )
