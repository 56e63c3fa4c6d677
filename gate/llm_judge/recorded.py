"""The judge's answers on a cassette, beside those of the bot's model: recorded once, played for nothing."""

from __future__ import annotations

import json

from gate.llm_judge.question import JudgeModel, NoAnswer, Question
from gate.model_endpoint.wire import ParsedRequest, RawResponse
from gate.recordings.cassette import Cassette, CassetteWriter, Fingerprints

PATH = "judge"
"""Stands on the cassette in the place of the path of a bot's request."""


class RecordingJudge:
    """Keeps what another judge answers, usable or not."""

    def __init__(self, judge: JudgeModel, tape: CassetteWriter, fingerprints: Fingerprints) -> None:
        self._judge = judge
        self._tape = tape
        self._fingerprints = fingerprints

    async def close(self) -> None:
        """See JudgeModel."""
        await self._judge.close()

    async def ask(self, question: Question) -> str:
        """See JudgeModel."""
        answer = await self._judge.ask(question)
        asked = ParsedRequest(
            path=PATH,
            body={},
            prompts=(),
            turn=question.turn,
            fingerprint=_fingerprint(question, self._fingerprints),
        )
        if not self._tape.add(asked, RawResponse(chunks=[answer.encode(errors="replace")])):
            raise NoAnswer("the cassette cannot be written any further")
        return answer


class RecordedJudge:
    """Answers from a cassette only; no judge is ever asked instead."""

    def __init__(self, cassette: Cassette, fingerprints: Fingerprints) -> None:
        self._cassette = cassette
        self._fingerprints = fingerprints

    async def close(self) -> None:
        """Nothing is open."""

    async def ask(self, question: Question) -> str:
        """See JudgeModel."""
        fingerprint = _fingerprint(question, self._fingerprints)
        written = self._cassette.take(fingerprint, question.turn)
        if written is None:
            raise NoAnswer(
                f"the cassette {self._cassette.name} holds none of its answers about the reply to"
                f" {json.dumps(question.text[:80], ensure_ascii=False)} ({fingerprint[:12]}); record it again"
            )
        return b"".join(written.chunks).decode(errors="replace")


def _fingerprint(question: Question, fingerprints: Fingerprints) -> str:
    body = {"messages": [dict(one) for one in question.messages]}
    return fingerprints.of(ParsedRequest(path=PATH, body=body, prompts=()))
