"""The composition root: builds everything and passes it down. Only this package reads argv and os.environ.

Modules that talk to engines, bots and stores are imported where they are used: reporting a wrong file or an
unknown option needs none of them.
"""

from __future__ import annotations

from gate.cli.commands import main


def run_action() -> int:
    """Run the action's main stage. Return the exit code."""
    from gate.cli import action

    return action.run_action()


def sweep_after_action() -> int:
    """Run the action's post stage. Return the exit code."""
    from gate.cli import action

    return action.sweep_after_action()


__all__ = ["main", "run_action", "sweep_after_action"]
