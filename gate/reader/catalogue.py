"""From a plan to a reader: which texts are said, which of them are probes, what could answer them."""

from __future__ import annotations

from gate.core.words import WholeWords
from gate.reader.reading import Question, Reader
from gate.runner.plan import Plan


def reader_for(plan: Plan) -> Reader:
    """A reader that knows the texts and the probes of `plan`, and nothing of who was told what."""
    values_of: dict[tuple[str, str], set[str]] = {}
    for conversation in plan.conversations:
        for name, value in conversation.facts.items():
            values_of.setdefault((conversation.scenario.name, name), set()).add(value)
    texts: set[str] = set()
    candidates: dict[str, set[str]] = {}
    oldest_first: set[str] = set()
    for conversation in plan.conversations:
        for turn in conversation.turns:
            texts.add(turn.text)
            if turn.expectation is None:
                continue
            asked = candidates.setdefault(turn.text, set())
            for name in turn.asks:
                asked |= values_of[conversation.scenario.name, name]
            if turn.guarantee == "order":
                oldest_first.add(turn.text)
    return Reader(
        texts,
        {
            text: Question(candidates=WholeWords(sorted(values)), oldest_first=text in oldest_first)
            for text, values in candidates.items()
        },
    )
