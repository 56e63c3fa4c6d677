"""The steps that the command and the action share: prepare a run, and show it while it happens."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.cli.debugging import is_debugging, trace_of
from gate.cli.interruption import run_until_signal
from gate.cli.library import find_scenarios, known_kinds
from gate.comparing.measurement import Measurement
from gate.config import Overrides, Settings, load_settings
from gate.core.report import Report
from gate.core.scenario import Scenario
from gate.ports import Reporter
from gate.reporters import ConsoleReporter, GitHubReporter, open_console
from gate.reporters.report_reading import read_measurement
from gate.run.report_folder import file_reporters, prepare_report_folder
from gate.run.run import RunInputs, execute


@dataclass(frozen=True, kw_only=True)
class PreparedRun:
    """A run whose settings, scenarios and baseline are read, and whose report folder can be written."""

    settings: Settings
    scenarios: Sequence[Scenario]
    baseline: Measurement | None

    def inputs(
        self,
        *,
        name: str,
        environment: Mapping[str, str],
        reporters: Sequence[Reporter],
        repeat: Sequence[str],
    ) -> RunInputs:
        """Return the run's inputs. See `RunInputs`."""
        return RunInputs(
            settings=self.settings,
            scenarios=self.scenarios,
            baseline=self.baseline,
            reporters=reporters,
            repeat=repeat,
            name=name,
            environment=environment,
            trace=trace_of(environment),
        )


def read_settings(config: Path | None, overrides: Overrides, working_directory: Path) -> Settings:
    """Read the settings with all kinds that this version knows. Raises DocumentError."""
    return load_settings(
        config=config, overrides=overrides, working_directory=working_directory, kinds=known_kinds()
    )


def prepare(settings: Settings, working_directory: Path) -> PreparedRun:
    """Read the scenarios and the baseline, and try the report folder. Raises GateError."""
    scenarios = find_scenarios(settings.scenarios, working_directory)
    baseline = None if settings.baseline is None else read_measurement(settings.baseline, "baseline")
    prepare_report_folder(settings.report_directory)
    return PreparedRun(settings=settings, scenarios=scenarios, baseline=baseline)


def run_prepared(
    prepared: PreparedRun,
    *,
    name: str,
    environment: Mapping[str, str],
    repeat: Sequence[str],
    github: GitHubReporter,
    on_github: bool,
) -> Report:
    """Run until the end or a signal, shown on the console, on GitHub and in the report folder.

    Raises GateError.
    """
    folder = prepared.settings.report_directory
    console = ConsoleReporter(
        open_console(sys.stdout, environment),
        github=on_github,
        debug=is_debugging(environment),
        report_directory=folder,
    )
    inputs = prepared.inputs(
        name=name,
        environment=environment,
        # A cancellation leaves seconds: write the outputs that other steps read first.
        reporters=(github.outputs_reporter, *file_reporters(folder), console, github),
        repeat=repeat,
    )
    try:
        return run_until_signal(execute(inputs))
    finally:
        console.close()
