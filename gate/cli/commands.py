"""The command line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gate import __version__
from gate.cli.interruption import leave, run_until_signal
from gate.cli.setting_options import RunCommand
from gate.cli.tune_gc import tune_gc
from gate.errors import ExitCode, GateError, InputError

application = typer.Typer(
    name="memory-gate",
    help="Proves, before a deploy, that a chatbot still knows what its users told it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="Where the bot comes from and how it is spoken to.  [default: memory-gate.yml]",
    ),
]
RuntimeName = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        metavar="NAME",
        help="Where the bots run; 'memory-gate list runtimes' shows the names."
        "  [default: the first that can run them]",
    ),
]
ReportDirectory = Annotated[
    Path | None,
    typer.Option(
        "--report-dir", metavar="FOLDER", help="Where the report goes.  [default: memory-gate-report]"
    ),
]


@application.command(cls=RunCommand)
def run(context: typer.Context, config: Config = None) -> None:
    """Say whether a bot may be deployed: talk, disrupt, ask again.

    With memory-gate.yml in the folder no option is needed. The verdict is printed, and the report
    folder holds it for people (report.html) and for programs (report.json, junit.xml).

    Ends with 0 passed, 1 failed, 2 wrong input, 3 inconclusive, 130 interrupted.
    """
    from gate.cli.run import run_command
    from gate.config import overrides_from_options
    from gate.stores import store_image_input

    overrides = overrides_from_options(context.obj, os.environ, store_image_input())
    _finish(run_command(config, overrides, os.environ))


@application.command()
def demo(
    runtime: RuntimeName = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Draws other facts, the same each time.  [default: 7]")
    ] = None,
    report_dir: ReportDirectory = None,
) -> None:
    """Show the gate on two bots, one of which forgets.

    One keeps its conversations in its process, the other in a store. Needs no key; without a Docker
    engine they run as local processes.
    """
    from gate.cli.demonstration import demonstrate

    _finish(
        run_until_signal(
            demonstrate(runtime=runtime, seed=seed, report_directory=report_dir, environment=os.environ)
        )
    )


@application.command()
def validate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Scenario files or folders, and configuration files."
            "  [default: memory-gate.yml and its scenarios]",
        ),
    ] = None,
) -> None:
    """Check configuration and scenarios, start nothing."""
    from gate.cli.validation import validate_files

    for line in validate_files(paths or [], Path.cwd()):
        typer.echo(line)


@application.command("list")
def list_names(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="disruptions, guarantees, protocols, reporters, runtimes, scenarios, scorers or stores.",
        ),
    ],
) -> None:
    """List disruptions, guarantees, scenarios and so on."""
    lists = _name_lists()
    if what not in lists:
        raise InputError(f'there is no list of "{what}"', remedy=f"choose from {', '.join(lists)}")
    rows = lists[what]()
    width = max(len(name) for name, _ in rows)
    for name, sentence in rows:
        typer.echo(f"{name:<{width}}  {sentence}".rstrip())


def _name_lists() -> dict[str, Callable[[], list[tuple[str, str]]]]:
    """Return each list's name and what makes its rows: a name and a sentence."""
    from gate.cli.library import disruption_table, find_scenarios
    from gate.core.guarantees import GUARANTEES
    from gate.protocols import PROTOCOLS
    from gate.reporters import FILE_REPORTERS
    from gate.runtimes import RUNTIMES
    from gate.scorers import SCORERS
    from gate.stores import STORES

    return {
        "disruptions": disruption_table,
        "guarantees": lambda: [
            (name, f"{guarantee.promise}; otherwise: {guarantee.anomaly}")
            for name, guarantee in GUARANTEES.items()
        ],
        "protocols": lambda: [(name, protocol.sentence) for name, protocol in PROTOCOLS.items()],
        "reporters": lambda: [
            (kind.name, f"{kind.file}: {kind.sentence}") for kind in FILE_REPORTERS.values()
        ],
        "runtimes": lambda: [(name, kind.sentence) for name, kind in RUNTIMES.items()],
        "scenarios": lambda: [
            (Path(scenario.file).name, scenario.name) for scenario in find_scenarios((), Path.cwd())
        ],
        "scorers": lambda: [(name, scorer.sentence) for name, scorer in SCORERS.items()],
        "stores": lambda: [(name, kind.traits.sentence) for name, kind in STORES.items()],
    }


@application.command()
def schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="scenario, config for memory-gate.yml, report or transcript.",
        ),
    ] = "scenario",
) -> None:
    """Print a JSON Schema, for editors and for programs."""
    import json

    from gate.cli.library import known_kinds
    from gate.config.schema import settings_schema
    from gate.core.transcript_schema import transcript_schema
    from gate.reporters.report_fields import report_schema
    from gate.scenarios import scenario_schema

    schemas: dict[str, Callable[[], dict[str, Any]]] = {
        "scenario": lambda: scenario_schema(known_kinds()),
        "config": lambda: settings_schema(known_kinds()),
        "report": report_schema,
        "transcript": transcript_schema,
    }
    if what not in schemas:
        raise InputError(f'there is no schema of "{what}"', remedy=f"choose from {', '.join(schemas)}")
    typer.echo(json.dumps(schemas[what](), indent=2))


@application.command()
def judge(
    transcript: Annotated[
        Path, typer.Argument(metavar="TRANSCRIPT", help="A transcript.jsonl that a run has written.")
    ],
    report_dir: Annotated[
        Path | None,
        typer.Option("--report-dir", metavar="FOLDER", help="Where the report goes.  [default: nowhere]"),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="The report.json that the run was compared with."),
    ] = None,
) -> None:
    """Judge a finished run again from its transcript, offline.

    Gives the verdict of the run itself, the exit code for it, and with --report-dir the files.
    """
    from gate.cli.run import judge_command

    _finish(judge_command(transcript, report_dir, baseline))


@application.command()
def compare(
    base: Annotated[
        Path, typer.Argument(metavar="BASE", help="The report.json of the earlier run, or its folder.")
    ],
    head: Annotated[
        Path, typer.Argument(metavar="HEAD", help="The report.json of the later run, or its folder.")
    ],
) -> None:
    """Tell whether a later run forgets more than an earlier one.

    Ends with 0, with 1 for a regression, and with 3 when the two cannot be compared.
    """
    from gate.cli.comparing import compare_reports

    lines, code = compare_reports(base, head)
    for line in lines:
        typer.echo(line)
    _finish(code)


@application.command()
def merge(
    reports: Annotated[
        list[Path], typer.Argument(help="The report folders, or transcripts, of runs of one bot.")
    ],
    report_dir: ReportDirectory = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The report.json of an earlier run, which this one is to match.")
    ] = None,
) -> None:
    """Judge several runs as one: other disruptions, or shards."""
    from gate.cli.merging import merge_command
    from gate.config import REPORT_DIRECTORY

    _finish(merge_command(reports, report_dir or REPORT_DIRECTORY, baseline, os.environ))


@application.command()
def sweep(
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Remove what this run made, whether or not it is over."),
    ] = None,
) -> None:
    """Remove what killed runs left on the Docker engine.

    Without --run: containers, networks and volumes of runs whose time is over. Nothing else is touched.
    """
    from gate.cli.sweeping import sweep_engine

    typer.echo(sweep_engine(run, os.environ))


@application.callback(invoke_without_command=True)
def _about(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the console script `memory-gate`."""
    tune_gc()
    sys.exit(leave(guarded(lambda: application(standalone_mode=False))))


def guarded(command: Callable[[], Any]) -> int:
    """Run `command` and return its exit code. Explain every known fault instead of showing a traceback."""
    try:
        # With standalone_mode off, typer returns the code of a typer.Exit as the command's value.
        code = command()
    except typer.Exit as end:
        return int(end.exit_code)
    except GateError as error:
        from gate.cli import faults

        faults.explain(error, sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:
        # Click's errors about the command line, which it does not show with standalone_mode off.
        if hasattr(error, "format_message"):
            _complain(error.format_message(), getattr(error, "ctx", None))
            return ExitCode.INPUT
        from gate.cli import faults

        # Python exits with 1 after a crash, which would mean that the bot forgot.
        faults.explain(faults.own_failure(error), sys.stderr)
        return ExitCode.INCONCLUSIVE
    return int(code or ExitCode.PASSED)


def _complain(message: str, context: Any) -> None:
    """Show a mistake in the command line and how to get help; for an empty one, the help itself."""
    if message.startswith("Usage:"):
        typer.echo(message, err=True)
        return
    path = getattr(context, "command_path", "memory-gate")
    typer.echo(f"error: {message}\n  do:   see  {path} --help", err=True)


def _finish(code: int) -> None:
    raise typer.Exit(int(code))
