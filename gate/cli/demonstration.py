"""`memory-gate demo`: the article's two bots side by side, measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gate.analysis.formatting import percent
from gate.cli.library import article_bot
from gate.cli.preparation import prepare
from gate.config import REPORT_DIRECTORY, Settings
from gate.core.report import Report, Verdict
from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    StoreSpecification,
)
from gate.errors import ExitCode, GateError, InputError
from gate.ports import RunsSource
from gate.reporters import ConsoleReporter, open_console
from gate.reporters.sanitize import sanitize_line
from gate.run import run_name
from gate.run.report_folder import file_reporters
from gate.run.run import execute
from gate.runtimes import RUNTIMES
from gate.stores import DEFAULT_STORE

DISRUPTION = "restart"
SEED = 7
DESCRIPTION = "demo.json"
"""The file of the example that names its bots and the expected measurements."""
AS_EXPECTED = "As expected: the gate refuses the bot that forgets, and lets the one that remembers pass."
NOT_AS_EXPECTED = "Not as expected: see the reasons above."


@dataclass(frozen=True, kw_only=True)
class DemoCase:
    """One of the two bots, with the expected measurements."""

    memory: str
    title: str
    least_before: float
    least_after: float
    most_after: float
    verdict: Verdict

    def meets(self, report: Report) -> bool:
        """Whether the report matches the expectation."""
        before, after = report.accuracy_before, report.accuracy
        return (
            report.verdict is self.verdict
            and before is not None
            and after is not None
            and before >= self.least_before
            and self.least_after <= after <= self.most_after
        )


def read_cases(folder: Path) -> tuple[DemoCase, ...]:
    """Read the bots of the example in `folder` from its description."""
    described = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return tuple(DemoCase(**{**bot, "verdict": Verdict(bot["verdict"])}) for bot in described)


async def demonstrate(
    *,
    runtime: str | None,
    seed: int | None,
    report_directory: Path | None,
    environment: Mapping[str, str],
) -> int:
    """Measure both bots and compare them. Return 0 when both are as expected. Raises GateError."""
    console = open_console(sys.stdout, environment)

    def say(text: str) -> None:
        console.print(Text(sanitize_line(text, 500)))

    folder = report_directory or REPORT_DIRECTORY
    source = await _bot_source(runtime, environment, say)
    repeat = ["memory-gate", "demo", *(("--runtime", runtime) if runtime else ())]
    reports: list[tuple[DemoCase, Report]] = []
    for case in read_cases(article_bot()):
        console.print()
        settings = _settings(case, source, SEED if seed is None else seed, folder / case.memory)
        report = await _measure(settings, console, environment, repeat)
        if report.interrupted:
            return ExitCode.INTERRUPTED
        reports.append((case, report))
    console.print()
    console.print(_comparison(reports))
    as_told = all(case.meets(report) for case, report in reports)
    say(AS_EXPECTED if as_told else NOT_AS_EXPECTED)
    return ExitCode.PASSED if as_told else ExitCode.FAILED


async def _measure(
    settings: Settings, console: Console, environment: Mapping[str, str], repeat: Sequence[str]
) -> Report:
    """Run the gate on one bot, shown on the console. Raises GateError."""
    prepared = prepare(settings, Path.cwd())
    reporter = ConsoleReporter(console, report_directory=settings.report_directory)
    reporters = (*file_reporters(settings.report_directory), reporter)
    try:
        return await execute(
            prepared.inputs(
                name=run_name.new_run_name(), environment=environment, reporters=reporters, repeat=repeat
            )
        )
    finally:
        reporter.close()


def _comparison(reports: list[tuple[DemoCase, Report]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("bot")
    for heading in ("before", f"after {DISRUPTION}", "verdict"):
        table.add_column(heading, justify="right")
    for case, report in reports:
        shares = [
            "–" if share is None else percent(share) for share in (report.accuracy_before, report.accuracy)
        ]
        table.add_row(case.title, *shares, report.verdict.value)
    return table


def _settings(case: DemoCase, source: BotSpecification, seed: int, folder: Path) -> Settings:
    return Settings(
        bot=BotSpecification(
            name=case.title,
            image=source.image,
            command=source.command,
            directory=source.directory,
            environment={"MEMORY": case.memory},
        ),
        store=StoreSpecification(kind=DEFAULT_STORE),
        model=ModelSpecification(),
        run=RunSpecification(disruptions=(DISRUPTION,), seed=seed),
        policy=Policy(),
        scenarios=(),
        report_directory=folder,
        config_file=None,
    )


async def _bot_source(
    runtime: str | None, environment: Mapping[str, str], say: Callable[[str], None]
) -> BotSpecification:
    """Prepare the article's bot for the first runtime that can run it, or for the given one.

    Raises GateError.
    """
    able = {name: kind for name, kind in RUNTIMES.items() if isinstance(kind, RunsSource)}
    if runtime not in (None, *able):
        raise InputError(f'there is no runtime "{runtime}"', remedy=f"choose from {', '.join(able)}")
    *earlier, last = able.values() if runtime is None else [able[runtime]]
    for kind, successor in zip(earlier, (*earlier[1:], last), strict=True):
        try:
            return await kind.prepare_source(article_bot(), environment, say)
        except GateError as error:
            say(f"{error.what}; the bots run {successor.manner} instead.")
    return await last.prepare_source(article_bot(), environment, say)
