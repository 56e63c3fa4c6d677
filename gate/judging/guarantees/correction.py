"""Correction: the last correction wins."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.words import found_in
from gate.judging.guarantees.breach import Breach, MissedProbe, Observed


def check(observed: Observed) -> Iterable[Breach]:
    """Replies, and prompts behind wrong replies, that hold a corrected value in place of the last one."""
    for missed in observed.missed:
        if missed.result.guarantee != "correction":
            continue
        old = _corrected(missed)
        if found_in(missed.reply, old):
            sentence = "the reply holds a value that was corrected"
        elif missed.result.custody.loaded is False and found_in("\n".join(missed.turn.prompts), old):
            sentence = "the prompt holds a value that was corrected, and not the correction"
        else:
            continue
        yield Breach(guarantee="correction", turn=missed.identifier, sentence=sentence)


def _corrected(missed: MissedProbe) -> list[str]:
    """What the probe asks about and does not want to hear."""
    facts = missed.conversation.facts
    wanted = {facts[fact] for fact in missed.missing}
    return [facts[fact] for fact in missed.turn.started.asks if facts[fact] not in wanted]
