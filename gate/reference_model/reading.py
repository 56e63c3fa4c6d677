"""The reference model: answers a probe with the newest value of its fact in the prompt.

The answer is a pure function of the request's content and of the texts of the run. The model never
guesses, and does not know which session said what. So an intact history gives the right answer, a lost
one gives none, and a stale or foreign value appears in the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gate.core.json_escapes import without_escapes
from gate.core.words import Occurrence, WholeWords
from gate.reference_model.known_texts import KnownTexts

UNKNOWN = "I don't know."
ACKNOWLEDGEMENT = "All right, I have read that."
"""Repeats no fact, and occurs in no text of users or templates."""

_SPEAKERS = "ai|aimessage|assistant|bot|agent|chatbot|model|gpt|answer|response|reply|a"
_LEAD = re.compile(
    rf"[\W_]*(?:(?:{_SPEAKERS}|user|human|role|type|from|content|text|value|message)\b[\W_]*){{0,8}}",
    re.IGNORECASE,
)
"""Matches text between a question and its answer: `\\nAI: `, `", "role": "assistant", "content": "`."""
_END = re.compile(r"\s*\Z|[ \t]*\n|[\"'][,)}\]]|</")
"""Matches text after an answer: the end of its line, of its quotation or of its element."""
_LONGEST_LEAD = 100


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a request: its role (`user`, `assistant`, `system`, …) and its text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A probe's question for `facts`. `candidates` are all their values anywhere in the run."""

    candidates: WholeWords
    facts: frozenset[str] = frozenset()
    oldest_first: bool = False
    """For probes of the order of turns: the first value in the prompt is the answer."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The result for one request. `about` is the last known turn text in it, or ""."""

    about: str
    answer: str


class ReferenceModel:
    """Answers the requests of one run."""

    def __init__(
        self,
        statements: Mapping[str, Mapping[str, Collection[str]]],
        questions: Mapping[str, Question],
        answers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the texts of a run.

        `statements` maps every text to the values that it states, in folded case, and each value to its
        facts. `questions` are the probes among the texts. `answers` maps texts that ask the bot to state a
        fact itself to its replies, which are statements too.
        """
        self._statements = statements
        self._questions = questions
        self._answers = answers or {}
        self._replies = frozenset(self._answers.values())
        self._known_texts = KnownTexts(statements)
        # If users write backslashes, an escape cannot be distinguished from their text.
        self._said_backslash = any("\\" in text for text in statements)

    def read(self, messages: Sequence[Message]) -> Reading:
        """Return the answer to a request, and the turn that it is about."""
        if not self._said_backslash:
            messages = [
                Message(role=message.role, text=without_escapes(message.text)) for message in messages
            ]
        prompt = _Prompt(messages, self._known_texts)
        last = next((turn for turn in reversed(prompt.known) if turn.value not in self._replies), None)
        if last is None or self._is_answered(prompt, last):
            # The last turn has its answer already, so this is a request of the bot's own, such as a summary.
            return Reading(about="", answer=self._everything_said(messages, prompt))
        question = self._questions.get(last.value)
        if question is None:
            return Reading(about=last.value, answer=self._answers.get(last.value, ACKNOWLEDGEMENT))
        return Reading(about=last.value, answer=self._answer(prompt, last.value, question))

    def _is_answered(self, prompt: _Prompt, turn: Occurrence) -> bool:
        following = prompt.text[turn.end :]
        if ACKNOWLEDGEMENT in following:
            return True
        answer = self._answers.get(turn.value)
        if answer is not None and answer in following:
            return True
        question = self._questions.get(turn.value)
        return question is not None and prompt.answer_to(turn, question) is not None

    def _answer(self, prompt: _Prompt, asking: str, question: Question) -> str:
        """Return the newest candidate (the oldest, for an order probe), spelt as in the prompt.

        Candidates in users' texts come first. Next are those in texts of unknown origin: a profile, but
        also a bot's filler. Last are those in the bot's answers to other probes.
        """
        answers = {
            start: asked
            for turn in prompt.known
            if (asked := self._questions.get(turn.value)) is not None
            and (start := prompt.answer_to(turn, asked)) is not None
        }
        said, unattributed, answered = [], [], []
        for candidate in question.candidates.occurrences(prompt.text):
            around = prompt.known_around(candidate)
            if around is not None:
                # It counts only as the fact that the text states: not every city is the home town.
                stated = self._statements[around.value].get(candidate.value.casefold(), ())
                if around.value != asking and not question.facts.isdisjoint(stated):
                    said.append(candidate)
            elif candidate.start not in answers:
                unattributed.append(candidate)
            elif not question.facts.isdisjoint(answers[candidate.start].facts):
                answered.append(candidate)
        found = said or unattributed or answered
        if not found:
            return UNKNOWN
        chosen = (min if question.oldest_first else max)(found, key=_position)
        return prompt.text[chosen.start : chosen.end]

    def _everything_said(self, messages: Sequence[Message], prompt: _Prompt) -> str:
        """Return all user texts in the prompt, verbatim, so that an honest summary loses nothing."""
        said = dict.fromkeys(
            turn.value
            for turn in prompt.known
            if turn.value not in self._questions or self._statements[turn.value]
        )
        if said:
            return "\n".join(said)
        return "\n".join(message.text for message in messages if message.role == "user") or UNKNOWN


class _Prompt:
    """The text of a request, and the known texts in it from left to right."""

    def __init__(self, messages: Sequence[Message], known_texts: KnownTexts) -> None:
        self.text = "\n".join(message.text for message in messages)
        self.known: list[Occurrence] = []
        begin = 0
        for message in messages:
            self.known += [
                Occurrence(value=turn.value, start=begin + turn.start, end=begin + turn.end)
                for turn in known_texts.find(message.text)
            ]
            begin += len(message.text) + 1
        self._starts = [turn.start for turn in self.known]

    def known_around(self, value: Occurrence) -> Occurrence | None:
        """Return the known text that contains `value`; None when none does."""
        index = bisect_right(self._starts, value.start) - 1
        return self.known[index] if index >= 0 and value.end <= self.known[index].end else None

    def answer_to(self, turn: Occurrence, question: Question) -> int | None:
        """Return the start of the answer that follows `turn`, which asks `question`; None without one."""
        following = bisect_right(self._starts, turn.start)
        limit = self._starts[following] if following < len(self._starts) else len(self.text)
        rest = self.text[turn.end : limit]
        spans = [(value.start, value.end) for value in question.candidates.occurrences(rest)]
        if (unknown := rest.find(UNKNOWN)) >= 0:
            spans.append((unknown, unknown + len(UNKNOWN)))
        return next(
            (
                turn.end + start
                for start, end in spans
                if start <= _LONGEST_LEAD and _LEAD.fullmatch(rest, 0, start) and _END.match(rest, end)
            ),
            None,
        )


def _position(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.end, occurrence.end - occurrence.start
