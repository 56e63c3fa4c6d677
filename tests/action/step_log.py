"""What the runner makes of a stage's output, line by line: its log, annotations and masks. Pure."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tests.action.workflow_commands import (
    KNOWN_COMMANDS,
    REACHING_COMMANDS,
    Annotation,
    Command,
    parse_command,
    parse_unknown,
    to_annotation,
)

ANNOTATIONS_PER_LEVEL = 10
MESSAGE_LIMIT = 4096

_FORBIDDEN_TOKENS = {*KNOWN_COMMANDS, "", "pause-logging"}


class Masks:
    """The secrets of a job. They outlive the step that named them: one short mask spoils all later text."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add(self, value: str) -> None:
        """Hides `value`, each line of it, and the usual encodings of all of these."""
        for secret in {value, *(line.strip() for line in re.split(r"[\r\n]", value))}:
            if secret:
                self._secrets.update(form for form in _encodings(secret) if form)

    def hide(self, text: str) -> str:
        """`text` with `***` in place of each secret; what overlaps or touches becomes one `***`."""
        spans = sorted(
            (found.start(), found.start() + len(secret))
            for secret in self._secrets
            # The look-ahead also finds an occurrence that overlaps the one before.
            for found in re.finditer(f"(?={re.escape(secret)})", text)
        )
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        for start, end in reversed(merged):
            text = f"{text[:start]}***{text[end:]}"
        return text


class StepLog:
    """Takes a stage's raw lines and keeps what GitHub would show and do. Secrets never reach `lines`."""

    def __init__(self, *, masks: Masks, relative: Callable[[str], str] = str) -> None:
        self.raw_lines: list[str] = []
        self.lines: list[str] = []
        self.annotations: list[Annotation] = []
        self.dropped_annotations: Counter[str] = Counter()
        self.commands: list[Command] = []
        self.hidden_commands: list[Command] = []
        self.forged: list[Command] = []
        self.unknown_commands: list[Command] = []
        self.outputs: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.failures: list[str] = []
        self._masks = masks
        self._relative = relative
        self._stop_token: str | None = None
        self._echo = False
        self._counts: Counter[str] = Counter()

    def feed(self, line: str) -> None:
        """Takes in one line of either stream."""
        self.raw_lines.append(line)
        if self._stop_token is not None:
            self._feed_stopped(line, self._stop_token)
            return
        command = parse_command(line)
        if command is None:
            if unknown := parse_unknown(line):
                self.unknown_commands.append(unknown)
            self.write(line)
            return
        self.commands.append(command)
        if command.name.lower() in REACHING_COMMANDS:
            self.forged.append(command)
        self._obey(command)

    def write(self, text: str) -> None:
        """A line of the log; a message with line breaks fills several."""
        text = text.replace("##[start-action", "##[\\start-action").replace(
            "##[end-action", "##[\\end-action"
        )
        self.lines.extend(self._masks.hide(text).split("\n"))

    def error(self, message: str) -> None:
        """An error of the runner itself, which takes its place among the step's annotations."""
        self._annotate(Annotation(level="error", message=message))

    def warning(self, message: str) -> None:
        self._annotate(Annotation(level="warning", message=message))

    def fail(self, what: str, reason: str) -> None:
        """Something went wrong that turns the step red whatever its exit code."""
        self.failures.append(reason)
        self.error(f"Unable to process {what} successfully.")
        self.error(reason)

    def _feed_stopped(self, line: str, token: str) -> None:
        command = parse_command(line, {*KNOWN_COMMANDS, token})
        if command is None:
            self.write(line)
        elif command.name.lower() == token.lower():
            self._stop_token = None
            self.commands.append(command)
            self.write(line)
        else:
            self.hidden_commands.append(command)
            self.write(line)

    def _obey(self, command: Command) -> None:
        name = command.name.lower()
        if self._echo and name in {
            "set-output",
            "save-state",
            "set-env",
            "add-path",
            "group",
            "endgroup",
            "echo",
        }:
            self.write(command.line)
        match name:
            case "error" | "warning" | "notice":
                self._annotate(to_annotation(command, relative=self._relative))
            case "group":
                self.write(f"##[group]{command.data}")
            case "endgroup":
                self.write("##[endgroup]")
            case "stop-commands":
                self._stop(command)
            case "add-mask":
                self._mask(command)
            case "set-output" | "save-state":
                target = self.outputs if name == "set-output" else self.state
                if not (key := command.get("name")):
                    self.fail(
                        f"command '{command.line}'",
                        f"Required field 'name' is missing in ##[{name}] command.",
                    )
                else:
                    target[key] = command.data
            case "set-env" | "add-path":
                self.fail(f"command '{command.line}'", f"The `{name}` command is disabled.")
            case "echo":
                if (switch := command.data.strip().upper()) not in {"ON", "OFF"}:
                    self.fail(f"command '{command.line}'", f"Invalid echo command value '{command.data}'.")
                self._echo = switch == "ON"
            case _:
                # debug shows nothing without step debugging; matchers are recorded, but not emulated.
                pass

    def _stop(self, command: Command) -> None:
        if command.data.lower() in _FORBIDDEN_TOKENS:
            # In the runner this escapes the handler and ends the step's reading; a red step is what remains.
            self.fail("command 'stop-commands'", f"'{command.data}' cannot end a stop-commands section.")
            return
        self._stop_token = command.data
        if len(command.data) > 6:
            self._masks.add(command.data)
        self.write(command.line)

    def _mask(self, command: Command) -> None:
        if not command.data.strip():
            self.warning("Can't add secret mask for empty string in ##[add-mask] command.")
            return
        self._masks.add(command.data)

    def _annotate(self, annotation: Annotation) -> None:
        # Masked before it is cut: a secret at the edge would else leave its head behind.
        message = _cut(self._masks.hide(annotation.message))
        annotation = replace(annotation, message=message)
        if self._counts[annotation.level] < ANNOTATIONS_PER_LEVEL:
            self._counts[annotation.level] += 1
            self.annotations.append(annotation)
        else:
            self.dropped_annotations[annotation.level] += 1
        if message:
            self.write(f"##[{annotation.level}]{message}")


def _cut(message: str) -> str:
    # .NET counts UTF-16 units: an emoji is two.
    return message.encode("utf-16-le")[: 2 * MESSAGE_LIMIT].decode("utf-16-le", errors="ignore")


def _encodings(secret: str) -> set[str]:
    raw = secret.encode()
    shifted = [raw[shift:] if len(raw) > shift else raw for shift in (0, 1, 2)]
    return {
        secret,
        *(base64.b64encode(part).decode() for part in shifted),
        secret.replace('"', '\\"'),
        secret.replace("'", "''"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        urllib.parse.quote(secret, safe=""),
        html.escape(secret, quote=True).replace("&#x27;", "&apos;"),
        secret[1:-1] if len(secret) > 8 and secret[0] == secret[-1] == '"' else "",
    }
