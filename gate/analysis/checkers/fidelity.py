"""Fidelity: a value comes back unchanged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from rapidfuzz import fuzz

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.history import History
from gate.analysis.reasons.anomalies import ValueChanged
from gate.core.words import WholeWords, contains

SHORTEST = 6
"""Minimum length in characters. Shorter values resemble too many others."""
LIKENESS = 80
"""Minimum similarity, of 100, at which a passage is a changed value. Other values are removed before."""
SHORTEST_LEAD = 10
"""Minimum number of characters before a told value. Where they occur without it, the value was changed."""
SHARE_CUT_OFF = 0.5
"""Minimum share of a long value at which its beginning counts as the value cut short."""


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find replies and prompts that hold a changed value: folded, cut off, or with other letters."""
    for missed in observed.missed:
        place = _where_changed(missed, _other_turns(observed.history, missed))
        if place:
            yield Anomaly(
                guarantee="fidelity",
                turn=missed.identifier,
                reason=ValueChanged(place=place),
            )


def _where_changed(missed: MissedProbe, other_turns: Collection[str]) -> str:
    others = _other_values(missed)
    reply = _without(missed.reply, others)
    if any(_is_changed(value, reply) for value in missed.missing_values):
        return "reply"
    # Among many words, some resemble any short one: in a prompt, only unguessable values count.
    unmistakable = [
        missed.conversation.facts[fact] for fact in missed.missing if fact in missed.conversation.unguessable
    ]
    prompts = _without(missed.turn.prompt_text, others)
    if any(_is_changed(value, prompts) for value in unmistakable):
        return "prompt"
    gone = missed.result.trace.loaded is False
    if not gone:
        return ""
    for text in other_turns:
        prompts = prompts.replace(text, " ")
    return "prompt" if any(_is_replaced(lead, prompts) for lead in _leads(missed)) else ""


def _other_turns(history: History, missed: MissedProbe) -> list[str]:
    """Return the other texts of the conversation, longest first: some may begin like the disclosure."""
    told_in = {turn.started.turn for turn in missed.told_in}
    conversation = history.turns_of(missed.conversation.conversation)
    said = {turn.started.text for turn in conversation if turn.started.turn not in told_in}
    return sorted(said - {""}, key=lambda text: (-len(text), text))


def _leads(missed: MissedProbe) -> Iterator[str]:
    """Yield the words that led the missing values when they were told."""
    for turn in missed.told_in:
        for value in missed.missing_values:
            lead, found, _ = turn.started.text.partition(value)
            if found and len(lead.strip()) >= SHORTEST_LEAD:
                yield lead


def _is_replaced(lead: str, text: str) -> bool:
    """Whether the text holds the lead, followed by something that is no other value."""
    parts = text.split(lead)[1:]
    return any(part[:1].strip() for part in parts)


def _other_values(missed: MissedProbe) -> set[str]:
    conversation = missed.conversation
    decoys = {value for values in conversation.decoys.values() for value in values}
    return (decoys | set(conversation.facts.values())) - set(missed.missing_values)


def _without(text: str, values: Collection[str]) -> str:
    """Return `text` without these values, so that they do not pass for changed ones."""
    for occurrence in sorted(WholeWords(values).occurrences(text), key=lambda found: -found.start):
        text = text[: occurrence.start] + " " * (occurrence.end - occurrence.start) + text[occurrence.end :]
    return text


def _is_changed(value: str, text: str) -> bool:
    if len(value) < SHORTEST or not text or _stands_in(value, text):
        return False
    plain = _plain(value)
    if len(plain) >= SHORTEST and plain in _plain(text):
        return True
    beginning = value[: int(len(value) * SHARE_CUT_OFF)]
    if len(beginning) >= 2 * SHORTEST and beginning in text:
        return True
    return fuzz.partial_ratio(value, text, score_cutoff=LIKENESS) >= LIKENESS


def _stands_in(value: str, text: str) -> bool:
    return contains(text, value)


def _plain(text: str) -> str:
    """Return only the letters and digits, without accents and letter case."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", decomposed)
