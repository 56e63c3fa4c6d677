"""What the gate says to GitHub's runner: commands on a stream, and pairs in the files it reads.

`send` alone prints `::`; `pair` alone writes to the runner's files. Both refuse what could be read as more
than one command or one pair.
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
"""Characters of a property; as long as a path may reasonably be."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def send(
    stream: IO[str], name: str, data: str = "", properties: Mapping[str, str | int] | None = None
) -> None:
    """Prints one workflow command. Any text is fit for `data` and `properties`; empty ones are left out."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a workflow command")
    given = ",".join(
        f"{key}={escape_command_property(sanitize_line(str(value), PATH_LIMIT))}"
        for key, value in (properties or {}).items()
        if value != ""
    )
    message = escape_command_data(sanitize_line(data, MESSAGE_LIMIT))
    # A wide character is one for Python and may be two for the stream: what it cannot take is spelt out.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    line = f"::{name}{' ' if given else ''}{given}::{message}\n"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def stop_commands(stream: IO[str]) -> str:
    """Makes the runner deaf to commands. The token that `resume_commands` needs; nobody can guess it."""
    token = f"resume-{secrets.token_hex(16)}"
    send(stream, "stop-commands", token)
    return token


def resume_commands(stream: IO[str], token: str) -> None:
    """Makes the runner listen again."""
    send(stream, token)


@contextmanager
def without_commands(stream: IO[str]) -> Iterator[None]:
    """While inside, nothing that is printed can be a command."""
    token = stop_commands(stream)
    try:
        yield
    finally:
        resume_commands(stream, token)


def format_pair(name: str, value: str) -> str:
    """`name` and `value` for GITHUB_OUTPUT or GITHUB_STATE, where the value may hold any lines."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name an output or a state")
    delimiter = f"end-{secrets.token_hex(16)}"
    while delimiter in value or delimiter in name:
        delimiter = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
