"""Atomic turns: a turn that was interrupted is whole or absent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.core.transcript import INDETERMINATE
from gate.judging.guarantees.breach import Breach, Observed
from gate.judging.prompts import USER_ROLES, SessionTexts, pieces_in, said_before, standing_in


def check(observed: Observed) -> Iterable[Breach]:
    """Prompts that hold an interrupted turn in part: cut short, or without the answer others have."""
    for turn, _ in observed.probes():
        said = said_before(observed.history, turn)
        interrupted = [
            text for text, turns in said.turns.items() if all(one.status == INDETERMINATE for one in turns)
        ]
        if interrupted and any(_holds_half(request, said, interrupted) for request in turn.requests):
            yield Breach(
                guarantee="atomic-turns",
                turn=turn.started.turn,
                sentence="the prompt holds half of a turn that was interrupted",
            )


def _holds_half(request: Sequence[str], said: SessionTexts, interrupted: Sequence[str]) -> bool:
    standing = list(standing_in(request, said))
    answered = {one.text for one in standing if one.follower and one.follower not in USER_ROLES}
    unanswered = {one.text for one in standing if one.follower in USER_ROLES}
    # Where no turn has its answer in the prompt, the bot keeps only what users say.
    lacks_answer = bool(answered) and any(text in unanswered for text in interrupted)
    return lacks_answer or any(pieces_in(request, text) for text in interrupted)
