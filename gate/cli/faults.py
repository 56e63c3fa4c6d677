"""Explanations of errors: what happened, why, what to do, and the last lines of the part that failed."""

from __future__ import annotations

import traceback
from typing import TextIO

from gate import documents
from gate.errors import DocumentError, GateError
from gate.reporters import sanitize

TRACE_ENTRIES = 4
"""The number of traceback entries shown."""


def own_failure(error: Exception) -> GateError:
    """Turn a defect of the gate into a fault. It is inconclusive, because it says nothing about the bot."""
    return GateError(
        "the gate itself failed",
        why=f"{type(error).__name__}: {error}",
        remedy="report it with the lines below; the bot is not to blame",
        log=traceback.format_exception(error)[-TRACE_ENTRIES:],
    )


def explain(error: GateError, stream: TextIO) -> None:
    """Print the error. Any part may contain foreign text, so every line is sanitised."""
    for line in lines_of(error):
        print(sanitize.sanitize_line(line), file=stream)


def lines_of(error: GateError) -> list[str]:
    """Return the lines that explain the error."""
    if isinstance(error, DocumentError):
        return documents.render(error).splitlines()
    lines = [f"error: {error.what}"]
    if error.why:
        lines.append(f"  why:  {error.why}")
    if error.remedy:
        lines.append(f"  do:   {error.remedy}")
    if error.log:
        lines += ["  its last lines:", *(f"    {line}" for line in error.log)]
    return lines
