"""The chain of custody of a probe's facts: told → stored → loaded → answered.

A station is None where nothing could be seen: a store that nobody looked into, a model that is not
the gate's. None never counts as lost.
"""

from __future__ import annotations

from collections.abc import Collection

from gate.core.transcript import ACKNOWLEDGED, AFTER, CONTROL, ConversationPlanned
from gate.core.verdict import Custody
from gate.core.words import found_in
from gate.judging.history import History, Performance, PlayedTurn


def trace(history: History, probe: PlayedTurn, remembered: bool) -> Custody:
    """Where the facts that `probe` asks for were seen on their way. All of them must be at a station."""
    conversation = history.conversations[probe.started.conversation]
    values = wanted_values(conversation, probe)
    tellings = _tellings(history, probe)
    if not values:
        return Custody(told=None, stored=None, loaded=None, answered=remembered)
    told = {fact for turn in tellings for fact in turn.started.tells}
    wanted = wanted_facts(conversation, probe)
    performance = history.performances[conversation.deployment]
    last_told = max((turn.order for turn in tellings), default=0)
    return Custody(
        told=all(fact in told for fact in wanted),
        stored=_stored(performance, conversation.arm, values, last_told),
        loaded=_loaded(performance, probe, values),
        answered=remembered,
    )


def wanted_facts(conversation: ConversationPlanned, probe: PlayedTurn) -> tuple[str, ...]:
    """The facts that the reply must hold, as opposed to those it must not."""
    forbidden = {value.casefold() for value in (probe.started.checks or {}).get("without", ())}
    return tuple(fact for fact in probe.started.asks if conversation.facts[fact].casefold() not in forbidden)


def wanted_values(conversation: ConversationPlanned, probe: PlayedTurn) -> tuple[str, ...]:
    """The values of the facts that the reply must hold."""
    return tuple(conversation.facts[fact] for fact in wanted_facts(conversation, probe))


def acknowledged_facts(history: History, probe: PlayedTurn) -> frozenset[str]:
    """The facts that the bot acknowledged, in any session of the conversation, before `probe`."""
    return frozenset(fact for turn in _tellings(history, probe) for fact in turn.started.tells)


def _tellings(history: History, probe: PlayedTurn) -> list[PlayedTurn]:
    return [
        turn
        for turn in history.turns_of(probe.started.conversation)
        if turn.order < probe.order
        and turn.started.tells
        and turn.started.checks is None
        and turn.ended is not None
        and turn.ended.status == ACKNOWLEDGED
    ]


def _stored(performance: Performance, arm: str, values: Collection[str], last_told: int) -> bool | None:
    """Whether the store held the values: for the treated arm after the disruption, where looked."""
    looks = [sighting for sighting in performance.sightings if sighting.order > last_told]
    if not looks:
        return None
    after = [sighting for sighting in looks if sighting.seen.moment == AFTER]
    decisive = looks[0] if arm == CONTROL or not after else after[-1]
    return set(values) <= set(decisive.seen.values)


def _loaded(performance: Performance, probe: PlayedTurn, values: Collection[str]) -> bool | None:
    """Whether the values stood in what the bot sent to its model for this probe."""
    if not performance.model_asked:
        return None
    return set(values) <= found_in("\n".join(probe.prompts), tuple(values))
