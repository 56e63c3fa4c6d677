"""Atomic turns: a turn that was interrupted is whole or absent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.prompts import USER_ROLES, SaidTexts, followed_by, pieces_in, said_before
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.transcript import INDETERMINATE

GUARANTEE = "atomic-turns"


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find prompts with part of an interrupted turn: cut short, or without the answer that others have."""
    broken_off = {
        turn.started.conversation for turn in observed.history.turns.values() if turn.status == INDETERMINATE
    }
    for turn, _ in observed.probes:
        if turn.started.conversation not in broken_off:
            continue
        said = said_before(observed.history, turn)
        interrupted = [
            text for text, turns in said.items() if all(turn.status == INDETERMINATE for turn in turns)
        ]
        if not interrupted:
            continue
        if any(pieces_in(request, text) for request in turn.requests for text in interrupted):
            yield Anomaly(
                guarantee=GUARANTEE,
                turn=turn.started.turn,
                reason=SignSeen(sign=Sign.TURN_CUT_SHORT),
            )
        elif any(_lacks_answer(request, said, interrupted) for request in turn.requests):
            # A bot that stores the user's text before it asks its model loses none of it.
            yield Anomaly(
                guarantee=GUARANTEE,
                turn=turn.started.turn,
                reason=SignSeen(sign=Sign.TURN_UNANSWERED),
                is_certain=False,
            )


def _lacks_answer(request: Sequence[str], said: SaidTexts, interrupted: Sequence[str]) -> bool:
    followers = tuple(followed_by(request, said))
    answered = {text for text, role in followers if role and role not in USER_ROLES}
    unanswered = {text for text, role in followers if role in USER_ROLES}
    # Where no turn has its answer in the prompt, the bot keeps only what users say.
    return bool(answered) and any(text in unanswered for text in interrupted)
