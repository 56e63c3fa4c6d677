"""Once only: a turn is stored once, however often it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.history import PlayedTurn
from gate.analysis.prompts import Shown, turn_texts_in
from gate.analysis.reasons.anomalies import TurnRepeated


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find prompts that hold an earlier turn more often than the user said it."""
    for turn, shown in observed.shown_amiss:
        repeated = _repeated(turn, shown)
        if repeated:
            yield Anomaly(
                guarantee="once-only",
                turn=turn.started.turn,
                reason=TurnRepeated(times=repeated),
            )


def _repeated(turn: PlayedTurn, shown: Shown) -> int:
    """Count the most repeated turn of a prompt; 0 when it holds none more often than it was said."""
    said, requests = shown
    question = turn.started.text.strip()
    if question in said:
        # Its own prompt may hold it twice: in its place, and as the question to be answered.
        said = {text: turns for text, turns in said.items() if text != question}
        requests = [turn_texts_in(request, said) for request in turn.requests]
    repeated = 0
    for texts in requests:
        # Most prompts repeat no turn: count only where one does.
        if len(set(texts)) < len(texts):
            counts = Counter(texts)
            repeated = max(repeated, *(n if n > len(said[text]) else 0 for text, n in counts.items()))
    return repeated
