"""Each question has a recorded answer, even when the judge fails."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from gate.analysis.ties import Tie
from gate.core.transcript import Event, JudgeAnswered
from gate.llm_judge import (
    JudgeModel,
    NoAnswer,
    OpenAIJudge,
    Question,
    RecordedJudge,
    RecordingJudge,
    ask_all,
)
from gate.llm_judge.asking import MAX_QUESTIONS
from gate.llm_judge.question import MAX_CHARACTERS
from gate.recordings.cassette import CassetteWriter, Fingerprints, load_cassette
from tests.unit.llm_judge.judge_server import JUDGE_KEY, NO, YES, JudgeServer

SESSION = "0123456789abcdef"
Answers = list[tuple[str, bool | None, str]]


def ties(count: int, reply: str = "In Lisbon, alice-{session}.", session: str = SESSION) -> list[Tie]:
    return [
        Tie(
            turn=f"c1.{number}",
            question="Where?",
            reply=reply.format(session=session),
            criterion="says Lisbon",
        )
        for number in range(count)
    ]


def answers(asked: list[Tie], judge: JudgeModel) -> Answers:
    """Ask the judge, and return the recorded answers by turn."""
    events: list[Event] = []

    async def play() -> None:
        try:
            await ask_all(asked, judge, record=events.append, clock=lambda: 1.0)
        finally:
            await judge.close()

    asyncio.run(play())
    found = [event for event in events if isinstance(event, JudgeAnswered)]
    assert len(found) == len(events)
    return sorted((event.turn, event.holds, event.reason) for event in found)


class Scripted:
    """Answers each turn as it is told."""

    def __init__(self, **said: str | Exception) -> None:
        self.said = said
        self.most = self.now = 0

    async def ask(self, question: Question) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        said = self.said.get(question.turn.replace(".", "_"), YES)
        if isinstance(said, Exception):
            raise said
        return said

    async def close(self) -> None:
        """Close nothing."""


def test_yes_no_and_no_answer_are_recorded() -> None:
    judge = Scripted(
        c1_1=NO, c1_2="perhaps", c1_3=NoAnswer("it is tired"), c1_4=RuntimeError(f"the key {JUDGE_KEY}")
    )
    assert answers(ties(5), judge) == [
        ("c1.0", True, "It says so."),
        ("c1.1", False, "It says something else."),
        ("c1.2", None, "what it said is not the one JSON object that was asked for"),
        ("c1.3", None, "it is tired"),
        ("c1.4", None, "asking it failed with RuntimeError"),
    ]


def test_no_more_than_a_few_are_asked_at_once() -> None:
    judge = Scripted()
    assert len(answers(ties(5 * MAX_QUESTIONS), judge)) == 5 * MAX_QUESTIONS
    assert judge.most == MAX_QUESTIONS


def test_a_reply_that_is_too_long_is_not_asked_about(server: JudgeServer) -> None:
    judge = Scripted()
    [(_, holds, reason)] = answers(ties(1, "a" * MAX_CHARACTERS), judge)
    assert (holds, judge.most) == (None, 0)
    assert "is the most" in reason


def record_answers(folder: Path, judge: JudgeModel, asked: list[Tie]) -> tuple[Path, Answers]:
    """Record the answers of `judge` on a cassette."""
    path = folder / "recorded.jsonl"
    writer = CassetteWriter(path, 7)
    found = answers(asked, RecordingJudge(judge, writer, Fingerprints([SESSION])))
    writer.keep()
    return path, found


def test_recorded_answers_are_replayed_without_a_judge(tmp_path: Path, server: JudgeServer) -> None:
    """The replay has other session ids than the recording."""
    said = itertools.cycle([YES, NO, "perhaps"])
    server.say = lambda system, reply: next(said)
    path, recorded = record_answers(tmp_path, OpenAIJudge(server.url, "judge-1", JUDGE_KEY), ties(6))
    assert {holds for _, holds, _ in recorded} == {True, False, None}
    assert JUDGE_KEY not in path.read_text()
    server.close()
    other = "fedcba9876543210"
    played = RecordedJudge(load_cassette(path), Fingerprints([other]))
    assert answers(ties(6, session=other), played) == recorded


@pytest.mark.parametrize("change", ["reply", "criterion", "more"])
def test_a_missing_answer_is_reported_and_no_judge_is_asked(tmp_path: Path, change: str) -> None:
    path, _ = record_answers(tmp_path, Scripted(), ties(1))
    asked = {
        "reply": ties(1, "In Oslo."),
        "criterion": [Tie(turn="c1.0", question="Where?", reply="In Lisbon.", criterion="is kind")],
        "more": ties(2),
    }[change]
    played = answers(asked, RecordedJudge(load_cassette(path), Fingerprints([SESSION])))
    _, holds, reason = played[-1]
    assert holds is None
    assert reason.startswith(
        'the cassette recorded.jsonl holds none of its answers about the reply to "Where?"'
    )
    assert reason.endswith("; record it again")


def test_a_full_disk_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the kept cassette would lack the answer."""
    monkeypatch.setattr(CassetteWriter, "add", lambda *_: False)
    _, [(_, holds, reason)] = record_answers(tmp_path, Scripted(), ties(1))
    assert (holds, reason) == (None, "the cassette cannot be written any further")
