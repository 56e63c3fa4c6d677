"""`memory-gate merge`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.analysis import analyse
from gate.cli.exit_codes import code_of_verdict
from gate.cli.ownership import chown_to_workspace_owner
from gate.comparing.merge import Part, merge, read_part
from gate.comparing.regression import against
from gate.core.report import Report
from gate.core.transcript import Event
from gate.core.transcript_lines import decode
from gate.errors import GateError, InputError, Problem
from gate.reporters import ConsoleReporter, GitHubReporter, open_console
from gate.reporters.report_reading import read_measurement, read_transcript
from gate.reporters.transcript_file import NAME
from gate.run.recording import finish_all
from gate.run.report_folder import file_reporters, open_transcript, prepare_report_folder, unwritable
from gate.stores import recorded_stores


def merge_command(
    paths: Sequence[Path], report_directory: Path, baseline: Path | None, environment: Mapping[str, str]
) -> int:
    """Merge the runs in `paths`, transcripts or report folders, and judge them as one.

    Return the exit code. The report names unreadable runs, and is then inconclusive. Raises GateError.
    """
    github = GitHubReporter(environment, sys.stdout, Path.cwd(), report_path=report_directory)
    # First of all: if merging fails, the outputs must not look like those of a run that passed.
    github.set_initial_outputs()
    try:
        measurement = None if baseline is None else read_measurement(baseline, "baseline")
        parts, missing = _read_parts(paths, report_directory)
        events = merge(parts, missing)
        prepare_report_folder(report_directory)
    except GateError as error:
        github.annotate_problems(
            [Problem(file="memory-gate", line=0, column=0, message=error.sentence, hint=error.remedy)]
        )
        raise
    report = analyse(events, stores=recorded_stores())
    if measurement is not None:
        report = against(report, measurement)
    _write(events, report, report_directory)
    # The action's container runs as root, but later steps must be able to change the report.
    chown_to_workspace_owner([report_directory], Path.cwd())
    ConsoleReporter(
        open_console(sys.stdout, environment),
        github=environment.get("GITHUB_ACTIONS") == "true",
        report_directory=report_directory,
    ).finish(report)
    github.finish(report)
    return code_of_verdict(report)


def _write(events: Sequence[Event], report: Report, directory: Path) -> None:
    """Raises GateError."""
    transcript = open_transcript(directory)
    reporters = file_reporters(directory)
    try:
        for event in events:
            transcript.show(event)
        transcript.close()
    except OSError as error:
        raise unwritable(directory, error) from error
    for event in events:
        for reporter in reporters:
            reporter.show(event)
    finish_all(reporters, report)


def _read_parts(paths: Sequence[Path], report_directory: Path) -> tuple[list[Part], list[str]]:
    """Read the runs. Return them, and a sentence for each missing one. Raises GateError when none is left."""
    parts: list[Part] = []
    faults: list[GateError] = []
    for path in paths:
        if (path if path.is_dir() else path.parent).resolve() == report_directory.resolve():
            raise InputError(
                f"the merged report would replace the one in {path}",
                why=f"both are to lie in {report_directory}",
                remedy="name another folder with --report-dir",
            )
        try:
            parts.append(_read_part(path))
        except GateError as error:
            faults.append(error)
    if not parts:
        raise faults[0]
    return parts, [fault.sentence for fault in faults]


def _read_part(path: Path) -> Part:
    file = path / NAME if path.is_dir() else path
    try:
        return read_part(str(path), decode(read_transcript(file)))
    except InputError:
        raise
    except GateError as error:
        raise GateError(f"{file} cannot be merged", why=error.sentence, remedy=error.remedy) from error
