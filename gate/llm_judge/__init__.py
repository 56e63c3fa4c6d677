"""Asks a judge model about replies that pass every comparison, and records its answers."""

from __future__ import annotations

from gate.llm_judge.asking import ask_all
from gate.llm_judge.openai_api import OpenAIJudge
from gate.llm_judge.question import JudgeModel, NoAnswer, Question
from gate.llm_judge.recorded import RecordedJudge, RecordingJudge

__all__ = ["JudgeModel", "NoAnswer", "OpenAIJudge", "Question", "RecordedJudge", "RecordingJudge", "ask_all"]
