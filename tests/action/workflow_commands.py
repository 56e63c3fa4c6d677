"""Workflow commands, read from a line exactly as GitHub's runner reads them. Pure: text in, values out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning", "notice"]
Form = Literal["::", "##["]

#: The runner answers to these names only; any other line in a command's clothes is plain output.
KNOWN_COMMANDS = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)

#: Old commands by which a mere printed line reaches beyond the log. An action that writes its outputs to
#: files never prints one, so each of them was said by somebody else.
REACHING_COMMANDS = frozenset({"add-path", "save-state", "set-env", "set-output"})

# What .NET's TrimStart removes. Python's own strip would also take \x1c to \x1f.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANKS += "\u2028\u2029\u202f\u205f\u3000"

# "%" comes last, else "%250A" would become a line break instead of "%0A".
_DATA_ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY_ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLD_ESCAPES = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))

_LEVELS: Mapping[str, Level] = {"error": "error", "warning": "warning", "notice": "notice"}

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command as the runner understood it; `line` is the raw line it stood in."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    data: str = ""
    form: Form
    line: str

    def get(self, name: str) -> str:
        """The property `name`, whatever its case; "" where it is missing."""
        return next((value for key, value in self.properties.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What GitHub shows beside the code; `file` is relative to the workspace where it lies in it."""

    level: Level
    message: str
    file: str | None = None
    line: int | None = None
    end_line: int | None = None
    col: int | None = None
    end_col: int | None = None
    title: str | None = None


def split_lines(text: str) -> list[str]:
    r"""Lines end at `\n`, `\r\n` and a lone `\r`, and nowhere else.

    `str.splitlines` would also break at form feeds and U+2028, and hide a command's true place in its line.
    """
    return [line.removesuffix("\n") for line in io.StringIO(text, newline=None)]


def parse_command(line: str, known: Collection[str] = KNOWN_COMMANDS) -> Command | None:
    """The command in `line`, or None. A line that is no `::` command gets a second reading as `##[`."""
    names = {name.lower() for name in known}
    return _parse_new(line, names.__contains__) or _parse_old(line, names.__contains__)


def parse_unknown(line: str) -> Command | None:
    """What looks like a command under a name that the runner does not know: a typing error, or a trap."""
    if parse_command(line) is not None:
        return None

    def plausible(name: str) -> bool:
        return _NAME.match(name) is not None

    return _parse_new(line, plausible) or _parse_old(line, plausible)


def to_annotation(command: Command, *, relative: Callable[[str], str] = str) -> Annotation:
    """The annotation that an error, warning or notice stands for; `relative` shortens container paths."""
    file = command.get("file")
    line, end_line, col, end_col = _position(command)
    return Annotation(
        level=_LEVELS[command.name.lower()],
        message=command.data,
        file=relative(file) if file else None,
        line=line,
        end_line=end_line,
        col=col,
        end_col=end_col,
        title=command.get("title") or None,
    )


def _parse_new(line: str, accepts: Callable[[str], bool]) -> Command | None:
    text = line.lstrip(_BLANKS)
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    name, _, properties = text[2:end].partition(" ")
    if not accepts(name.lower()):
        return None
    return Command(
        name=name,
        properties=_properties(properties.strip(_BLANKS), ",", _PROPERTY_ESCAPES),
        data=_unescape(text[end + 2 :], _DATA_ESCAPES),
        form="::",
        line=line,
    )


def _parse_old(line: str, accepts: Callable[[str], bool]) -> Command | None:
    # Only the first "##[" of a line counts: when that one is no command, a later one is not looked at.
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    if not accepts(name.lower()):
        return None
    return Command(
        name=name,
        properties=_properties(properties, ";", _OLD_ESCAPES),
        data=_unescape(line[end + 1 :], _OLD_ESCAPES),
        form="##[",
        line=line,
    )


def _properties(text: str, separator: str, escapes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(separator):
        # .NET's Split drops empty parts here, so leading "=" of either half vanish and "name=" is no pair.
        name, _, value = pair.lstrip("=").partition("=")
        value = value.lstrip("=")
        if name and value:
            found[name] = _unescape(value, escapes)
    return found


def _unescape(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in escapes:
        text = text.replace(escaped, plain)
    return text


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,10}\s*", text) else None


def _position(command: Command) -> tuple[int | None, int | None, int | None, int | None]:
    """Line, end line, column and end column, after the runner has thrown out what contradicts itself."""
    line, end_line = _number(command.get("line")), _number(command.get("endLine"))
    col, end_col = _number(command.get("col")), _number(command.get("endColumn"))
    if line is None:
        line = end_line
    if col is None:
        col = end_col
    if line is None or (end_line is not None and end_line != line):
        col = end_col = None
    if line is not None and end_line is not None and end_line < line:
        line = end_line = None
    if col is not None and end_col is not None and end_col < col:
        col = end_col = None
    return line, end_line, col, end_col
