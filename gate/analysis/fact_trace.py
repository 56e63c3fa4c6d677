"""The trace of a probe's facts: told → stored → loaded → answered.

A stage is None where it is uncertain: a store that the gate did not inspect, a model that is not the
gate's, or a value that several conversations have. None never counts as lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from gate.analysis.history import History, PlayedTurn
from gate.core.guarantees import GUARANTEES
from gate.core.json_escapes import without_escapes
from gate.core.report import FactTrace
from gate.core.transcript import ACKNOWLEDGED, SKIPPED, ConversationPlanned
from gate.core.words import found_in
from gate.scorers.checks import forbidden, forbids_only


@dataclass(kw_only=True, slots=True)
class AskedProbe:
    """A probe, with the facts that its judgement needs several times."""

    turn: PlayedTurn
    conversation: ConversationPlanned
    forbids_only: bool
    """Whether it only says what the reply must not be."""
    is_recall: bool
    """Whether it counts towards the accuracy."""
    forbidden: tuple[str, ...]
    """The texts that the reply must not hold."""
    wanted: tuple[str, ...]
    """The facts that the reply must hold, as opposed to those it must not."""
    disclosures: Sequence[PlayedTurn]
    """The acknowledged turns of its own session before it that tell facts."""
    told: frozenset[str]
    """The facts that these turns tell."""


def asked_probe(history: History, turn: PlayedTurn) -> AskedProbe:
    """Return the probe that was put with `turn`."""
    conversation = history.conversations[turn.started.conversation]
    told_in = disclosures(history, turn)
    checks = turn.started.checks or {}
    forbids = forbids_only(checks)
    unwanted = forbidden(checks)
    return AskedProbe(
        turn=turn,
        conversation=conversation,
        forbids_only=forbids,
        is_recall=GUARANTEES[turn.started.guarantee].recall and not forbids,
        forbidden=unwanted,
        wanted=_wanted(conversation, turn, unwanted),
        disclosures=told_in,
        told=frozenset([fact for turn in told_in for fact in turn.tells]),
    )


def trace(history: History, probe: AskedProbe, remembered: bool) -> FactTrace:
    """Trace the facts that `probe` asks for. A stage counts only if all of them reached it."""
    wanted = probe.wanted
    if not wanted:
        return _fact_trace(None, None, None, None)
    values = [probe.conversation.facts[fact] for fact in wanted]
    # What else was told after the last look into the store says nothing of these facts.
    sought = set(wanted)
    told_at = [turn.order for turn in probe.disclosures if not sought.isdisjoint(turn.tells)]
    return _fact_trace(
        probe.told.issuperset(wanted),
        _stored(probe.turn, values, told_at[-1] if told_at else 0),
        _loaded(history, probe.turn, values),
        remembered,
    )


@cache
def _fact_trace(
    told: bool | None, stored: bool | None, loaded: bool | None, answered: bool | None
) -> FactTrace:
    """Return one shared trace for all probes that went alike: there are many probes, and few traces."""
    return FactTrace(told=told, stored=stored, loaded=loaded, answered=answered)


def wanted_facts(conversation: ConversationPlanned, probe: PlayedTurn) -> tuple[str, ...]:
    """Return the facts that the reply must hold, as opposed to those it must not."""
    return _wanted(conversation, probe, forbidden(probe.started.checks or {}))


def _wanted(
    conversation: ConversationPlanned, probe: PlayedTurn, forbidden_texts: Sequence[str]
) -> tuple[str, ...]:
    if not forbidden_texts:
        return tuple(probe.started.asks)
    unwanted = {text.casefold() for text in forbidden_texts}
    return tuple(fact for fact in probe.started.asks if conversation.facts[fact].casefold() not in unwanted)


def acknowledged_elsewhere(history: History, probe: PlayedTurn) -> frozenset[str]:
    """Return the facts that the bot acknowledged in other sessions of the conversation before `probe`."""
    return frozenset(
        fact
        for turn in history.turns_of(probe.started.conversation)
        if turn.order < probe.order
        and turn.status == ACKNOWLEDGED
        and turn.started.session != probe.started.session
        for fact in turn.tells
    )


def disclosures(history: History, probe: PlayedTurn) -> list[PlayedTurn]:
    """Return the acknowledged turns of the probe's own session before it that tell facts."""
    return [turn for turn in history.said_before(probe) if turn.tells and turn.status == ACKNOWLEDGED]


def _stored(probe: PlayedTurn, values: Collection[str], last_told: int) -> bool | None:
    """Whether the store held the values when the probe was asked, or at the first look after."""
    deployment_history = probe.deployment_history
    decisive = None
    for look in deployment_history.snapshots:
        if look.order > last_told and (decisive is None or look.order < probe.order):
            decisive = look
    if decisive is None:
        return None
    sought = [value.casefold() for value in values]
    if not decisive.held.issuperset(sought):
        # A record that cannot be read as text may hold it.
        return None if decisive.seen.unreadable_keys else False
    # A value that another conversation was dealt too may be there on that one's account.
    return True if {deployment_history.holders[value] for value in sought} == {1} else None


def _loaded(history: History, probe: PlayedTurn, values: Collection[str]) -> bool | None:
    """Whether the values stood in what the bot sent to its model for this probe."""
    if not probe.deployment_history.model_asked or probe.status == SKIPPED:
        return None
    prompts = probe.prompt_text
    plain = without_escapes(prompts)
    loaded = found_in(prompts, values)
    if plain != prompts:
        loaded |= found_in(plain, values)
    if loaded.issuperset(values):
        return True
    # A bot that rewrites the question sends requests that no longer show whose they are, and an equal
    # text that the gate gave up waiting for may still be asked about.
    unclear = not probe.requests and any(
        request.deployment in ("", probe.deployment_history.deployment)
        for request in history.unattributed_between(probe.order, probe.ended_order)
    )
    return None if unclear else False
