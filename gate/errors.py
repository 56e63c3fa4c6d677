"""The exceptions that the gate raises on purpose, each with a cause, a remedy and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the process."""

    PASSED = 0
    FAILED = 1
    INPUT = 2
    INCONCLUSIVE = 3
    INTERRUPTED = 130


class GateError(Exception):
    """A fault that is explained to the user without a traceback.

    `what` happened, in one sentence; `why`, when it is known; `remedy`, what the user can do; `log`, the
    last lines of the part that failed (untrusted text, sanitised where it is shown).
    """

    exit_code = ExitCode.INCONCLUSIVE

    def __init__(self, what: str, *, why: str = "", remedy: str = "", log: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.log = tuple(log)

    @property
    def sentence(self) -> str:
        """The fault on one line: what and why, without the remedy or the log."""
        return f"{self.what}: {self.why}" if self.why else self.what


class InputError(GateError):
    """The user's configuration, scenario or command line is wrong; nothing was started."""

    exit_code = ExitCode.INPUT


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in the user's files. `line` and `column` count from 1; `width` is in characters.

    With line 0 the mistake is in an option or an input, which `file` names.
    """

    file: str
    line: int
    column: int
    message: str
    source: str = ""
    width: int = 1
    hint: str = ""


class DocumentError(InputError):
    """All mistakes in the user's files, reported at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(f"{count} error{'s' if count != 1 else ''}, nothing was started")
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))
        )


class EngineError(GateError):
    """The Docker engine, or the runtime in its place, failed; never the bot's fault."""


class StoreError(GateError):
    """The store could not be started, reached or read; never the bot's fault."""


class BotNotReady(GateError):
    """The bot started and did not become healthy; `log` holds its last lines."""


class Unsupported(GateError):
    """The runtime cannot do something that a disruption needs; the error says why."""


class Undecided(GateError):
    """A check is undecided, because the judge gave no answer about the reply."""


class TurnRefused(GateError):
    """The bot answered a turn with an error, or without a valid reply."""


class TurnIndeterminate(GateError):
    """The connection ended without an answer: the bot may or may not have taken the turn."""
