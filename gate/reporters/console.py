"""Console reporter: live progress on a terminal, one line per step in a log, and the verdict at the end."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from gate.analysis.formatting import plural
from gate.core.report import Report
from gate.core.transcript import ConversationPlanned, DeploymentFailed, DisruptionEnded, Event, RunStarted
from gate.reporters import json_report
from gate.reporters.console_page import ASCII, Glyphs, LogTail, closing_page, paragraph
from gate.reporters.figures import EN_DASH
from gate.reporters.progress import Progress, Row
from gate.reporters.report_view import build_view
from gate.reporters.sanitize import sanitize_line, sanitize_tail
from gate.reporters.workflow_commands import resume_commands, send, stop_commands, without_commands

PLAIN_WIDTH = 80
BAR_WIDTH = 20
TAILS_SHOWN = 3


class ConsoleReporter:
    """Reporter that prints a run to `console`, which `open_console` opens.

    With `github` the progress is one folded group. The runner ignores commands while foreign text is
    printed, so call `close` before printing other commands. With `debug` it obeys commands during the
    progress, whose lines are all sanitized, so that debug lines can be printed.
    """

    def __init__(
        self,
        console: Console,
        *,
        github: bool = False,
        debug: bool = False,
        report_directory: Path | None = None,
    ) -> None:
        self._console = console
        self._debug = debug
        self._is_grouped = False
        self._github = github
        self._report_file = str(report_directory / json_report.FILE_NAME) if report_directory else ""
        self._glyphs = _glyphs(console.encoding)
        self._progress = Progress()
        self._tails: list[LogTail] = []
        # With FORCE_COLOR rich treats any stream as a terminal, but only a real one can move its cursor.
        self._is_live = console.is_interactive and console.file.isatty() and not github
        self._live: Live | None = None
        self._resume_token: str | None = None

    def show(self, event: Event) -> None:
        """Update the progress. Print at most one line for an event, and none for a turn."""
        lines = self._progress.add(event)
        match event:
            case RunStarted():
                self._open(event)
            case DeploymentFailed():
                self._keep_tail(event.deployment, event)
            case DisruptionEnded():
                self._keep_tail(event.disruption, event)
            case _:
                pass
        if not self._is_live:
            for line in lines:
                self._print(*paragraph(Text(line), console=self._console, first=Text("  ")))
        elif self._live is None and not isinstance(event, RunStarted | ConversationPlanned):
            # Every row is known once the plan is complete.
            self._live = Live(
                console=self._console,
                get_renderable=self._rows,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def finish(self, report: Report) -> None:
        """Print the verdict and the closing page."""
        self.close()
        page = closing_page(
            build_view(report),
            console=self._console,
            glyphs=self._glyphs,
            tails=self._tails[:TAILS_SHOWN],
            report_file=self._report_file,
        )
        if not self._github:
            self._print(Text())
            self._print(*page)
            return
        with without_commands(self._console.file):
            self._print(*page)

    def close(self) -> None:
        """End the progress: restore the cursor and close the group. It may be called twice, at any time."""
        if self._live is not None:
            live, self._live, self._is_live = self._live, None, False
            live.stop()
        if self._resume_token is not None:
            token, self._resume_token = self._resume_token, None
            resume_commands(self._console.file, token)
        if self._is_grouped:
            self._is_grouped = False
            send(self._console.file, "endgroup")

    def _open(self, event: RunStarted) -> None:
        if self._github and not self._is_grouped:
            self._is_grouped = True
            send(self._console.file, "group", "memory-gate: progress")
            if not self._debug:
                self._resume_token = stop_commands(self._console.file)
        parts = [
            f"memory-gate {sanitize_line(event.version, 30)}",
            sanitize_line(event.bot, 100),
            ", ".join(sanitize_line(kind, 40) for kind in event.disruptions),
            plural(event.trials, "trial"),
            sanitize_line(f"seed {event.seed}"),
        ]
        header = Text(f" {self._glyphs.dot} ".join(part for part in parts if part), style="bold")
        self._print(*paragraph(header, console=self._console, first=Text()))
        if self._is_live:
            self._print(Text())

    def _keep_tail(self, name: str, event: DeploymentFailed | DisruptionEnded) -> None:
        lines = sanitize_tail(event.log)
        # A bot that cannot start logs the same lines in every deployment.
        if lines and all(lines != kept.lines for kept in self._tails):
            title = f"{sanitize_line(name, 60)}: the last lines that were printed"
            self._tails.append(LogTail(title=title, lines=lines))

    def _print(self, *lines: Text) -> None:
        for line in lines:
            self._console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)

    def _rows(self) -> Text:
        rows = self._progress.rows
        width = max((len(row.name) for row in rows), default=0)
        running = self._progress.running
        return Text("\n").join(self._row(row, width, is_running=row in running) for row in rows)

    def _row(self, row: Row, width: int, *, is_running: bool) -> Text:
        done = int(row.share * BAR_WIDTH)
        activity = row.activity or ("starting" if is_running and not row.steps else "")
        arrow = f" {self._glyphs.arrow} "
        line = Text.assemble(
            f"  {row.name:<{width}}  ",
            (self._glyphs.full * done, "green"),
            (self._glyphs.empty * (BAR_WIDTH - done), "dim"),
            f"  {arrow.join((*row.steps, *([activity] if activity else [])))}",
        )
        line.truncate(self._console.width, overflow="ellipsis")
        return line


def open_console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    """Open a console on `stream`. Characters that its encoding lacks are replaced.

    Without a terminal a line has 80 columns. Colours follow NO_COLOR and FORCE_COLOR.
    """
    terminal = stream.isatty()
    file = stream if _can_show(stream.encoding, Glyphs()) else cast(TextIO, _TransliteratingStream(stream))
    return _Console(
        file=file,
        width=None if terminal else PLAIN_WIDTH,
        _environ=environment,
        markup=False,
        emoji=False,
        highlight=False,
    )


class _Console(Console):
    """Console that survives a closed pipe: the run continues, and its exit code does not change."""

    def on_broken_pipe(self) -> None:
        """Stop printing, and discard what the stream still buffers."""
        self.quiet = True
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.file.fileno())
            os.close(nowhere)


_ASCII_SPELLING = str.maketrans(
    {"→": "->", "…": "...", EN_DASH: "-", "×": "x", "✓": "+", "✗": "x", "·": "|", "“": '"', "”": '"'}
)


class _TransliteratingStream(io.TextIOBase):
    """Stream that replaces characters its encoding lacks, so that writing never fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding or "ascii"

    def write(self, text: str) -> int:
        written = text if _can_encode(text, self.encoding) else text.translate(_ASCII_SPELLING)
        self._stream.write(written.encode(self.encoding, "backslashreplace").decode(self.encoding))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def _glyphs(encoding: str) -> Glyphs:
    return Glyphs() if _can_show(encoding, Glyphs()) else ASCII


def _can_show(encoding: str | None, glyphs: Glyphs) -> bool:
    return _can_encode("".join(vars(glyphs).values()) + EN_DASH + "…×", encoding or "utf-8")


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
