"""The real client against an emulated API: every failure of a judge counts as no answer."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from gate.analysis.ties import Tie
from gate.llm_judge import NoAnswer, OpenAIJudge, Question
from gate.llm_judge.openai_api import GIVE_UP_AFTER
from tests.unit.llm_judge.judge_server import JUDGE_KEY, NO, YES, JudgeServer


def question(reply: str = "In Lisbon.") -> Question:
    return Question(Tie(turn="c1.1", question="Where?", reply=reply, criterion="says Lisbon"))


def ask(
    url: str, *questions: Question, key: str = JUDGE_KEY, deadline: float = 30, retries: int = 2
) -> list[str]:
    """Ask the questions in turn. Return each answer, or the cause of its absence."""

    async def asked() -> list[str]:
        judge = OpenAIJudge(url, "judge-1", key, deadline=deadline, retries=retries)
        answers = []
        try:
            for question in questions:
                try:
                    answers.append(await judge.ask(question))
                except NoAnswer as fault:
                    answers.append(f"none: {fault}")
        finally:
            await judge.close()
        return answers

    return asyncio.run(asked())


def test_a_question_is_put_as_it_is_and_the_answer_comes_as_it_is(server: JudgeServer) -> None:
    server.say = lambda system, reply: YES if reply == "In Lisbon." else NO
    assert ask(server.url, question(), question("In Oslo.")) == [YES, NO]
    body, headers = server.asked[0]
    assert (body["model"], body["temperature"]) == ("judge-1", 0)
    assert body["messages"] == [dict(message) for message in question().messages]
    assert headers["Authorization"] == f"Bearer {JUDGE_KEY}"


def test_a_lone_surrogate_in_a_reply_can_be_asked_about(server: JudgeServer) -> None:
    """JSON can hold a lone surrogate, UTF-8 cannot."""
    assert ask(server.url, question("Lisbon \ud83d")) == [YES]
    assert server.replies == ["Lisbon ?"]


def test_a_temporary_error_is_retried(server: JudgeServer) -> None:
    server.statuses.extend([500, 429])
    assert ask(server.url, question()) == [YES]
    assert len(server.asked) == 3


def test_a_lasting_error_is_no_answer_and_hides_the_key(server: JudgeServer) -> None:
    server.statuses.extend([500, 500])
    [answer] = ask(server.url, question(), retries=1)
    assert answer.startswith("none: Error code: 500")
    assert "[the key]" in answer
    [refused] = ask(server.url, question(), key="sk-other-0123456789")
    # The message of the API contains a part of the key.
    assert refused == "none: it refuses the key that the gate was given (status 401)"
    server.say = lambda system, reply: f"the key is {JUDGE_KEY}"
    assert ask(server.url, question()) == ["the key is [the key]"]


def test_the_key_is_sent_to_no_other_address(server: JudgeServer) -> None:
    """A server could redirect the client, and its key, elsewhere."""
    server.statuses.append(307)
    [answer] = ask(server.url, question(), retries=0)
    assert answer.startswith("none: ")
    assert len(server.asked) == 1


def test_a_judge_that_is_gone_or_too_slow_is_no_answer(server: JudgeServer) -> None:
    server.released.clear()
    [slow] = ask(server.url, question(), deadline=0.2, retries=0)
    assert slow in ("none: it took longer than 0.2 s", "none: Request timed out.")
    server.close()
    assert ask(server.url, question(), retries=0) == ["none: Connection error."]


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "",
            "no JSON",
            "[]",
            "{}",
            "null",
            "7",
            '"x"',
            '{"choices": []}',
            '{"choices": 7}',
            '{"choices": [{}]}',
        ),
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": {"content": null}}]}',
        '{"choices": [{"message": {"content": ["x"]}}]}',
        '{"choices": [{"message": {"refusal": "I will not.", "content": null}}]}',
    ],
)
def test_a_malformed_completion_is_no_answer(server: JudgeServer, raw: str) -> None:
    server.raw = raw
    [answer] = ask(server.url, question(), retries=0)
    assert answer in ("none: what it sent is no answer of the API", "none: it said nothing")


def test_a_judge_that_never_answers_is_given_up(server: JudgeServer) -> None:
    """A thousand questions to a judge that is down must not take hours."""
    server.statuses.extend([400] * (GIVE_UP_AFTER - 1))
    questions = [question()] * (3 * GIVE_UP_AFTER)
    assert ask(server.url, *questions[:GIVE_UP_AFTER])[-1] == YES
    server.statuses.extend([400] * 3 * GIVE_UP_AFTER)
    server.asked.clear()
    answers = ask(server.url, *questions)
    assert len(server.asked) == GIVE_UP_AFTER
    given_up = f"none: it was given up after {GIVE_UP_AFTER} questions without an answer: Error code: 400"
    assert answers[-1].startswith(given_up)


def test_the_client_is_imported_at_the_first_question() -> None:
    """The import takes most of a second."""
    modules = "gate.cli.commands, gate.cli.run, gate.cli.action, gate.llm_judge"
    program = f"import sys, {modules}; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
