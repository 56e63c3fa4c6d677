"""Order: turns stay in the order in which they were said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.prompts import SaidTexts
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.words import found_in

GUARANTEE = "order"


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find replies that name the wrong one of several facts, and prompts whose turns are out of order."""
    for missed in observed.missed:
        if missed.result.guarantee == GUARANTEE and _names_another(missed):
            yield Anomaly(
                guarantee=GUARANTEE,
                turn=missed.identifier,
                reason=SignSeen(sign=Sign.REPLY_OUT_OF_ORDER),
            )
    for turn, (said, requests) in observed.shown_amiss:
        if any(_is_inverted(texts, said) for texts in requests):
            yield Anomaly(
                guarantee=GUARANTEE,
                turn=turn.started.turn,
                reason=SignSeen(sign=Sign.PROMPT_OUT_OF_ORDER),
            )


def _names_another(missed: MissedProbe) -> bool:
    asked = [missed.conversation.facts[fact] for fact in missed.turn.started.asks]
    return bool(found_in(missed.reply, asked))


def _is_inverted(texts: Sequence[str], said: SaidTexts) -> bool:
    # Only texts that were said once identify a turn. Its first occurrence counts.
    turns = [said[text][0] for text in dict.fromkeys(texts) if len(said[text]) == 1]
    for first, second in pairwise(turns):
        # Concurrent turns have no order.
        if second.ended is not None and second.ended_order < first.order:
            return True
    return False
