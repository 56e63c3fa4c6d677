"""The chain of custody of a probe's facts: told → stored → loaded → answered.

A station is None where nothing certain can be said: a store that nobody looked into, a model that is
not the gate's, a value that several conversations were dealt. None never counts as lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gate.core.json_escapes import without_escapes
from gate.core.transcript import ACKNOWLEDGED, UNASKED, ConversationPlanned
from gate.core.verdict import Custody
from gate.core.words import found_in
from gate.judging.history import History, PlayedTurn, Sighting
from gate.scorers import ABSENCE_SCORERS


def trace(history: History, probe: PlayedTurn, remembered: bool) -> Custody:
    """Where the facts that `probe` asks for were seen on their way. All of them must be at a station."""
    conversation = history.conversations[probe.started.conversation]
    wanted = wanted_facts(conversation, probe)
    if not wanted:
        return Custody(told=None, stored=None, loaded=None, answered=None)
    values = tuple(conversation.facts[fact] for fact in wanted)
    told_in = tellings(history, probe)
    told = {fact for turn in told_in for fact in turn.tells}
    # What else was told after the last look into the store says nothing of these facts.
    told_at = [turn.order for turn in told_in if not set(wanted).isdisjoint(turn.tells)]
    return Custody(
        told=all(fact in told for fact in wanted),
        stored=_stored(history, probe, values, max(told_at, default=0)),
        loaded=_loaded(history, probe, values),
        answered=remembered,
    )


def wanted_facts(conversation: ConversationPlanned, probe: PlayedTurn) -> tuple[str, ...]:
    """The facts that the reply must hold, as opposed to those it must not."""
    checks = probe.started.checks or {}
    forbidden = {value.casefold() for name in ABSENCE_SCORERS for value in checks.get(name, ())}
    return tuple(fact for fact in probe.started.asks if conversation.facts[fact].casefold() not in forbidden)


def acknowledged_facts(history: History, probe: PlayedTurn) -> frozenset[str]:
    """The facts that the bot acknowledged in the probe's own session before it."""
    return frozenset(fact for turn in tellings(history, probe) for fact in turn.tells)


def acknowledged_elsewhere(history: History, probe: PlayedTurn) -> frozenset[str]:
    """The facts that the bot acknowledged in other sessions of the conversation before `probe`."""
    return frozenset(
        fact
        for turn in _acknowledged(history, probe)
        if turn.started.session != probe.started.session
        for fact in turn.tells
    )


def tellings(history: History, probe: PlayedTurn) -> list[PlayedTurn]:
    """The acknowledged turns of the probe's own session before it that tell facts."""
    return [
        turn
        for turn in _acknowledged(history, probe)
        if turn.tells and turn.started.session == probe.started.session
    ]


def _acknowledged(history: History, probe: PlayedTurn) -> Iterable[PlayedTurn]:
    return (
        turn
        for turn in history.turns_of(probe.started.conversation)
        if turn.order < probe.order and turn.status == ACKNOWLEDGED
    )


def _stored(history: History, probe: PlayedTurn, values: Collection[str], last_told: int) -> bool | None:
    """Whether the store held the values when the probe was asked, or at the first look after."""
    performance = history.performance_of(probe)
    looks = [sighting for sighting in performance.sightings if sighting.order > last_told]
    if not looks:
        return None
    decisive = _last_before(looks, probe) or looks[0]
    if not all(value.casefold() in decisive.held for value in values):
        # It may stand in a record that cannot be read as text.
        return None if decisive.seen.unreadable_keys else False
    # A value that another conversation was dealt too may be there on that one's account.
    return True if all(performance.holders[value.casefold()] == 1 for value in values) else None


def _last_before(looks: Iterable[Sighting], probe: PlayedTurn) -> Sighting | None:
    return next((one for one in reversed(list(looks)) if one.order < probe.order), None)


def _loaded(history: History, probe: PlayedTurn, values: Collection[str]) -> bool | None:
    """Whether the values stood in what the bot sent to its model for this probe."""
    if not history.performance_of(probe).model_asked or probe.status == UNASKED:
        return None
    prompts = "\n".join(probe.prompts)
    plain = without_escapes(prompts)
    loaded = found_in(prompts, tuple(values))
    if plain != prompts:
        loaded |= found_in(plain, tuple(values))
    if set(values) <= loaded:
        return True
    # A bot that rewrites the question sends requests that no longer show whose they are, and an equal
    # text that the gate gave up waiting for may still be asked about.
    deployment = history.conversations[probe.started.conversation].deployment
    unclear = not probe.prompts and any(
        probe.order < one.order < probe.ended_order
        for one in history.unattributed
        if one.deployment in ("", deployment)
    )
    return None if unclear else False
