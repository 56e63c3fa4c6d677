"""A defect of the gate says nothing about the bot: inconclusive, never the exit code of a bot that forgot."""

from __future__ import annotations

import pytest

from gate.cli import action, commands, run_action
from gate.errors import ExitCode


def crash(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("::error::a defect")


def test_a_defect_of_the_command_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.guarded(crash) == ExitCode.INCONCLUSIVE
    assert "the gate itself failed" in capsys.readouterr().err


def test_a_defect_of_the_action_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(action, "_main_stage", crash)
    assert run_action() == ExitCode.INCONCLUSIVE
    printed = capsys.readouterr().out
    assert "the gate itself failed" in printed
    assert "::error::" not in printed
