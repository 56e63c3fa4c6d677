"""Workflow commands on a stream, and pairs for the files that GitHub's runner reads.

Only `send` prints `::`, and only `format_pair` formats text for the runner's files. Neither lets a value
become a second command or a second pair.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from gate.reporters.sanitize import escape_command_data, escape_command_property, sanitize_line

MESSAGE_LIMIT = 2000
"""Characters of a command's data. The runner cuts a message at 4,096 UTF-16 units."""

PATH_LIMIT = 1000
"""Characters of a property; long enough for a path."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def send(
    stream: IO[str], name: str, data: str = "", properties: Mapping[str, str | int] | None = None
) -> None:
    """Print a workflow command. `data` and `properties` may hold any text; empty properties are left out.

    Raises ValueError if `name` cannot name a command.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a workflow command")
    given = ",".join(
        f"{key}={escape_command_property(sanitize_line(str(value), PATH_LIMIT))}"
        for key, value in (properties or {}).items()
        if value != ""
    )
    message = escape_command_data(sanitize_line(data, MESSAGE_LIMIT))
    # Characters that the encoding of the stream lacks are written as escapes.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    line = f"::{name}{' ' if given else ''}{given}::{message}\n"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def stop_commands(stream: IO[str]) -> str:
    """Tell the runner to ignore commands. Return the unguessable token that `resume_commands` needs."""
    token = f"resume-{secrets.token_hex(16)}"
    send(stream, "stop-commands", token)
    return token


def resume_commands(stream: IO[str], token: str) -> None:
    """Tell the runner to obey commands again."""
    send(stream, token)


@contextmanager
def without_commands(stream: IO[str]) -> Iterator[None]:
    """Keep the runner from obeying anything that is printed inside."""
    token = stop_commands(stream)
    try:
        yield
    finally:
        resume_commands(stream, token)


def format_pair(name: str, value: str) -> str:
    """Format a pair for GITHUB_OUTPUT or GITHUB_STATE. The value may have several lines.

    Raises ValueError if `name` cannot name an output or a state.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name an output or a state")
    delimiter = f"end-{secrets.token_hex(16)}"
    while delimiter in value or delimiter in name:
        delimiter = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
