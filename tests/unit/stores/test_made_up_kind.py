"""A made-up store, added by one package and one line of STORES, is known everywhere."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from docs.reference import generated
from gate.cli.commands import application
from gate.cli.library import find_scenarios, known_kinds
from gate.cli.validation import validate_files
from gate.config import load_settings, overrides_from_options
from gate.config.schema import settings_schema
from gate.core.report import Report, Verdict
from gate.core.transcript import Event, RunStarted, StoreSeen
from gate.core.transcript_lines import decode
from gate.errors import DocumentError
from gate.reporters.transcript_file import NAME
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.stores import STORES
from tests.unit.stores.shelf import Shelf

BOT = Path(__file__).parent / "shelf" / "bot"
ZOO = Path(__file__).parents[2] / "zoo"
MADE_UP = "shelf"


@pytest.fixture
def known() -> Iterator[None]:
    """While the test runs, the made-up kind is one of STORES."""
    with patch.dict(STORES, {MADE_UP: Shelf()}):
        yield


def configured(folder: Path, store: str, **variables: str) -> None:
    """A memory-gate.yml for the zoo's bot on such a store."""
    bot = {
        "command": [sys.executable, "run.py"],
        "directory": str(BOT),
        "env": {"ZOO": str(ZOO), "MEMORY": MADE_UP, **variables},
    }
    text = f"bot: {json.dumps(bot)}\nstore: {store}\n"
    (folder / "memory-gate.yml").write_text(text, encoding="utf-8")


def complaints(folder: Path) -> str:
    """Return the problems that `validate` reports for a folder; "" for none."""
    try:
        assert list(validate_files([], folder))
    except DocumentError as error:
        return "; ".join(problem.message for problem in error.problems)
    return ""


def run(folder: Path, store: str, disruption: str) -> tuple[Report, list[Event]]:
    """The report and the transcript of a run from its settings."""
    configured(folder, store)
    settings = load_settings(
        config=None,
        overrides=overrides_from_options(
            {"runtime": "process", "disrupt": [disruption], "seed": "7", "report_dir": str(folder / "report")}
        ),
        working_directory=folder,
        kinds=known_kinds(),
    )
    report = asyncio.run(
        execute(
            RunInputs(
                settings=settings,
                scenarios=find_scenarios((), folder)[:2],
                name=run_name.new_run_name(),
                environment=os.environ,
                reporters=(),
                repeat=("memory-gate", "run"),
            )
        )
    )
    return report, list(decode((folder / "report" / NAME).read_text(encoding="utf-8").splitlines()))


@pytest.mark.usefixtures("known")
def test_the_list_and_the_reference_show_it() -> None:
    assert (
        f"{MADE_UP}  starts a shelf for the bot" in CliRunner().invoke(application, ["list", "stores"]).output
    )
    parts = generated()
    assert f"{MADE_UP} starts a shelf for the bot" in parts["store"]
    assert "journal every line" in parts["store"]
    assert "| `SHELF_PORT` | the port of its store |" in parts["variables"]


@pytest.mark.usefixtures("known")
def test_the_schema_offers_it_and_its_words() -> None:
    keys = settings_schema(known_kinds())["properties"]["store"]["properties"]
    assert MADE_UP in keys["kind"]["enum"]
    assert "journal" in keys["persistence"]["enum"]


@pytest.mark.usefixtures("known")
def test_it_is_valid_and_its_words_are_its_own(tmp_path: Path) -> None:
    configured(tmp_path, "{kind: shelf}")
    assert complaints(tmp_path) == ""
    configured(tmp_path, "{kind: shelf, persistence: nothing}")
    assert complaints(tmp_path) == ""
    configured(tmp_path, "{kind: shelf, persistence: aof}")
    assert "aof" in complaints(tmp_path)


@pytest.mark.usefixtures("known")
def test_the_gate_alone_sets_its_variables(tmp_path: Path) -> None:
    configured(tmp_path, "{kind: shelf}", SHELF_HOST="here")
    assert "the gate itself sets SHELF_HOST" in complaints(tmp_path)
    configured(tmp_path, "{kind: redis}", SHELF_HOST="here")
    assert complaints(tmp_path) == ""


def test_a_kind_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    configured(tmp_path, "{kind: shelf}")
    assert "shelf" in complaints(tmp_path)


@pytest.mark.usefixtures("known")
def test_a_bot_runs_on_it_and_its_facts_are_seen_stored(tmp_path: Path) -> None:
    """From settings to report, with no change anywhere else; the store's server is stopped by its signal."""
    report, events = run(tmp_path, "{kind: shelf}", "store-restart")
    assert report.verdict is Verdict.PASSED, report.reasons
    assert all(probe.trace.stored for probe in report.probes if probe.recall)
    assert isinstance(events[0], RunStarted)
    assert events[0].store == MADE_UP
    looks = [event for event in events if isinstance(event, StoreSeen)]
    assert looks[0].values
    assert looks[0].persistence == "journal"
    assert looks[0].counters["commands"] == looks[0].commands
    assert looks[0].life != looks[-1].life


@pytest.mark.usefixtures("known")
def test_its_own_diagnosis_explains_a_loss(tmp_path: Path) -> None:
    report, _ = run(tmp_path, "{kind: shelf, persistence: nothing}", "store-restart")
    assert report.verdict is Verdict.FAILED
    assert any("the shelf kept nothing over its restart" in reason for reason in report.reasons)
