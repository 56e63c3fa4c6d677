"""GitHub reporter: outputs, state, annotations on the lines of scenario files, and the job summary.

Each is skipped unless the runner sets its variable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from gate.analysis.formatting import plural
from gate.core.report import Report, Verdict
from gate.core.transcript import Event
from gate.errors import Problem
from gate.reporters.failures import Failure
from gate.reporters.figures import lost_facts
from gate.reporters.github_summary import BUDGET, lay_out_summary
from gate.reporters.messages import as_sentence
from gate.reporters.report_view import ReportView, build_view
from gate.reporters.sanitize import sanitize_line
from gate.reporters.timeline import Timeline
from gate.reporters.workflow_commands import format_pair, send

ANNOTATIONS_SHOWN = 10
"""Errors and warnings together. The runner drops more than ten of a kind."""

NOTICES_SHOWN = 9
"""Notices of findings. One more notice counts what was left out."""

TITLE = "memory-gate"

OUTPUTS = (
    *("verdict", "accuracy", "accuracy-before", "retention", "delta", "lost-facts", "leaks", "fabrications"),
    *("baseline", "report-path"),
)
"""The names of all outputs, in their order."""


class GitHubReporter:
    """Reporter of the result to GitHub. `stream` is the standard output of the process.

    `report_path` becomes the output `report-path`, relative to `workspace` if it is inside.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        stream: TextIO,
        workspace: Path,
        *,
        report_path: Path | None = None,
    ) -> None:
        self._environment = environment
        self._stream = stream
        self._workspace = workspace
        self._report_path = report_path
        self._timeline = Timeline()
        self._wrote_outputs = False

    @property
    def outputs_reporter(self) -> OutputsReporter:
        """Return a reporter that only sets the outputs. Placed first, it does so before slower reporters."""
        return OutputsReporter(self)

    def show(self, event: Event) -> None:
        """Record the event in the timeline."""
        self._timeline.add(event)

    def finish(self, report: Report) -> None:
        """Write outputs, annotations and summary. A file that cannot be written gives a warning."""
        self.write_outputs(report)
        view = build_view(report)
        self._try_to_write("the job summary", lambda: self._append_summary(view))
        if self._is_action:
            self._annotate(view)

    def write_outputs(self, report: Report) -> None:
        """Set all outputs, once. A file that cannot be written gives a warning."""
        if not self._wrote_outputs:
            self._wrote_outputs = True
            self._try_to_write(
                "the outputs", lambda: self.set_outputs(compose_outputs(report, self._shown_path()))
            )

    def set_initial_outputs(self) -> None:
        """Set all outputs before the run starts: inconclusive, with all figures empty.

        A run that crashes is then not mistaken for one that passed. Raises OSError, ValueError.
        """
        known = {"verdict": Verdict.INCONCLUSIVE.value, "report-path": self._shown_path()}
        self.set_outputs({**dict.fromkeys(OUTPUTS, ""), **known})

    def save_state(self, name: str, value: str) -> None:
        """Save a value for the post step of this action. Raises OSError, ValueError."""
        self._append("GITHUB_STATE", format_pair(name, value))

    def set_outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of this step. Raises OSError, ValueError."""
        self._append("GITHUB_OUTPUT", "".join(format_pair(name, value) for name, value in values.items()))

    def annotate_problems(self, problems: Sequence[Problem]) -> None:
        """Annotate the mistakes in the user's files, as many as GitHub shows."""
        if not self._is_action:
            return
        for problem in problems[:ANNOTATIONS_SHOWN]:
            hint = f" ({problem.hint})" if problem.hint else ""
            file = self._in_workspace(problem.file) if problem.line else ""
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            send(
                self._stream,
                "error",
                f"{'' if file else f'{place}: '}{problem.message}{hint}",
                {
                    "title": f"{TITLE}: configuration",
                    **_place(file, problem.line, problem.column, problem.column + problem.width - 1),
                },
            )
        self._annotate_rest((len(problems) - ANNOTATIONS_SHOWN, "mistake"))

    @property
    def _is_action(self) -> bool:
        return self._environment.get("GITHUB_ACTIONS") == "true"

    def _annotate(self, view: ReportView) -> None:
        failures = view.failures
        # Losses in a run that passed are tolerated, so they are warnings and not errors.
        level = "warning" if view.verdict is Verdict.PASSED else "error"
        limit = ANNOTATIONS_SHOWN
        if view.verdict is Verdict.INCONCLUSIVE or (view.verdict is Verdict.FAILED and not failures):
            title = f"{TITLE}: {view.verdict.value}"
            send(self._stream, level, f"{view.reasons[0]}.", {"title": title})
            limit -= 1
        for failure in failures[:limit]:
            self._annotate_failure(level, failure)
        # Findings block nothing, so they have a limit of their own.
        for finding in view.findings[:NOTICES_SHOWN]:
            send(self._stream, "notice", f"{as_sentence(finding)}.", {"title": TITLE})
        self._annotate_rest(
            (sum(failure.failed for failure in failures[limit:]), "failed probe"),
            (len(view.findings) - NOTICES_SHOWN, "finding"),
        )

    def _annotate_failure(self, level: str, failure: Failure) -> None:
        probe = failure.probe
        file = self._in_workspace(probe.file)
        times = f" {failure.times}." if failure.times else ""
        place = "" if file else f"{probe.file}:{probe.line}: "
        send(
            self._stream,
            level,
            f"{place}{failure.title}. {failure.brief}{times}",
            {"title": f"{TITLE}: {probe.guarantee}", **_place(file, probe.line, probe.column)},
        )

    def _annotate_rest(self, *left: tuple[int, str]) -> None:
        """Send a notice that counts what was left out. `left` are numbers, each with its noun."""
        rest = " and ".join(plural(count, f"more {noun}") for count, noun in left if count > 0)
        if rest:
            send(
                self._stream,
                "notice",
                f"{rest} not annotated here, where GitHub shows only so many."
                " The job summary and the report tell the rest.",
                {"title": TITLE},
            )

    def _append_summary(self, view: ReportView) -> None:
        path = self._environment.get("GITHUB_STEP_SUMMARY")
        if not path:
            return
        used = Path(path).stat().st_size if Path(path).exists() else 0
        text = lay_out_summary(view, BUDGET - used, timeline=self._timeline)
        if used + len(text.encode()) < BUDGET:
            self._append("GITHUB_STEP_SUMMARY", f"\n{text}" if used else text)

    def _append(self, variable: str, text: str) -> None:
        path = self._environment.get(variable)
        if path:
            # Names with undecodable bytes are written as those bytes.
            with Path(path).open("a", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                file.write(text)

    def _try_to_write(self, what: str, publish: Callable[[], None]) -> None:
        try:
            publish()
        except OSError as error:
            if self._is_action:
                reason = error.strerror or type(error).__name__
                send(self._stream, "warning", f"{what} could not be written: {reason}")

    def _shown_path(self) -> str:
        if self._report_path is None:
            return ""
        return self._in_workspace(str(self._report_path), file=False) or str(self._report_path)

    def _in_workspace(self, name: str, *, file: bool = True) -> str:
        """Return `name` relative to the workspace, "" if it is outside or no file."""
        try:
            root = self._workspace.resolve()
            path = (root / name).resolve()
            inside = path.is_relative_to(root) and (path.is_file() or not file)
        except (OSError, ValueError, RuntimeError):
            return ""
        return path.relative_to(root).as_posix() if inside else ""


class OutputsReporter:
    """Reporter that only sets the outputs of a run."""

    def __init__(self, github: GitHubReporter) -> None:
        self._github = github

    def show(self, event: Event) -> None:
        """Ignore the event: outputs are made from the report."""

    def finish(self, report: Report) -> None:
        """Set all outputs. A file that cannot be written gives a warning."""
        self._github.write_outputs(report)


def compose_outputs(report: Report, report_path: str) -> dict[str, str]:
    """Return the outputs of the action. Shares have up to four decimals; unknown values are empty."""
    before, after = report.accuracy_before, report.accuracy
    delta = None if before is None or after is None else after - before
    return {
        "verdict": report.verdict.value,
        "accuracy": _decimal(after),
        "accuracy-before": _decimal(before),
        "retention": _decimal(report.retention),
        "delta": _decimal(delta),
        "lost-facts": str(lost_facts(report)),
        "leaks": str(report.leaks),
        "fabrications": str(report.fabrications),
        "baseline": sanitize_line(report.baseline),
        "report-path": report_path,
    }


def _decimal(share: float | None) -> str:
    """Write a share with up to four decimals, rounded down: 0.95 then means that 0.95 was reached."""
    if share is None or not math.isfinite(share):
        return ""
    text = f"{math.floor(share * 10_000 + 1e-6) / 10_000:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _place(file: str, line: int, column: int = 0, end_column: int = 0) -> dict[str, str | int]:
    """Return the properties that place an annotation on a line; none without a file."""
    if not file or line < 1:
        return {}
    place: dict[str, str | int] = {"file": file, "line": line}
    if column > 0:
        place["col"] = column
    if end_column > column > 0:
        place["endColumn"] = end_column
    return place
