"""The perfect reader: answers a probe with the newest value of its fact that stands in the prompt.

A pure function of the request's content and of the list of texts that the run says. It never guesses,
and knows nothing of what was told to whom: a history that is intact gives the right answer, one that
is lost gives none, a stale or foreign value shows itself.
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
"""Restates nothing, and is told apart from anything that people or templates say."""

_SPEAKERS = "ai|aimessage|assistant|bot|agent|chatbot|model|gpt|answer|response|reply|a"
_LEAD = re.compile(
    rf"[\W_]*(?:(?:{_SPEAKERS}|user|human|role|type|from|content|text|value|message)\b[\W_]*){{0,8}}",
    re.IGNORECASE,
)
"""What may stand between a question and its answer: `\\nAI: `, `", "role": "assistant", "content": "`."""
_END = re.compile(r"\s*\Z|[ \t]*\n|[\"'][,)}\]]|</")
"""What may follow an answer: the end of its line, of its quotation or of its element."""
_LONGEST_LEAD = 100


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a request: its role (`user`, `assistant`, `system`, …) and its text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A probe's text asks for `facts`; `candidates` are the values that they take anywhere in the run."""

    candidates: WholeWords
    facts: frozenset[str] = frozenset()
    oldest_first: bool = False
    """For probes of the order of turns: the value that stands first answers."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the reader made of a request. `about` is the last known turn text in it, or ""."""

    about: str
    answer: str


class ReferenceModel:
    """Answers requests of one run."""

    def __init__(
        self,
        statements: Mapping[str, Mapping[str, Collection[str]]],
        questions: Mapping[str, Question],
        answers: Mapping[str, str] | None = None,
    ) -> None:
        """`statements` has every text of the run, with the values it states and as which facts.

        `questions` are the probes among the texts, `answers` has the replies to those that ask the bot
        to state a fact itself; the replies are statements too. Values are given in folded case.
        """
        self._statements = statements
        self._questions = questions
        self._answers = answers or {}
        self._replies = frozenset(self._answers.values())
        self._known_texts = KnownTexts(statements)
        # Where people themselves write backslashes, an escape cannot be told from what was said.
        self._said_backslash = any("\\" in text for text in statements)

    def read(self, messages: Sequence[Message]) -> Reading:
        """The answer to a request."""
        if not self._said_backslash:
            messages = [Message(role=one.role, text=without_escapes(one.text)) for one in messages]
        prompt = _Prompt(messages, self._known_texts)
        last = next((one for one in reversed(prompt.known) if one.value not in self._replies), None)
        if last is None or self._is_answered(prompt, last):
            # The bot's own business, such as a summary: the last turn has already been answered.
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
        """The newest candidate (the oldest, for an order probe), spelt as it stands in the prompt.

        First among what users said, then in what nobody is known to have said (a profile, but also a
        bot's small talk), and only then in what the bot answered to other probes.
        """
        answers = {
            place: asked
            for turn in prompt.known
            if (asked := self._questions.get(turn.value)) is not None
            and (place := prompt.answer_to(turn, asked)) is not None
        }
        said, written, answered = [], [], []
        for one in question.candidates.occurrences(prompt.text):
            around = prompt.known_around(one)
            if around is not None:
                # It counts as what it was said of: not every city is the home town.
                stated = self._statements[around.value].get(one.value.casefold(), ())
                if around.value != asking and not question.facts.isdisjoint(stated):
                    said.append(one)
            elif one.start not in answers:
                written.append(one)
            elif not question.facts.isdisjoint(answers[one.start].facts):
                answered.append(one)
        found = said or written or answered
        if not found:
            return UNKNOWN
        chosen = (min if question.oldest_first else max)(found, key=_position)
        return prompt.text[chosen.start : chosen.end]

    def _everything_said(self, messages: Sequence[Message], prompt: _Prompt) -> str:
        """All that the prompt says the user said, word for word, so that honest summaries stay whole."""
        said = dict.fromkeys(
            turn.value
            for turn in prompt.known
            if turn.value not in self._questions or self._statements[turn.value]
        )
        if said:
            return "\n".join(said)
        return "\n".join(message.text for message in messages if message.role == "user") or UNKNOWN


class _Prompt:
    """The text of a request and the known texts in it, from left to right."""

    def __init__(self, messages: Sequence[Message], known_texts: KnownTexts) -> None:
        self.text = "\n".join(message.text for message in messages)
        self.known: list[Occurrence] = []
        begin = 0
        for message in messages:
            self.known += [
                Occurrence(value=one.value, start=begin + one.start, end=begin + one.end)
                for one in known_texts.find(message.text)
            ]
            begin += len(message.text) + 1
        self._starts = [turn.start for turn in self.known]

    def known_around(self, one: Occurrence) -> Occurrence | None:
        """The known text in which `one` stands."""
        index = bisect_right(self._starts, one.start) - 1
        return self.known[index] if index >= 0 and one.end <= self.known[index].end else None

    def answer_to(self, turn: Occurrence, question: Question) -> int | None:
        """Where the answer begins that `turn`, which asks `question`, already has; None without one."""
        following = bisect_right(self._starts, turn.start)
        limit = self._starts[following] if following < len(self._starts) else len(self.text)
        rest = self.text[turn.end : limit]
        places = [(one.start, one.end) for one in question.candidates.occurrences(rest)]
        if (unknown := rest.find(UNKNOWN)) >= 0:
            places.append((unknown, unknown + len(UNKNOWN)))
        return next(
            (
                turn.end + start
                for start, end in places
                if start <= _LONGEST_LEAD and _LEAD.fullmatch(rest, 0, start) and _END.match(rest, end)
            ),
            None,
        )


def _position(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.end, occurrence.end - occurrence.start
