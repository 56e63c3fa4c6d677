"""Every exception the gate raises on purpose: what happened, why, what to do, and its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to whoever started it."""

    PASSED = 0
    FAILED = 1
    INPUT = 2
    INCONCLUSIVE = 3
    INTERRUPTED = 130


class GateError(Exception):
    """A fault that is explained rather than traced.

    `what` happened in one sentence; `why` when it is known; `remedy`, what the reader can do;
    `log`, the last lines that the failing part printed (untrusted text, neutralised where shown).
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
        """What and why on one line, without the remedy or the log."""
        return f"{self.what}: {self.why}" if self.why else self.what


class InputError(GateError):
    """The user's configuration, scenario or command line is wrong; nothing was started."""

    exit_code = ExitCode.INPUT


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in what the user wrote. `line` and `column` count from 1; `width` is in characters.

    Line 0 means that there is no place in a file: `file` then names the option or the input.
    """

    file: str
    line: int
    column: int
    message: str
    source: str = ""
    width: int = 1
    hint: str = ""


class DocumentError(InputError):
    """All mistakes found in the user's files, reported at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(f"{count} error{'s' if count != 1 else ''}, nothing was started")
        self.problems = tuple(sorted(problems, key=lambda one: (one.file, one.line, one.column)))


class EngineError(GateError):
    """The Docker engine, or what stands in for it, failed; never the bot's fault."""


class StoreError(GateError):
    """The store could not be started, reached or read; never the bot's fault."""


class BotNotReady(GateError):
    """The bot was started and did not turn healthy; `log` holds its last lines."""


class Unsupported(GateError):
    """This runtime cannot do what a disruption needs, and says why."""


class Undecided(GateError):
    """Whether a reply is as expected cannot be said: the judge that was to say it has not."""


class TurnRefused(GateError):
    """The bot answered a turn with an error, or with something that is no reply."""


class TurnIndeterminate(GateError):
    """The connection ended before an answer came: the bot may or may not have taken the turn."""
