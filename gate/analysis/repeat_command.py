"""The commands that repeat a run."""

from __future__ import annotations

import shlex

from gate.core.transcript import RunStarted


def repeat_commands(run: RunStarted) -> tuple[tuple[str, ...], ...]:
    """Return the words of each command."""
    shard = ("--shard", run.shard) if run.shard else ()
    return tuple((*words, *shard, "--seed", str(run.seed)) for words in run.commands)


def repeat_line(run: RunStarted) -> str:
    """Return all commands as a person pastes them into a shell."""
    return "; ".join(map(shlex.join, repeat_commands(run))) or run.repeat
