"""Capacity: facts inside the window that the bot declares are kept."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.accuracy import place_of
from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.history import PlayedTurn
from gate.analysis.prompts import shown_by
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.transcript import CONTROL


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find prompts that lack a fact but hold the later turns, up to the next disruption."""
    for missed in observed.missed:
        if (
            missed.result.trace.loaded is False
            and _is_trimmed(observed, missed)
            and not _is_kept_undisturbed(observed, missed)
        ):
            yield Anomaly(
                guarantee="capacity",
                turn=missed.identifier,
                reason=SignSeen(sign=Sign.PROMPT_TRIMMED),
            )


def _is_trimmed(observed: Observed, missed: MissedProbe) -> bool:
    if not missed.told_in:
        return False
    said, requests = shown_by(observed.history, missed.turn)
    present = {text for texts in requests for text in texts}
    turns = sorted(
        (turn for turns_saying_it in said.values() for turn in turns_saying_it), key=lambda turn: turn.order
    )
    kept = [turn.started.text.strip() in present for turn in turns]
    if True not in kept:
        return False
    begin = kept.index(True)
    # A window keeps the last turns: all missing turns come before all present ones.
    if not all(kept[begin:]):
        return False
    last_telling = max(disclosure.order for disclosure in missed.told_in)
    return last_telling < turns[begin].order and _same_side(missed, turns[begin])


def _is_kept_undisturbed(observed: Observed, missed: MissedProbe) -> bool:
    """Whether the control arm answered the same question with an equally full window."""
    return missed.result.arm != CONTROL and place_of(missed.result) in observed.kept_undisturbed


def _same_side(missed: MissedProbe, turn: PlayedTurn) -> bool:
    """Whether no disruption lies between telling and `turn`: else it is the disruption that took the fact."""
    return not any(completed.began < turn.order for completed in missed.completed_disruptions)
