"""Arranges the events of a transcript as a history, and finds those that do not fit the ones before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gate.analysis.history import (
    CompletedDisruption,
    DeploymentHistory,
    History,
    PlayedTurn,
    StoreSnapshot,
    UnattributedRequest,
)
from gate.analysis.time_spent import Timekeeper
from gate.core.disruption_traits import UNDECLARED
from gate.core.guarantees import GUARANTEES
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
)
from gate.core.transcript_lines import TranscriptError
from gate.core.typed_fields import type_errors
from gate.core.words import WholeWords
from gate.errors import GateError
from gate.scorers.checks import criteria


def read_history(events: Iterable[Event]) -> History:
    """Index the events of a run. Raises GateError when they are no run, or contradict each other."""
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
    return reader.read_to_the_end()


def _count_accidental_holders(history: History) -> None:
    """Count a conversation as holder of values that it says by chance: the store may hold them for it."""
    sought = {
        name: WholeWords(deployment_history.holders)
        for name, deployment_history in history.deployment_histories.items()
    }
    for conversation in history.conversations.values():
        words = sought[conversation.deployment]
        own = {value.casefold() for value in conversation.facts.values()}
        texts = [turn.started.text for turn in history.turns_of(conversation.conversation)]
        said = words.found("\n".join(texts), own)
        if said:
            history.deployment_histories[conversation.deployment].holders.update(said)


def _policy(given: Mapping[str, object]) -> Policy:
    wrong = type_errors(Policy, given)
    confidence = given.get("confidence")
    if not wrong and isinstance(confidence, float | int) and not 0 < confidence < 1:
        wrong = ("confidence",)
    if wrong:
        raise GateError("the rule in this transcript is not known", why=f"it has no such {', '.join(wrong)}")
    return Policy(**given)  # type: ignore[arg-type]


class _HistoryReader:
    """Files event after event."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._timekeeper = Timekeeper()
        self._order = 0
        # The turns of each text that may be asking the model: under way, or given up by the gate only.
        self._asking: dict[str, list[PlayedTurn]] = {}

    def read(self, order: int, event: Event) -> None:
        """File one event, the `order`th after the first."""
        self._order = order
        self._timekeeper.take(event)
        reading = _READINGS.get(type(event))
        if reading is None:
            raise self._misfit("it begins another run")
        reading(self, event)

    def read_to_the_end(self) -> History:
        """Return the history, when all events were filed."""
        history = self._history
        history.lines = self._order + 1
        history.time = self._timekeeper.spent()
        history.seconds = self._timekeeper.last
        _count_accidental_holders(history)
        return history

    def _pass_over(self, event: JudgeAsked | Waited) -> None:
        """Ignore events that only say where the time went."""

    def _start_deployment(self, event: DeploymentStarted) -> None:
        self._deployment_history(event.deployment).started = event

    def _fail_deployment(self, event: DeploymentFailed) -> None:
        self._deployment_history(event.deployment).failed = event

    def _close_deployment(self, event: DeploymentClosed) -> None:
        """Forget the open questions of the deployment: its bot is gone and cannot ask the model any more."""
        deployment_history = self._deployment_history(event.deployment)
        for text, asking in tuple(self._asking.items()):
            self._asking[text] = [
                other for other in asking if other.deployment_history is not deployment_history
            ]

    def _start_disruption(self, event: DisruptionStarted) -> None:
        deployment_history = self._deployment_history(event.deployment)
        deployment_history.began, deployment_history.traits = self._order, event.traits

    def _end_disruption(self, event: DisruptionEnded) -> None:
        deployment_history = self._deployment_history(event.deployment)
        began = self._order if deployment_history.began is None else deployment_history.began
        deployment_history.completed_disruptions.append(
            CompletedDisruption(began=began, order=self._order, ended=event, traits=deployment_history.traits)
        )
        deployment_history.began, deployment_history.traits = None, UNDECLARED

    def _look_into_store(self, event: StoreSeen) -> None:
        self._deployment_history(event.deployment).snapshots.append(
            StoreSnapshot(order=self._order, seen=event)
        )

    def _see_fault(self, event: FaultSeen) -> None:
        self._deployment_history(event.deployment).faults.append(event)

    def _end_run(self, event: RunEnded) -> None:
        self._history.end = event

    def _plan(self, event: ConversationPlanned) -> None:
        self._check(event.conversation not in self._history.conversations, "it plans a conversation again")
        self._check(event.arm in (CONTROL, TREATED, MEANWHILE), f"there is no arm {event.arm!r}")
        self._history.add_conversation(event)
        self._deployment_history(event.deployment).holders.update(
            {value.casefold() for value in event.facts.values()}
        )

    def _start_turn(self, event: TurnStarted) -> None:
        conversation = self._history.conversations.get(event.conversation)
        if conversation is None:
            raise self._misfit("its conversation was never planned")
        if event.turn in self._history.turns:
            raise self._misfit("it begins a turn again")
        named = (*event.tells, *event.asks, *event.states)
        if named and not conversation.facts.keys() >= set(named):
            raise self._misfit("it names a fact nobody planned")
        if event.repeats:
            original = self._history.turns.get(event.repeats)
            if original is None or original.started.conversation != event.conversation:
                raise self._misfit("it repeats a turn that is not on record")
        if event.checks is not None and event.guarantee not in GUARANTEES:
            raise self._misfit(f"there is no guarantee {event.guarantee!r}")
        turn = self._history.add_turn(
            self._order, event, self._history.deployment_histories[conversation.deployment]
        )
        self._asking.setdefault(event.text, []).append(turn)

    def _end_turn(self, event: TurnEnded) -> None:
        turn = self._history.turns.get(event.turn)
        if turn is None or turn.ended is not None:
            raise self._misfit("it ends a turn that is not under way")
        turn.ended, turn.ended_order = event, self._order
        turn.status, turn.seconds = event.status, event.seconds
        if event.status != INDETERMINATE:
            text = turn.started.text
            asking = self._asking.pop(text, ())
            if len(asking) > 1:
                self._asking[text] = [other for other in asking if other is not turn]

    def _state(self, event: FactStated) -> None:
        """Set the fact to the value that the bot stated."""
        history = self._history
        turn = history.turns.get(event.turn)
        if turn is None or turn.started.conversation != event.conversation or turn.ended is None:
            raise self._misfit("it states a fact in a turn that has no reply")
        self._check(event.fact in turn.started.states, "it states a fact that was not asked for")
        conversation = history.conversations[event.conversation]
        turn.tells = (*turn.tells, event.fact)
        if event.value == conversation.facts[event.fact]:
            return
        own = {value.casefold() for value in conversation.facts.values()}
        turn.deployment_history.holders.update({event.value.casefold()} - own)
        history.conversations[event.conversation] = replace(
            conversation,
            facts={**conversation.facts, event.fact: event.value},
            # Model-generated values are not random, so they are never leak evidence.
            unguessable=[fact for fact in conversation.unguessable if fact != event.fact],
        )

    def _hear_judge(self, event: JudgeAnswered) -> None:
        turn = self._history.turns.get(event.turn)
        if turn is None or turn.ended is None:
            raise self._misfit("its turn has not ended")
        wanted = criteria(turn.started.checks or {})
        self._check(event.criterion in wanted, "its turn has no such criterion")
        answers = turn.answers or {}
        self._check(event.criterion not in answers, "it answers a question again")
        turn.answers = {**answers, event.criterion: event}

    def _attribute(self, event: ModelAsked) -> None:
        """Attribute a request to the only turn of its deployment with its text, or else to none."""
        asking: Sequence[PlayedTurn] = self._asking.get(event.about, ())
        if event.deployment:
            asking = [turn for turn in asking if turn.deployment_history.deployment == event.deployment]
        if len(asking) == 1:
            [turn] = asking
            turn.requests.append(event.prompt)
            if event.beyond_reader:
                turn.beyond_reader = tuple(dict.fromkeys((*turn.beyond_reader, *event.beyond_reader)))
            turn.deployment_history.model_asked = True
        else:
            self._history.unattributed.append(
                UnattributedRequest(order=self._order, deployment=event.deployment)
            )
            for clause in event.beyond_reader:
                self._history.beyond_reader[event.deployment, clause] = None

    def _deployment_history(self, deployment: str) -> DeploymentHistory:
        deployment_histories = self._history.deployment_histories
        if deployment not in deployment_histories:
            deployment_histories[deployment] = DeploymentHistory(deployment=deployment)
        return deployment_histories[deployment]

    def _check(self, fits: bool, why: str) -> None:
        if not fits:
            raise self._misfit(why)

    def _misfit(self, why: str) -> TranscriptError:
        return TranscriptError(
            f"line {self._order + 1} of the transcript does not fit those before it",
            why=why,
            remedy="judge the transcript as the run wrote it; a part of it was cut off or changed",
        )


_READINGS: dict[type[Event], Callable[[_HistoryReader, Any], None]] = {
    ConversationPlanned: _HistoryReader._plan,
    TurnStarted: _HistoryReader._start_turn,
    TurnEnded: _HistoryReader._end_turn,
    FactStated: _HistoryReader._state,
    ModelAsked: _HistoryReader._attribute,
    DeploymentStarted: _HistoryReader._start_deployment,
    DeploymentFailed: _HistoryReader._fail_deployment,
    DeploymentClosed: _HistoryReader._close_deployment,
    DisruptionStarted: _HistoryReader._start_disruption,
    DisruptionEnded: _HistoryReader._end_disruption,
    StoreSeen: _HistoryReader._look_into_store,
    FaultSeen: _HistoryReader._see_fault,
    JudgeAsked: _HistoryReader._pass_over,
    JudgeAnswered: _HistoryReader._hear_judge,
    Waited: _HistoryReader._pass_over,
    RunEnded: _HistoryReader._end_run,
}
"""Handler of each kind of event: a look-up is faster than comparisons, and events are very many."""
