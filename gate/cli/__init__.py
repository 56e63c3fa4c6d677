"""The composition root: builds everything and passes it down. Alone reads argv and os.environ.

What talks to engines, bots and stores is imported where it is used: to say that a file is wrong, or that
there is no such option, takes none of it.
"""

from __future__ import annotations

from gate.cli.commands import main


def run_action() -> int:
    """The action's main stage. The exit code."""
    from gate.cli import action

    return action.run_action()


def sweep_after_action() -> int:
    """The action's post stage. The exit code."""
    from gate.cli import action

    return action.sweep_after_action()


__all__ = ["main", "run_action", "sweep_after_action"]
