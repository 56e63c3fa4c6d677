"""A judge behind an OpenAI-compatible API. The slow import of its client waits for the first question."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gate.core.secret import Secret
from gate.llm_judge.question import NoAnswer, Question

if TYPE_CHECKING:
    from openai import AsyncOpenAI

DEADLINE_SECONDS = 120.0
"""For one answer, every retry included."""
ATTEMPT_SECONDS = 60.0
RETRIES = 2
KEY_REFUSED = (401, 403, 407)
GIVE_UP_AFTER = 5
"""Consecutive questions without an answer: a judge that is down must not delay the run."""


class OpenAIJudge:
    """Asks `model` at `base_url` with a `key`, which it reveals to nobody else."""

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str,
        *,
        deadline: float = DEADLINE_SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self._model = model
        self._key = key
        self._secret = Secret(key)
        self._deadline = deadline
        self._base_url = base_url
        self._retries = retries
        self._client: AsyncOpenAI | None = None
        self._unanswered = 0
        self._given_up = ""

    async def close(self) -> None:
        """See JudgeModel."""
        if self._client is not None:
            await self._client.close()

    async def ask(self, question: Question) -> str:
        """See JudgeModel."""
        if self._given_up:
            many = f"{GIVE_UP_AFTER} questions without an answer"
            raise NoAnswer(f"it was given up after {many}: {self._given_up}")
        try:
            answer = await self._answer(question)
        except NoAnswer as fault:
            self._unanswered += 1
            if self._unanswered >= GIVE_UP_AFTER:
                self._given_up = str(fault)
            raise
        self._unanswered = 0
        return self._scrub(answer)

    async def _answer(self, question: Question) -> str:
        from openai import OpenAIError

        if self._client is None:
            seconds = min(self._deadline, ATTEMPT_SECONDS)
            self._client = _client(self._base_url, self._key, seconds, self._retries)
        messages: Any = [dict(message) for message in question.messages]
        try:
            async with asyncio.timeout(self._deadline):
                completion = await self._client.chat.completions.create(
                    model=self._model, messages=messages, temperature=0, stream=False
                )
            # The client's types do not bind the server: check the content.
            answer: object = completion.choices[0].message.content
        except TimeoutError as fault:
            raise NoAnswer(f"it took longer than {self._deadline:g} s") from fault
        except OpenAIError as fault:
            status = getattr(fault, "status_code", None)
            if status in KEY_REFUSED:
                # The message of the API may contain a part of the key.
                raise NoAnswer(f"it refuses the key that the gate was given (status {status})") from None
            raise NoAnswer(self._scrub(str(fault))) from None
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as fault:
            raise NoAnswer("what it sent is no answer of the API") from fault
        if not isinstance(answer, str):
            raise NoAnswer("it said nothing")
        return answer

    def _scrub(self, text: str) -> str:
        return self._secret.redact(text)


def _client(base_url: str, key: str, seconds: float, retries: int) -> AsyncOpenAI:
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    return AsyncOpenAI(
        base_url=base_url,
        api_key=key,
        timeout=seconds,
        max_retries=retries,
        # Send the key to `base_url` alone, and no other credentials.
        http_client=DefaultAsyncHttpxClient(follow_redirects=False, trust_env=False, timeout=seconds),
    )
