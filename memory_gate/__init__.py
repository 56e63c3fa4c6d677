"""The entry points of memory-gate: the command and both stages of the action.

The code is in the package `gate`, a name that other projects use too. So each entry point first loads the
`gate` beside this package.
"""

from __future__ import annotations

import sys

from memory_gate.own_package import ForeignPackageError, load_gate

INPUT_ERROR = 2
"""`gate.errors.ExitCode.INPUT`, which cannot be imported before the right `gate` is found."""


def main() -> None:
    """Run the command `memory-gate` and exit."""
    _load_or_exit()
    from gate.cli import main

    main()


def run_action() -> int:
    """Run the action's main stage; return its exit code."""
    _load_or_exit()
    from gate.cli import run_action

    return run_action()


def sweep_after_action() -> int:
    """Run the action's post stage; return its exit code."""
    _load_or_exit()
    from gate.cli import sweep_after_action

    return sweep_after_action()


def _load_or_exit() -> None:
    try:
        load_gate()
    except ForeignPackageError as error:
        sys.stderr.write(f"error: {error}\n")
        # Python exits with 1 after a traceback, which would mean that the bot forgot.
        sys.exit(INPUT_ERROR)


__all__ = ["main", "run_action", "sweep_after_action"]
