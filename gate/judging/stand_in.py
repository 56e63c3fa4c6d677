"""What the reader could not stand in for: a loss that it may have caused is not the bot's."""

from __future__ import annotations

from gate.core.verdict import Custody
from gate.judging.history import History, PlayedTurn
from gate.judging.reasons.probes import BeyondReader

REMEDY = "a real model does: write `model: {mode: forward}`, or `record` once and `replay`"


def caused_by_reader(history: History, probe: PlayedTurn, custody: Custody) -> BeyondReader | None:
    """Why the loss of what `probe` asks for may be the reader's; None when it is not.

    What stood in the store, or in the prompt, needed no tool and no extraction to get there.
    """
    if custody.stored or custody.loaded:
        return None
    clauses = [
        *(
            clause
            for turn in history.turns_of(probe.started.conversation)
            if turn.order <= probe.order
            for clause in turn.beyond_reader
        ),
        *(
            clause
            for deployment, clause in history.beyond_reader
            if deployment in ("", probe.performance.deployment)
        ),
    ]
    if not clauses:
        return None
    return BeyondReader(features=tuple(dict.fromkeys(clauses)), remedy=REMEDY)
