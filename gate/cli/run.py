"""`memory-gate run` and `memory-gate judge`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from gate.cli.debugging import is_debugging
from gate.cli.execution import execute, new_run, prepare_report_directory
from gate.cli.exit_codes import code_of_run, code_of_verdict
from gate.cli.interruption import run_until_signal
from gate.cli.library import find_scenarios, known_kinds
from gate.cli.recording import finish_all
from gate.core.transcript_lines import decode
from gate.interfaces import Reporter
from gate.judging import judge
from gate.judging.regression import against
from gate.reporters import FILE_REPORTERS, ConsoleReporter, GitHubReporter, open_console
from gate.reporters.report_reading import read_measurement, read_transcript
from gate.settings import Overrides, Settings, load_settings
from gate.settings.overrides import repeated_options
from gate.stores import recorded_stores


def run_command(config: Path | None, overrides: Overrides, environment: Mapping[str, str]) -> int:
    """Runs the gate from the command line. The exit code. Raises GateError."""
    working_directory = Path.cwd()
    settings = load_settings(
        config=config,
        overrides=overrides,
        working_directory=working_directory,
        kinds=known_kinds(),
    )
    scenarios = find_scenarios(settings.scenarios, working_directory)
    baseline = None if settings.baseline is None else read_measurement(settings.baseline, "baseline")
    prepare_report_directory(settings.report_directory)
    console = ConsoleReporter(
        open_console(sys.stdout, environment),
        github=environment.get("GITHUB_ACTIONS") == "true",
        debug=is_debugging(environment),
        report_directory=settings.report_directory,
    )
    # In a workflow the command speaks to GitHub as the action does.
    github = GitHubReporter(environment, sys.stdout, working_directory, report_path=settings.report_directory)
    try:
        report = run_until_signal(
            execute(
                settings,
                scenarios,
                run=new_run(),
                environment=environment,
                reporters=(github.outputs, *file_reporters(settings.report_directory), console, github),
                repeat=repeat_command(settings, overrides),
                baseline=baseline,
            )
        )
    finally:
        console.close()
    return code_of_run(report)


def file_reporters(directory: Path) -> tuple[Reporter, ...]:
    """What is written into the report folder besides the transcript."""
    return tuple(kind(directory) for kind in FILE_REPORTERS.values())


def repeat_command(settings: Settings, overrides: Overrides) -> list[str]:
    """The words of the command that repeats a run, without its shard and its seed."""
    words = ["memory-gate", "run"]
    if settings.config_file is not None:
        words += ["-c", str(settings.config_file)]
    words += repeated_options(overrides)
    for path in settings.scenarios:
        words += ["--scenarios", str(path)]
    for disruption in settings.run.disruptions:
        words += ["--disrupt", disruption]
    if settings.run.trials != 1:
        words += ["--trials", str(settings.run.trials)]
    return words


def judge_command(transcript: Path, report_directory: Path | None, baseline: Path | None) -> int:
    """Judges a transcript offline and shows the verdict. The exit code. Raises GateError.

    With a `report_directory` the files of a run are written into it, to the byte as the run wrote them;
    for a run that had a `baseline` the same one is needed again.
    """
    lines = read_transcript(transcript)
    report = judge(decode(lines), stores=recorded_stores())
    if baseline is not None:
        report = against(report, read_measurement(baseline, "baseline"))
    reporters: tuple[Reporter, ...] = ()
    if report_directory is not None:
        prepare_report_directory(report_directory)
        reporters = file_reporters(report_directory)
        for event in decode(lines):
            for reporter in reporters:
                reporter.show(event)
    console = ConsoleReporter(open_console(sys.stdout, {}), report_directory=report_directory)
    finish_all((*reporters, console), report)
    return code_of_verdict(report)
