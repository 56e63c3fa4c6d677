"""The composition root: builds everything and passes it down. Alone reads argv and os.environ."""

from __future__ import annotations

from gate.cli.action import run_action, sweep_after_action
from gate.cli.commands import main

__all__ = ["main", "run_action", "sweep_after_action"]
