"""Judges one probe at a time: remembered, lost, an error of the bot, or nothing to be said.

What was broken when it is lost, the checkers of the guarantees say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.analysis.fact_trace import AskedProbe, acknowledged_elsewhere, asked_probe, trace
from gate.analysis.history import History, PlayedTurn
from gate.analysis.model_limits import excuse_of_model
from gate.analysis.reasons.probes import (
    BotError,
    CheckCrashed,
    CheckFailed,
    DecoysNamed,
    DemandedAndForbidden,
    DeploymentFault,
    JudgeRefused,
    JudgeUndecided,
    NeverAcknowledged,
    NeverStated,
    NotAsked,
    OutOfPlace,
    QuestionNamesAnswer,
    ReplyAmiss,
    RunEndedBefore,
    listed,
)
from gate.analysis.tiebreak import comparisons, refusals
from gate.core.disruption_names import UNDISTURBED
from gate.core.report import Outcome, ProbeResult
from gate.core.statements import Reason
from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    INDETERMINATE,
    SKIPPED,
    ConversationPlanned,
)
from gate.core.words import found_in
from gate.errors import Undecided
from gate.ports import Scorer
from gate.scorers.checks import expectation_text, held


def judge_probe(history: History, probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> ProbeResult:
    """Return the result of one probe, its anomaly still to be named."""
    asked = asked_probe(history, probe)
    conversation = asked.conversation
    judgement = _judge(history, asked, scorers)
    fact_trace = trace(history, asked, judgement.outcome is Outcome.REMEMBERED)
    if judgement.outcome is Outcome.LOST and asked.is_recall:
        excuse = excuse_of_model(history, probe, fact_trace)
        judgement = _Judgement(outcome=Outcome.UNSCORED, reason=excuse) if excuse else judgement
    return ProbeResult(
        scenario=conversation.scenario,
        file=conversation.file,
        line=probe.started.line,
        column=probe.started.column,
        session=probe.started.session,
        conversation=conversation.conversation,
        trial=conversation.trial,
        arm=conversation.arm,
        disruption=history.row_of(conversation),
        disruptions=history.disruptions_of(conversation),
        guarantee=probe.started.guarantee,
        question=probe.started.text,
        expected=_expected(probe),
        reply=probe.ended.reply if probe.ended else "",
        outcome=judgement.outcome,
        anomaly=None,
        forbids_only=asked.forbids_only,
        facts=probe.started.asks,
        trace=fact_trace,
        content=conversation.content,
        coded_reason=judgement.reason,
    )


@dataclass(frozen=True, kw_only=True)
class _Judgement:
    outcome: Outcome
    reason: Reason | None = None


_REMEMBERED = _Judgement(outcome=Outcome.REMEMBERED)


def is_undisputed(history: History, probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> bool:
    """Whether all comparisons find the reply as expected, so that a judge has something to say."""
    return _compare(history, asked_probe(history, probe), scorers) is _REMEMBERED


def _judge(history: History, probe: AskedProbe, scorers: Mapping[str, Scorer]) -> _Judgement:
    judgement = _compare(history, probe, scorers)
    if judgement is not _REMEMBERED:
        # A judge cannot make up for a failed comparison.
        return judgement
    try:
        failures = refusals(probe.turn, scorers)
    except Undecided as undecided:
        return _Judgement(outcome=Outcome.UNSCORED, reason=JudgeUndecided(why=undecided.sentence))
    if failures:
        return _Judgement(outcome=Outcome.LOST, reason=JudgeRefused(criteria=failures))
    return judgement


def _compare(history: History, probe: AskedProbe, scorers: Mapping[str, Scorer]) -> _Judgement:
    """Return the judgement without any judge model's."""
    obstacle = _obstacle(history, probe)
    if obstacle is not None and obstacle.sentence:
        return _Judgement(outcome=Outcome.UNSCORED, reason=obstacle)
    turn = probe.turn
    if turn.ended is None or turn.status != ACKNOWLEDGED:
        error = BotError(error=turn.ended.error if turn.ended else "")
        if probe.is_recall:
            return _Judgement(outcome=Outcome.ERROR, reason=error)
        # No reply is neither a leak nor evidence against one: unscored.
        return _Judgement(outcome=Outcome.UNSCORED, reason=error)
    try:
        failures = _failures(turn, turn.ended.reply, scorers)
    except Exception as error:
        # A checker that crashes has not seen the bot fail.
        return _Judgement(outcome=Outcome.UNSCORED, reason=CheckCrashed(error=repr(error)))
    if failures:
        return _Judgement(outcome=Outcome.LOST, reason=ReplyAmiss(checks=failures))
    decoys = guessed(history, turn)
    if decoys:
        return _Judgement(outcome=Outcome.LOST, reason=DecoysNamed(values=tuple(sorted(decoys))))
    return _REMEMBERED


def _obstacle(history: History, probe: AskedProbe) -> Reason | None:
    """Return why the probe says nothing about the bot's memory; None when it does."""
    turn, conversation = probe.turn, probe.conversation
    deployment_history = turn.deployment_history
    if deployment_history.faults:
        fault = deployment_history.faults[0]
        return DeploymentFault(cause=fault.cause, why=fault.sentence)
    if turn.ended is None:
        return RunEndedBefore()
    untold = _untold(history, probe)
    if untold:
        return _why_untold(history, turn, untold)
    if probe.is_recall and conversation.arm != CONTROL:
        not_applied = deployment_history.not_applied(conversation.disruptions)
        if not_applied:
            return not_applied
    if probe.is_recall and _is_out_of_place(conversation, turn):
        return OutOfPlace(disruption=conversation.disruption)
    if turn.status == SKIPPED and not _bot_is_silent(history, turn):
        return NotAsked(why=turn.ended.error)
    return _contradiction(probe)


def _untold(history: History, probe: AskedProbe) -> list[str]:
    """Return the facts that the probe takes for told and that the bot never acknowledged."""
    started = probe.turn.started
    # What must not be made up is best never told at all.
    asked = probe.wanted if started.guarantee == "no-fabrication" else started.asks
    unacknowledged = [fact for fact in asked if fact not in probe.told]
    if not unacknowledged:
        return []
    elsewhere = acknowledged_elsewhere(history, probe.turn)
    return [fact for fact in unacknowledged if fact in probe.wanted or fact not in elsewhere]


def _why_untold(history: History, probe: PlayedTurn, untold: Sequence[str]) -> Reason:
    turns = history.turns_of(probe.started.conversation)
    unstated = [
        fact
        for fact in untold
        if any(fact in turn.started.states and turn.status == ACKNOWLEDGED for turn in turns)
    ]
    if unstated:
        # What the bot did not say it cannot have forgotten.
        return NeverStated(facts=tuple(unstated))
    return NeverAcknowledged(facts=tuple(untold))


def _is_out_of_place(conversation: ConversationPlanned, probe: PlayedTurn) -> bool:
    """Whether a control probe met the disruption, or a treated one came before it."""
    completed_disruptions = probe.deployment_history.completed_disruptions
    if not completed_disruptions or conversation.disruption == UNDISTURBED:
        return False
    if conversation.arm == CONTROL:
        return probe.ended_order > completed_disruptions[0].began
    return probe.order < completed_disruptions[0].order


def _bot_is_silent(history: History, probe: PlayedTurn) -> bool:
    """Whether the probe was not asked because the bot, once disturbed, did not answer any more."""
    completed_disruptions = probe.deployment_history.completed_disruptions
    if any(not completed.ended.recovered for completed in completed_disruptions):
        return True
    return any(
        turn.status == INDETERMINATE and completed_disruptions and turn.order > completed_disruptions[0].order
        for turn in history.turns_of(probe.started.conversation)
        if turn.order < probe.order
    )


def _contradiction(probe: AskedProbe) -> Reason | None:
    """Return why this draw of the facts makes the probe impossible to pass, or to fail."""
    if probe.forbidden:
        impossible = found_in("\n".join(held(probe.turn.started.checks or {})), probe.forbidden)
        if impossible:
            return DemandedAndForbidden(values=tuple(sorted(impossible)))
    given_away = found_in(probe.turn.started.text, [probe.conversation.facts[fact] for fact in probe.wanted])
    if given_away:
        return QuestionNamesAnswer(values=tuple(sorted(given_away)))
    return None


def _failures(probe: PlayedTurn, reply: str, scorers: Mapping[str, Scorer]) -> tuple[CheckFailed, ...]:
    """Return one reason for each check that the reply does not meet."""
    return tuple(
        _failure(name, arguments, reply, scorers[name])
        for name, arguments in comparisons(probe, scorers).items()
        if not scorers[name].score(reply, arguments)
    )


def _failure(name: str, arguments: Sequence[str], reply: str, scorer: Scorer) -> CheckFailed:
    at_fault = [argument for argument in arguments if not scorer.score(reply, (argument,))] or arguments
    phrase = scorer.traits.failure.format(listed(at_fault))
    return CheckFailed(check=name, values=tuple(at_fault), phrase=phrase)


def guessed(history: History, probe: PlayedTurn) -> frozenset[str]:
    """Return plausible values in the reply that nobody said in this conversation: guesses."""
    conversation = history.conversations[probe.started.conversation]
    decoys = [value for fact in probe.started.asks for value in conversation.decoys.get(fact, ())]
    if not decoys or probe.ended is None:
        return frozenset()
    named = found_in(probe.ended.reply, decoys)
    if not named:
        return named
    said = "\n".join(turn.started.text for turn in history.turns_of(conversation.conversation))
    return named - found_in(said, named)


def _expected(probe: PlayedTurn) -> str:
    return ", ".join(
        expectation_text(name, listed(arguments)) for name, arguments in (probe.started.checks or {}).items()
    )
