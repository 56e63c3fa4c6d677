"""Hostile bots, as many as every test run can bear: `make hostile` meets all of them (docs/hostile.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.__main__ import page
from tests.hostile.examining import Bots, Outcome, assembled, examine
from tests.hostile.rows import ROWS, Row

OFTEN = [row for row in ROWS if row.often]


@pytest.fixture(scope="session")
def local_bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    """As local processes."""
    with assembled(tmp_path_factory.mktemp("hostile"), engine=False) as bots:
        yield bots


@pytest.fixture(scope="session")
def contained_bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    """As containers, for tests with the `docker` marker only."""
    with assembled(tmp_path_factory.mktemp("contained"), engine=True) as bots:
        yield bots


@pytest.mark.parametrize("row", [row for row in OFTEN if not row.contained], ids=lambda row: row.name)
def test_a_hostile_process_is_met_as_it_should_be(local_bots: Bots, tmp_path: Path, row: Row) -> None:
    outcome = examine(row, local_bots, tmp_path)
    assert not outcome.faults, (outcome.faults, outcome.output)


@pytest.mark.docker
@pytest.mark.parametrize("row", [row for row in OFTEN if row.contained], ids=lambda row: row.name)
def test_a_hostile_container_is_met_as_it_should_be(contained_bots: Bots, tmp_path: Path, row: Row) -> None:
    outcome = examine(row, contained_bots, tmp_path)
    assert not outcome.faults, (outcome.faults, outcome.output)


def test_every_bot_is_there_and_tried() -> None:
    """No row names a bot that there is not, and none is left out."""
    folder = Path(__file__).with_name("defects")
    written = "".join(file.read_text(encoding="utf-8") for file in folder.glob("[a-z]*.py"))
    assert len({(row.name, row.memory, row.contained) for row in ROWS}) == len(ROWS) >= 40
    assert len({row.tries for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert f'"{row.name}":' in written, row.name


def test_the_page_marks_what_was_not_met_as_it_should_be() -> None:
    """A verdict that is wrong, or something that stayed behind, cannot be overlooked."""
    row = ROWS[0]
    fine = Outcome(row=row, verdict=row.verdict, reasons="", seconds=1.0, memory=70, faults=(), output="")
    bad = Outcome(
        row=row, verdict="passed", reasons="", seconds=1.0, memory=70, faults=("left a process",), output=""
    )
    shown = page([replace(fine, row=ROWS[1]), bad])
    assert "2 hostile bots, 1 met as they should be" in shown
    assert f"| {row.verdict} | {row.verdict} | 1.0 | 70 | nothing |" in shown
    assert "| **passed** | 1.0 | 70 | left a process |" in shown
    again = page([fine], shown)
    assert "2 hostile bots, 2 met as they should be" in again
    assert "left a process" not in again
