"""Asks the judge all questions, a few at a time, and records its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from gate.analysis.ties import Tie
from gate.core.transcript import JudgeAnswered
from gate.llm_judge.question import LONGEST_REASON, JudgeModel, NoAnswer, Question, read_answer
from gate.ports import Recorder

MAX_QUESTIONS = 8
"""Asked at once; others wait."""


async def ask_all(
    ties: Sequence[Tie], model: JudgeModel, *, record: Recorder, clock: Callable[[], float]
) -> None:
    """Record one JudgeAnswered for each of `ties`, even when the judge fails."""
    slots = asyncio.Semaphore(MAX_QUESTIONS)

    async def settle(tie: Tie) -> None:
        async with slots:
            holds, reason = await _opinion(tie, model)
        record(JudgeAnswered(at=clock(), turn=tie.turn, criterion=tie.criterion, holds=holds, reason=reason))

    await asyncio.gather(*(settle(tie) for tie in ties))


async def _opinion(tie: Tie, model: JudgeModel) -> tuple[bool | None, str]:
    """Return the judge's decision and its reason; None and the cause when it gave no usable answer."""
    try:
        return read_answer(await model.ask(Question(tie)))
    except NoAnswer as fault:
        return None, str(fault)[:LONGEST_REASON]
    except Exception as fault:
        # A crash of the client is not the bot's failure. Its message may hold anything: name its type only.
        return None, f"asking it failed with {type(fault).__name__}"
