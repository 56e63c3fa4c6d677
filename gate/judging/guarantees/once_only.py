"""Once only: a turn is stored once, however often it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gate.judging.guarantees.breach import Breach, Observed
from gate.judging.history import History, PlayedTurn
from gate.judging.prompts import said_before, standing_in


def check(observed: Observed) -> Iterable[Breach]:
    """Prompts in which an earlier turn stands more often than the user said it."""
    for turn, _ in observed.probes():
        repeated = _repeated(observed.history, turn)
        if repeated:
            yield Breach(
                guarantee="once-only",
                turn=turn.started.turn,
                sentence=f"a turn that was said once stands in the prompt {repeated} times",
            )


def _repeated(history: History, turn: PlayedTurn) -> int:
    """How often the most repeated turn stands in a prompt, 0 when none does more often than it was said."""
    said = said_before(history, turn)
    # The question itself may stand in its own prompt twice: at its place and as what is to be answered.
    said.pop(turn.started.text.strip(), None)
    return max(
        (
            count
            for request in turn.requests
            for text, count in Counter(one.text for one in standing_in(request, said)).items()
            if count > len(said[text])
        ),
        default=0,
    )
