"""The files by which a step hands values to the runner: parsing (pure) and one stage's set of fresh files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.action.workflow_commands import split_lines

SUMMARY_LIMIT = 1024 * 1024

#: Context name -> the file-name prefix that the runner gives it. The two for artifacts exist, but are read
#: only behind a feature switch, so they are never read here.
PREFIXES = {
    "path": "add_path_",
    "env": "set_env_",
    "step_summary": "step_summary_",
    "state": "save_state_",
    "output": "set_output_",
    "artifacts": "artifacts_",
    "artifacts_list": "artifacts_list_",
}


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What a file of names and values said. Pairs before an invalid line count, also when `error` is set."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class FileValues:
    """Everything that the files of one stage held; `summary_bytes` is its size, also where it is too big."""

    outputs: Pairs
    state: Pairs
    env: Pairs
    path: tuple[str, ...]
    summary: str | None
    summary_bytes: int


def parse_pairs(text: str) -> Pairs:
    r"""Reads `name=value` and `name<<DELIMITER` … `DELIMITER`. Only `\n` ends a line, as on Linux.

    An empty name is refused everywhere; the runner itself refuses it for outputs alone.
    """
    values: dict[str, str] = {}
    lines = _Lines(text)
    while (line := lines.next()) is not None:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
            if not name:
                return Pairs(values=values, error=f"Invalid format '{line}'. Name must not be empty")
            values[name] = value
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                reason = "Name must not be empty and delimiter must not be empty"
                return Pairs(values=values, error=f"Invalid format '{line}'. {reason}")
            try:
                values[name] = lines.until(delimiter)
            except _UnfinishedError as problem:
                return Pairs(values=values, error=str(problem))
        else:
            return Pairs(values=values, error=f"Invalid format '{line}'")
    return Pairs(values=values)


class CommandFiles:
    """One stage's own files, empty at its start. `delete` removes them, as the next stage's start does."""

    def __init__(self, folder: Path) -> None:
        suffix = str(uuid.uuid4())
        self._paths = {name: folder / f"{prefix}{suffix}" for name, prefix in PREFIXES.items()}
        for path in self._paths.values():
            path.touch()

    def github_context(self) -> dict[str, str]:
        """The host paths as `GITHUB_…` variables."""
        return {f"GITHUB_{name.upper()}": str(path) for name, path in self._paths.items()}

    def read(self) -> FileValues:
        """What the step wrote. A removed file counts as empty; bytes that are no UTF-8 are replaced."""
        summary_path = self._paths["step_summary"]
        size = summary_path.stat().st_size if summary_path.is_file() else 0
        return FileValues(
            outputs=parse_pairs(self._text("output")),
            state=parse_pairs(self._text("state")),
            env=parse_pairs(self._text("env")),
            path=tuple(line for line in split_lines(self._text("path")) if line),
            summary=self._text("step_summary") if 0 < size <= SUMMARY_LIMIT else None,
            summary_bytes=size,
        )

    def delete(self) -> None:
        for path in self._paths.values():
            path.unlink(missing_ok=True)

    def _text(self, name: str) -> str:
        path = self._paths[name]
        return path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else ""


class _UnfinishedError(Exception):
    """A heredoc without its end."""


class _Lines:
    r"""Reads on at an index and knows whether the last line had its `\n`: a heredoc's value needs it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = 0
        self._ended = False

    def next(self) -> str | None:
        if self._index >= len(self._text):
            self._ended = False
            return None
        start, end = self._index, self._text.find("\n", self._index)
        self._ended = end >= 0
        self._index = end + 1 if self._ended else len(self._text)
        return self._text[start:end] if self._ended else self._text[start:]

    def until(self, delimiter: str) -> str:
        start = end = self._index
        while (line := self.next()) != delimiter:
            if line is None:
                raise _UnfinishedError(f"Invalid value. Matching delimiter not found '{delimiter}'")
            if not self._ended:
                raise _UnfinishedError("Invalid value. EOF marker missing new line.")
            end = self._index - 1
        return self._text[start:end] if end > start else ""
