"""`memory-gate run` and `memory-gate judge`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from gate.analysis import analyse
from gate.cli.exit_codes import code_of_run, code_of_verdict
from gate.cli.preparation import prepare, read_settings, run_prepared
from gate.comparing.regression import against
from gate.config import Overrides, Settings
from gate.config.overrides import repeated_options
from gate.core.transcript_lines import decode
from gate.ports import Reporter
from gate.reporters import ConsoleReporter, GitHubReporter, open_console
from gate.reporters.report_reading import read_measurement, read_transcript
from gate.run import run_name
from gate.run.recording import finish_all
from gate.run.report_folder import file_reporters, prepare_report_folder
from gate.stores import recorded_stores, store_image_input


def run_command(config: Path | None, overrides: Overrides, environment: Mapping[str, str]) -> int:
    """Run the gate from the command line; return the exit code. Raises GateError."""
    working_directory = Path.cwd()
    settings = read_settings(config, overrides, working_directory)
    report = run_prepared(
        prepare(settings, working_directory),
        name=run_name.new_run_name(),
        environment=environment,
        repeat=repeat_command(settings, overrides),
        # In a workflow the command speaks to GitHub as the action does.
        github=GitHubReporter(
            environment, sys.stdout, working_directory, report_path=settings.report_directory
        ),
        on_github=environment.get("GITHUB_ACTIONS") == "true",
    )
    return code_of_run(report)


def repeat_command(settings: Settings, overrides: Overrides) -> list[str]:
    """Return the words of the command that repeats a run, without its shard and its seed."""
    words = ["memory-gate", "run"]
    if settings.config_file is not None:
        words += ["-c", str(settings.config_file)]
    words += repeated_options(overrides, store_image_input())
    for path in settings.scenarios:
        words += ["--scenarios", str(path)]
    for disruption in settings.run.disruptions:
        words += ["--disrupt", disruption]
    if settings.run.trials != 1:
        words += ["--trials", str(settings.run.trials)]
    return words


def judge_command(transcript: Path, report_directory: Path | None, baseline: Path | None) -> int:
    """Judge a transcript offline and show the verdict. Return the exit code. Raises GateError.

    With a `report_directory`, write a run's files into it, byte for byte as the run wrote them. A run
    that had a `baseline` needs the same one again.
    """
    lines = read_transcript(transcript)
    report = analyse(decode(lines), stores=recorded_stores())
    if baseline is not None:
        report = against(report, read_measurement(baseline, "baseline"))
    reporters: tuple[Reporter, ...] = ()
    if report_directory is not None:
        prepare_report_folder(report_directory)
        reporters = file_reporters(report_directory)
        for event in decode(lines):
            for reporter in reporters:
                reporter.show(event)
    console = ConsoleReporter(open_console(sys.stdout, {}), report_directory=report_directory)
    finish_all((*reporters, console), report)
    return code_of_verdict(report)
