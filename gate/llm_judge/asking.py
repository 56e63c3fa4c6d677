"""Puts the questions to the judge, a few at a time, and its answers on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from gate.analysis.ties import Tie
from gate.core.transcript import JudgeAnswered
from gate.llm_judge.question import LONGEST_REASON, JudgeModel, NoAnswer, Question, read_answer
from gate.ports import Recorder

MAX_QUESTIONS = 8
"""At once; the others wait."""


async def ask_all(
    ties: Sequence[Tie], model: JudgeModel, *, record: Recorder, clock: Callable[[], float]
) -> None:
    """Records one JudgeAnswered for each of `ties`, whatever becomes of the judge."""
    places = asyncio.Semaphore(MAX_QUESTIONS)

    async def settle(tie: Tie) -> None:
        async with places:
            holds, reason = await _opinion(tie, model)
        record(JudgeAnswered(at=clock(), turn=tie.turn, criterion=tie.criterion, holds=holds, reason=reason))

    await asyncio.gather(*(settle(tie) for tie in ties))


async def _opinion(tie: Tie, model: JudgeModel) -> tuple[bool | None, str]:
    """What the judge finds and why; None, and why, when it gave no usable answer."""
    try:
        return read_answer(await model.ask(Question(tie)))
    except NoAnswer as fault:
        return None, str(fault)[:LONGEST_REASON]
    except Exception as fault:
        # A client that crashes has not seen the bot fail. Its words may hold anything, so only its kind.
        return None, f"asking it failed with {type(fault).__name__}"
