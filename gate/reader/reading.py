"""The perfect reader: answers a probe with the newest value of its fact that stands in the prompt.

A pure function of the request's content and of the list of texts that the run says. It never guesses,
and knows nothing of what was told to whom: a history that is intact gives the right answer, one that
is lost gives none, a stale or foreign value shows itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.core.words import Occurrence, WholeWords

UNKNOWN = "I don't know."
ACKNOWLEDGEMENT = "All right, I have read that."
"""Restates nothing, and is told apart from anything that people or templates say."""

PREFIX_LENGTH = 12
"""By how many leading characters known texts are looked up; an arbitrary trade of memory for time."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a request: its role (`user`, `assistant`, `system`, …) and its text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A probe's text, and every value that the facts it names take anywhere in the run."""

    candidates: WholeWords
    oldest_first: bool = False
    """For probes of the order of turns: the value that stands first answers."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the reader made of a request. `about` is the last known turn text in it, or ""."""

    about: str
    answer: str


class Reader:
    """Answers requests of one run."""

    def __init__(self, texts: Iterable[str], questions: Mapping[str, Question]) -> None:
        """`texts` is everything that is said in the run; `questions` are the probes among them."""
        self._questions = questions
        self._texts = frozenset(texts)
        self._by_prefix: dict[str, list[str]] = {}
        for text in self._texts:
            self._by_prefix.setdefault(text[:PREFIX_LENGTH], []).append(text)
        self._prefix_lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def read(self, messages: Sequence[Message]) -> Reading:
        """The answer to a request."""
        prompt = "\n".join(message.text for message in messages)
        about, rest = self._last_known_text(messages, prompt)
        if not about or ACKNOWLEDGEMENT in rest or UNKNOWN in rest:
            # The bot's own business, such as a summary: the last turn has already been answered.
            return Reading(about="", answer=self._everything_said(messages, prompt))
        question = self._questions.get(about)
        if question is None:
            return Reading(about=about, answer=ACKNOWLEDGEMENT)
        return Reading(about=about, answer=_newest(question, prompt) or UNKNOWN)

    def _last_known_text(self, messages: Sequence[Message], prompt: str) -> tuple[str, str]:
        """The known text that ends last in the prompt, and what follows it."""
        if messages and messages[-1].text in self._texts:
            return messages[-1].text, ""
        last = max(self._known(prompt), key=lambda one: (one.end, one.end - one.start), default=None)
        return (last.value, prompt[last.end :]) if last else ("", "")

    def _known(self, prompt: str) -> Iterable[Occurrence]:
        """Every known text in the prompt, in order of its first character."""
        for start in _word_starts(prompt):
            for length in self._prefix_lengths:
                for text in self._by_prefix.get(prompt[start : start + length], ()):
                    if prompt.startswith(text, start):
                        yield Occurrence(value=text, start=start, end=start + len(text))

    def _everything_said(self, messages: Sequence[Message], prompt: str) -> str:
        """All that the prompt says the user said, word for word, so that honest summaries stay whole."""
        known = dict.fromkeys(one.value for one in self._known(prompt) if one.value not in self._questions)
        if known:
            return "\n".join(known)
        return "\n".join(message.text for message in messages if message.role == "user") or UNKNOWN


def _word_starts(text: str) -> Iterable[int]:
    """Positions at which a turn's text may begin: where a word, or anything but a word, begins."""
    before_is_word = False
    for position, character in enumerate(text):
        is_word = character.isalnum()
        if not is_word or not before_is_word:
            yield position
        before_is_word = is_word


def _newest(question: Question, prompt: str) -> str:
    """The candidate that stands last in the prompt (first, for an order probe), spelt as it stands there."""
    found = list(question.candidates.occurrences(prompt))
    if not found:
        return ""
    chosen = min(found, key=_position) if question.oldest_first else max(found, key=_position)
    return prompt[chosen.start : chosen.end]


def _position(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.end, occurrence.end - occurrence.start
