"""Judges one probe at a time: remembered, lost, an error of the bot, or nothing to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.core.guarantees import GUARANTEES
from gate.core.transcript import ACKNOWLEDGED, ConversationPlanned
from gate.core.verdict import Outcome, ProbeResult
from gate.core.words import found_in
from gate.interfaces import Scorer
from gate.judging.custody import acknowledged_facts, trace
from gate.judging.history import History, PlayedTurn


def judge_probe(history: History, probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> ProbeResult:
    """The result of one probe."""
    conversation = history.conversations[probe.started.conversation]
    outcome, reason = _outcome(history, conversation, probe, scorers)
    failed = outcome in (Outcome.LOST, Outcome.ERROR)
    return ProbeResult(
        scenario=conversation.scenario,
        file=conversation.file,
        line=probe.started.line,
        session=probe.started.session,
        conversation=conversation.conversation,
        trial=conversation.trial,
        arm=conversation.arm,
        disruption=conversation.disruption,
        guarantee=probe.started.guarantee,
        question=probe.started.text,
        expected=_expected(probe),
        reply=probe.ended.reply if probe.ended else "",
        outcome=outcome,
        anomaly=GUARANTEES[probe.started.guarantee].anomaly if failed else None,
        facts=probe.started.asks,
        custody=trace(history, probe, outcome is Outcome.REMEMBERED),
        reason=reason,
    )


def _outcome(
    history: History,
    conversation: ConversationPlanned,
    probe: PlayedTurn,
    scorers: Mapping[str, Scorer],
) -> tuple[Outcome, str]:
    faults = history.performances[conversation.deployment].faults
    if faults:
        return Outcome.UNSCORED, faults[0].sentence
    if probe.ended is None:
        return Outcome.UNSCORED, "the run ended before the bot answered"
    untold = [fact for fact in probe.started.asks if fact not in acknowledged_facts(history, probe)]
    if untold:
        return Outcome.UNSCORED, f"the bot never acknowledged the turn that tells {_listed(untold)}"
    if probe.ended.status != ACKNOWLEDGED:
        return Outcome.ERROR, probe.ended.error
    failed = [
        (name, arguments)
        for name, arguments in (probe.started.checks or {}).items()
        if not scorers[name].score(probe.ended.reply, arguments)
    ]
    if failed:
        return Outcome.LOST, "; ".join(_failure(name, arguments) for name, arguments in failed)
    guessed = _decoys_named(history, conversation, probe)
    if guessed:
        return Outcome.LOST, f"it also names {_listed(sorted(guessed))}, which it was never told"
    return Outcome.REMEMBERED, ""


def _decoys_named(history: History, conversation: ConversationPlanned, probe: PlayedTurn) -> frozenset[str]:
    """Plausible values in the reply that nobody said in this conversation: a guess, not a memory."""
    decoys = [value for fact in probe.started.asks for value in conversation.decoys.get(fact, ())]
    if not decoys or probe.ended is None:
        return frozenset()
    said = "\n".join(turn.started.text for turn in history.turns_of(conversation.conversation))
    return found_in(probe.ended.reply, decoys) - found_in(said, decoys)


def _failure(scorer: str, arguments: Sequence[str]) -> str:
    wording = {
        "contains": "the reply does not hold {}",
        "all": "the reply does not hold all of {}",
        "any": "the reply holds none of {}",
        "without": "the reply holds {}, which it must not",
    }
    return wording.get(scorer, f"{scorer} does not hold for {{}}").format(_listed(arguments))


def _expected(probe: PlayedTurn) -> str:
    phrases = {"contains": "{}", "all": "all of {}", "any": "any of {}", "without": "not {}"}
    return ", ".join(
        phrases.get(name, f"{name} {{}}").format(_listed(arguments))
        for name, arguments in (probe.started.checks or {}).items()
    )


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)
