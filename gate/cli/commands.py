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
from gate.cli import faults
from gate.cli.interruption import leave, run_until_signal
from gate.cli.library import disruption_table, find_scenarios
from gate.core.guarantees import GUARANTEES
from gate.errors import ExitCode, GateError, InputError
from gate.protocols import PROTOCOLS
from gate.runtimes import RUNTIMES
from gate.scorers import SCORERS
from gate.stores import STORES

application = typer.Typer(
    name="memory-gate",
    help="Proves, before a deploy, that a chatbot still knows what its users told it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None, typer.Option("-c", "--config", help="How to reach the bot.  [default: memory-gate.yml]")
]
Image = Annotated[str | None, typer.Option(help="The bot's image.")]
Scenarios = Annotated[
    list[Path] | None,
    typer.Option(help="A scenario file or folder; may be repeated.  [default: the built-in library]"),
]
Disrupt = Annotated[
    list[str] | None,
    typer.Option(
        help="A disruption; may be repeated.  [default: recreate, kill-mid-turn, store-restart, partition]"
    ),
]
Trials = Annotated[int | None, typer.Option(metavar="N", help="How often each scenario is played.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Draws the same facts again.")]
RuntimeName = Annotated[str | None, typer.Option("--runtime", help="docker or process.")]
Shard = Annotated[
    str | None,
    typer.Option(metavar="K/N", help="Plays part K of N of the scenarios; see merge."),
]
ReportDirectory = Annotated[
    Path | None, typer.Option("--report-dir", help="Where reports go.  [default: memory-gate-report]")
]


@application.command()
def run(
    config: Config = None,
    image: Image = None,
    scenarios: Scenarios = None,
    disrupt: Disrupt = None,
    trials: Trials = None,
    seed: Seed = None,
    runtime: RuntimeName = None,
    shard: Shard = None,
    report_dir: ReportDirectory = None,
) -> None:
    """Talk to the bot, disrupt it, ask again, and say whether it may be deployed."""
    from gate.cli.run import run_command
    from gate.settings import overrides_from_options

    overrides = overrides_from_options(
        image=image,
        scenarios=scenarios or (),
        disruptions=disrupt or (),
        trials=trials,
        seed=seed,
        runtime=runtime,
        shard=shard,
        report_dir=report_dir,
        environment=os.environ,
    )
    _finish(run_command(config, overrides, os.environ))


@application.command()
def demo(
    runtime: RuntimeName = None,
    seed: Seed = None,
    report_dir: ReportDirectory = None,
) -> None:
    """Show the gate on two bots: one keeps conversations in its process, one in Redis."""
    from gate.cli.demonstration import demonstrate

    _finish(
        run_until_signal(
            demonstrate(runtime=runtime, seed=seed, report_directory=report_dir, environment=os.environ)
        )
    )


@application.command()
def validate(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files or folders, and configuration files.")
    ] = None,
) -> None:
    """Check scenario and configuration files without starting anything."""
    from gate.cli.validation import validate_files

    for line in validate_files(paths or [], Path.cwd()):
        typer.echo(line)


@application.command("list")
def list_names(
    what: Annotated[str, typer.Argument(help="disruptions, guarantees, protocols, runtimes, …")],
) -> None:
    """List what this version knows: disruptions, guarantees, protocols, runtimes, scenarios, …"""
    lists: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "disruptions": disruption_table,
        "guarantees": lambda: [
            (one.name, f"{one.promise}; otherwise: {one.anomaly}") for one in GUARANTEES.values()
        ],
        "protocols": lambda: [(name, (one.__doc__ or "").strip()) for name, one in PROTOCOLS.items()],
        "runtimes": lambda: list(RUNTIMES.items()),
        "scenarios": lambda: [(Path(one.file).name, one.name) for one in find_scenarios((), Path.cwd())],
        "scorers": lambda: [(one.name, one.sentence) for one in SCORERS.values()],
        "stores": lambda: [(name, "") for name in STORES],
    }
    if what not in lists:
        raise InputError(f'there is no list of "{what}"', remedy=f"choose from {', '.join(lists)}")
    rows = lists[what]()
    width = max(len(name) for name, _ in rows)
    for name, sentence in rows:
        typer.echo(f"{name:<{width}}  {sentence}".rstrip())


@application.command()
def schema(
    what: Annotated[str, typer.Argument(help="scenario, or config for memory-gate.yml.")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario files, or of memory-gate.yml, for editors."""
    import json

    from gate.cli.library import scenario_vocabulary, settings_vocabulary
    from gate.scenario_files import scenario_schema
    from gate.settings import settings_schema

    schemas: dict[str, Callable[[], dict[str, Any]]] = {
        "scenario": lambda: scenario_schema(scenario_vocabulary()),
        "config": lambda: settings_schema(settings_vocabulary()),
    }
    if what not in schemas:
        raise InputError(f'there is no schema of "{what}"', remedy=f"choose from {', '.join(schemas)}")
    typer.echo(json.dumps(schemas[what](), indent=2))


@application.command()
def judge(
    transcript: Annotated[Path, typer.Argument(help="A transcript.jsonl that a run has written.")],
    report_dir: Annotated[
        Path | None,
        typer.Option("--report-dir", help="Where the report goes.  [default: nowhere]"),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The report.json that the run was compared with.")
    ] = None,
) -> None:
    """Judge a transcript again, without starting anything."""
    from gate.cli.run import judge_command

    _finish(judge_command(transcript, report_dir, baseline))


@application.command()
def compare(
    base: Annotated[Path, typer.Argument(help="The report.json of the earlier run, or its folder.")],
    head: Annotated[Path, typer.Argument(help="The report.json of the later run, or its folder.")],
) -> None:
    """Compare two reports: does the later run forget what the earlier one remembered?"""
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
    """Judge several runs as one: runs of different disruptions, or the shards of one run."""
    from gate.cli.merging import merge_command
    from gate.settings import REPORT_DIRECTORY

    _finish(merge_command(reports, report_dir or REPORT_DIRECTORY, baseline, os.environ))


@application.command()
def sweep(
    run: Annotated[
        str | None, typer.Option("--run", help="Remove what this run made, whether or not it is over.")
    ] = None,
) -> None:
    """Remove containers, networks and volumes that runs left behind when they were killed."""
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
    """The console script `memory-gate`."""
    sys.exit(leave(guarded(lambda: application(standalone_mode=False))))


def guarded(command: Callable[[], Any]) -> int:
    """Runs `command`; its exit code, with every known fault explained instead of traced."""
    try:
        # When not standalone, the code of a typer.Exit comes back as the command's value.
        code = command()
    except typer.Exit as end:
        return int(end.exit_code)
    except GateError as error:
        faults.explain(error, sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:
        # Click's own complaints about the command line; it shows nothing when not standalone.
        if hasattr(error, "format_message"):
            typer.echo(f"error: {error.format_message()}\n  do:   see  memory-gate --help", err=True)
            return ExitCode.INPUT
        # Python's own exit code for a crash is 1, which would say that the bot forgot.
        faults.explain(faults.own_failure(error), sys.stderr)
        return ExitCode.INCONCLUSIVE
    return int(code or ExitCode.PASSED)


def _finish(code: int) -> None:
    raise typer.Exit(int(code))
