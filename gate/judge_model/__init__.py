"""Asks a judge model about replies that no comparison finds wanting; its answers go on record."""

from __future__ import annotations

from gate.judge_model.asking import ask_all
from gate.judge_model.openai_api import OpenAIJudge
from gate.judge_model.question import JudgeModel, NoAnswer, Question
from gate.judge_model.tape import RecordedJudge, RecordingJudge

__all__ = ["JudgeModel", "NoAnswer", "OpenAIJudge", "Question", "RecordedJudge", "RecordingJudge", "ask_all"]
