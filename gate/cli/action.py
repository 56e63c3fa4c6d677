"""The two stages of the GitHub Action: the run itself, and the sweep after it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from gate.cli import faults
from gate.cli.exit_codes import code_of_run
from gate.cli.interruption import interrupt_on_signals, leave
from gate.cli.ownership import chown_to_workspace_owner
from gate.cli.preparation import prepare, read_settings, run_prepared
from gate.cli.run import repeat_command
from gate.cli.tune_gc import tune_gc
from gate.config import Overrides, overrides_from_action
from gate.core.report import Report
from gate.errors import DocumentError, ExitCode, GateError, Problem
from gate.reporters import GitHubReporter
from gate.reporters.workflow_commands import without_commands
from gate.run import run_name
from gate.runtimes.docker.connection import ENGINE_FAULTS, connect, explain
from gate.runtimes.docker.own_container import find_own_container
from gate.runtimes.docker.sweep import remove_container, remove_dead_run
from gate.stores import store_image_input

RUN_STATE = "run"
CONTAINER_STATE = "container"
REPORT_STATE = "report"
ENDED_STATE = "ended"
"""Set by a main stage that ended undisturbed. The post stage then need not wait for it."""
DEFAULT_WORKSPACE = "/github/workspace"


def run_action() -> int:
    """Run the main stage, as PID 1 of its container. Return the exit code."""
    tune_gc()
    interrupt_on_signals()
    environment = dict(os.environ)
    try:
        return leave(_main_stage(environment))
    except (KeyboardInterrupt, asyncio.CancelledError):
        # Interrupted before the start: the outputs already say that nothing is known.
        return leave(ExitCode.INTERRUPTED)
    except Exception as error:
        # Python exits with 1 after a crash, which would mean that the bot forgot.
        with without_commands(sys.stdout):
            faults.explain(faults.own_failure(error), sys.stdout)
        return leave(ExitCode.INCONCLUSIVE)


def sweep_after_action() -> int:
    """Run the post stage, which removes what the main stage left. Return 0: the verdict is known already."""
    environment = dict(os.environ)
    workspace = _workspace(environment)
    report = environment.get(f"STATE_{REPORT_STATE}", "")
    if report:
        chown_to_workspace_owner([workspace / report], workspace)
    run = environment.get(f"STATE_{RUN_STATE}", "")
    if not run:
        return ExitCode.PASSED
    try:
        engine = connect(environment)
        # A main stage that ignored the cancellation may still run and create containers.
        orphan = environment.get(f"STATE_{CONTAINER_STATE}", "")
        if orphan and orphan != find_own_container(engine.client, environment):
            remove_container(engine.client, orphan)
        count = remove_dead_run(engine.client, run, ended=bool(environment.get(f"STATE_{ENDED_STATE}")))
    except (GateError, *ENGINE_FAULTS) as error:
        fault = error if isinstance(error, GateError) else GateError("the sweep failed", why=explain(error))
        faults.explain(fault, sys.stdout)
    else:
        print(f"memory-gate: {count} left-over objects removed" if count else "memory-gate: nothing was left")  # noqa: T201
    return ExitCode.PASSED


def _main_stage(environment: Mapping[str, str]) -> int:
    workspace = _workspace(environment)
    run = run_name.new_run_name()
    github = GitHubReporter(environment, sys.stdout, workspace)
    try:
        # First of all: the post stage must know what to remove, even if this stage fails.
        github.save_state(RUN_STATE, run)
        github.set_initial_outputs()
        overrides, config = overrides_from_action(environment, store_image_input())
        _require_files(overrides, config, workspace)
        prepared = prepare(read_settings(config, overrides, workspace), workspace)
    except GateError as error:
        return _refuse(error, github)
    settings = prepared.settings
    github = GitHubReporter(environment, sys.stdout, workspace, report_path=settings.report_directory)
    github.set_initial_outputs()
    github.save_state(REPORT_STATE, str(settings.report_directory))
    _note_own_container(environment, github)
    try:
        report = run_prepared(
            prepared,
            name=run,
            environment=environment,
            repeat=repeat_command(settings, overrides),
            github=github,
            on_github=True,
        )
    except GateError as error:
        return _refuse(error, github)
    finally:
        chown_to_workspace_owner([settings.report_directory, Path(settings.model.cassette)], workspace)
    return _end(report, github)


def _end(report: Report, github: GitHubReporter) -> int:
    """Tell the post stage that this one ended undisturbed. Return the exit code."""
    code = code_of_run(report)
    if code != ExitCode.INTERRUPTED:
        with contextlib.suppress(OSError):
            github.save_state(ENDED_STATE, "1")
    return code


def _require_files(overrides: Overrides, config: Path | None, workspace: Path) -> None:
    """Check that the files in the inputs exist. Raises DocumentError, which names the inputs."""
    named = [("config", str(config))] if config is not None else []
    if "scenarios" in overrides:
        named += [("scenarios", path) for path in overrides["scenarios"].value]
    problems = [
        Problem(
            file=f'input "{name}"',
            line=0,
            column=0,
            message=f'there is no file "{path}"',
            hint="paths start at the workspace; is the repository checked out?",
        )
        for name, path in named
        if "\0" in path or not (workspace / path).exists()
    ]
    if problems:
        raise DocumentError(problems)


def _workspace(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("GITHUB_WORKSPACE") or DEFAULT_WORKSPACE)


def _note_own_container(environment: Mapping[str, str], github: GitHubReporter) -> None:
    """Save the id of the gate's own container for the post stage, which removes it if it still runs."""
    try:
        engine = connect(environment)
    except GateError:
        return  # the run will report this fault
    try:
        own = find_own_container(engine.client, environment)
        if own:
            github.save_state(CONTAINER_STATE, own)
    finally:
        engine.close()


def _refuse(error: GateError, github: GitHubReporter) -> int:
    """Explain a fault that prevented the run. Return its exit code."""
    with without_commands(sys.stdout):
        faults.explain(error, sys.stdout)
    problems = (
        error.problems
        if isinstance(error, DocumentError)
        else (Problem(file="memory-gate", line=0, column=0, message=error.sentence, hint=error.remedy),)
    )
    github.annotate_problems(problems)
    return error.exit_code
