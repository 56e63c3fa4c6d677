"""Excuse losses that missing features of the reference model may have caused."""

from __future__ import annotations

from gate.analysis.history import History, PlayedTurn
from gate.analysis.reasons.probes import BeyondReader
from gate.core.report import FactTrace

REMEDY = "a real model does: write `model: {mode: forward}`, or `record` once and `replay`"


def excuse_of_model(history: History, probe: PlayedTurn, trace: FactTrace) -> BeyondReader | None:
    """Return why the reference model may have caused the loss; None when it did not.

    What stood in the store, or in the prompt, needed no tool and no extraction to get there.
    """
    if trace.stored or trace.loaded:
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
            if deployment in ("", probe.deployment_history.deployment)
        ),
    ]
    if not clauses:
        return None
    return BeyondReader(features=tuple(dict.fromkeys(clauses)), remedy=REMEDY)
