"""Records and replays the judge's answers, on the same cassette as those of the bot's model."""

from __future__ import annotations

import json

from gate.llm_judge.question import JudgeModel, NoAnswer, Question
from gate.model_endpoint.wire import ParsedRequest, RawResponse
from gate.recordings.cassette import Cassette, CassetteWriter, Fingerprints

PATH = "judge"
"""Recorded in the field that holds the path of a bot's request."""


class RecordingJudge:
    """Records every answer of another judge, usable or not."""

    def __init__(self, judge: JudgeModel, cassette: CassetteWriter, fingerprints: Fingerprints) -> None:
        self._judge = judge
        self._cassette = cassette
        self._fingerprints = fingerprints

    async def close(self) -> None:
        """See JudgeModel."""
        await self._judge.close()

    async def ask(self, question: Question) -> str:
        """See JudgeModel."""
        answer = await self._judge.ask(question)
        request = ParsedRequest(
            path=PATH,
            body={},
            prompts=(),
            turn=question.turn,
            fingerprint=_fingerprint(question, self._fingerprints),
        )
        if not self._cassette.add(request, RawResponse(chunks=[answer.encode(errors="replace")])):
            raise NoAnswer("the cassette cannot be written any further")
        return answer


class RecordedJudge:
    """Answers from a cassette only, and never asks a judge."""

    def __init__(self, cassette: Cassette, fingerprints: Fingerprints) -> None:
        self._cassette = cassette
        self._fingerprints = fingerprints

    async def close(self) -> None:
        """Close nothing."""

    async def ask(self, question: Question) -> str:
        """See JudgeModel."""
        fingerprint = _fingerprint(question, self._fingerprints)
        raw = self._cassette.take(fingerprint, question.turn)
        if raw is None:
            raise NoAnswer(
                f"the cassette {self._cassette.name} holds none of its answers about the reply to"
                f" {json.dumps(question.text[:80], ensure_ascii=False)} ({fingerprint[:12]}); record it again"
            )
        return b"".join(raw.chunks).decode(errors="replace")


def _fingerprint(question: Question, fingerprints: Fingerprints) -> str:
    body = {"messages": [dict(message) for message in question.messages]}
    return fingerprints.of(ParsedRequest(path=PATH, body=body, prompts=()))
