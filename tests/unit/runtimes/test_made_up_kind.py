"""A made-up runtime, added by one entry of RUNTIMES, is known everywhere and runs a bot."""

from __future__ import annotations

import ast
import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

import gate
from benchmarks.measurement.bots import KeepsOutside
from benchmarks.measurement.runtime import InProcessKind, store_server
from gate.cli.commands import application
from gate.cli.library import disruption_table, find_scenarios, known_kinds
from gate.config import Settings, load_settings, overrides_from_options
from gate.core.disruption_traits import Need
from gate.core.report import Report, Verdict
from gate.core.specification import BotSpecification
from gate.core.transcript import RunStarted
from gate.core.transcript_lines import decode
from gate.errors import DocumentError
from gate.reporters.transcript_file import NAME
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.runtimes import RUNTIMES, choose_runtime

MADE_UP = "made-up"


def made_up(server: Any = None) -> InProcessKind:
    return InProcessKind(
        new_bot=KeepsOutside,
        server=server,
        name=MADE_UP,
        sentence="the bot somewhere else altogether",
        lacking={Need.MEMORY_LIMIT: "memory has no end there"},
    )


@pytest.fixture
def known() -> Iterator[None]:
    """While the test runs, the made-up runtime is one of RUNTIMES."""
    with patch.dict(RUNTIMES, {MADE_UP: made_up()}):
        yield


def load(folder: Path, text: str, runtime: str, *disruptions: str) -> Settings:
    (folder / "memory-gate.yml").write_text(text, encoding="utf-8")
    return load_settings(
        config=None,
        overrides=overrides_from_options(
            {
                "runtime": runtime,
                "disrupt": disruptions,
                "seed": "7",
                "report_dir": str(folder / "report"),
            }
        ),
        working_directory=folder,
        kinds=known_kinds(),
    )


@pytest.mark.usefixtures("known")
def test_the_lists_show_it_with_what_it_cannot_do() -> None:
    shown = CliRunner().invoke(application, ["list", "runtimes"]).output
    assert f"{MADE_UP}  the bot somewhere else altogether" in shown
    (head, _), *rows, _ = disruption_table()
    assert MADE_UP in head
    (oom,) = (row for row in rows if row[0].startswith("oom "))
    assert f"Not on {MADE_UP}: memory has no end there." in oom[1]


@pytest.mark.usefixtures("known")
def test_the_settings_take_it_and_leave_out_what_it_cannot_do(tmp_path: Path) -> None:
    settings = load(tmp_path, "bot: {command: [a]}", MADE_UP, "thorough")
    assert settings.run.runtime == MADE_UP
    assert "oom" not in settings.run.disruptions
    assert "recreate" in settings.run.disruptions


def test_a_runtime_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        load(tmp_path, "bot: {command: [a]}", MADE_UP)


@pytest.mark.parametrize(
    ("bot", "name"),
    [
        (BotSpecification(image="a"), "docker"),
        (BotSpecification(build="/a"), "docker"),
        (BotSpecification(command=("a",)), "process"),
        (BotSpecification(), "docker"),
    ],
)
def test_a_bot_runs_where_it_fits_unless_a_runtime_is_named(bot: BotSpecification, name: str) -> None:
    assert choose_runtime(bot).name == name
    assert choose_runtime(bot, "process").name == "process"


def test_a_bot_fits_one_runtime_at_most() -> None:
    """So the order of RUNTIMES decides nothing but what a bot that fits none is told."""
    for bot in (BotSpecification(image="a"), BotSpecification(build="/a"), BotSpecification(command=("a",))):
        assert sum(kind.fits(bot) for kind in RUNTIMES.values()) == 1


def test_it_runs_a_bot(tmp_path: Path) -> None:
    """From settings to report, with no change anywhere else."""
    with patch.dict(RUNTIMES, {MADE_UP: made_up()}):
        settings = load(tmp_path, "bot: {command: [a]}", MADE_UP, "restart")

    async def run() -> Report:
        async with store_server(os.environ) as server:
            with patch.dict(RUNTIMES, {MADE_UP: made_up(server)}):
                return await execute(
                    RunInputs(
                        settings=settings,
                        scenarios=find_scenarios((), tmp_path)[:2],
                        name=run_name.new_run_name(),
                        environment={},
                        reporters=(),
                        repeat=("memory-gate", "run"),
                    )
                )

    report = asyncio.run(run())
    assert report.verdict is Verdict.PASSED, report.reasons
    started = next(decode((tmp_path / "report" / NAME).read_text(encoding="utf-8").splitlines()))
    assert isinstance(started, RunStarted)
    assert started.runtime == MADE_UP


def test_no_code_beside_the_kinds_names_a_runtime() -> None:
    """So none is chosen by its name: what differs between them stands on the kind."""
    package = Path(gate.__file__).parent
    naming = [
        f"{file.relative_to(package)}:{node.lineno}"
        for file in package.rglob("*.py")
        if not file.is_relative_to(package / "runtimes")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in tuple(RUNTIMES)
    ]
    assert naming == []
