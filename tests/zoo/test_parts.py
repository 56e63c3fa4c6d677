"""`make zoo`: its parts, the page they write, and its end by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.zoo.costs import Costs
from tests.zoo.frameworks.rows import FOLDER, FRAMEWORK_ROWS, versions
from tests.zoo.matrix import PAGE
from tests.zoo.measuring import Findings, scenario_path
from tests.zoo.page import ORDER, with_rows, with_sections
from tests.zoo.runs import Examined

OLD = "# Title\n\nWhat it is.\n\n## Defects\n\nold\n\n## What to run\n\nkept\n"


def test_a_part_replaces_its_own_section_alone() -> None:
    """A new one takes its place in the order of the page."""
    page = with_sections(OLD, "", {"Defects": ["new", ""], "Healthy twins": ["more"]})
    assert page == OLD.replace("old\n", "new\n\n## Healthy twins\n\nmore\n")
    assert with_sections(page, "", {}) == page
    assert with_sections(page, "# Other", {}).startswith("# Other\n\n## Defects\n")


def test_the_page_has_known_sections_alone() -> None:
    """Whatever is written into it by hand goes at the next run."""
    page = PAGE.read_text(encoding="utf-8")
    assert with_sections(page, "", {}) == page
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [
        one for one in ORDER if f"\n## {one}\n" in page
    ]


def test_a_row_replaces_its_own_line_and_is_counted() -> None:
    """A kind with a bot that is missed is missed."""
    table = "| 1 ✓ | a |\n| 2a ✗ | b |\n| 2b ✓ | c |\n| 3 not run | d |\n"
    page = f"# Title\n\n**0 of 0 kinds of defect (0 of 0 bots) are caught.\n\n{table}"
    assert "**1 of 2 kinds of defect (2 of 3 bots) are" in with_rows(page, {})
    again = with_rows(page, {"2a": "| 2a ✓ | b |", "3": "| 3 ✗ | d |"})
    assert "**2 of 3 kinds of defect (3 of 4 bots) are" in again
    assert "| 1 ✓ | a |\n| 2a ✓ | b |\n| 2b ✓ | c |\n| 3 ✗ | d |\n" in again


def test_the_page_counts_its_own_rows() -> None:
    """The sentence at its beginning is about the table below it."""
    page = PAGE.read_text(encoding="utf-8")
    assert with_rows(page, {}) == page


def test_costs_say_what_was_not_measured_and_who_was_blamed() -> None:
    """A runtime that cannot do it, or was not there, has a dash."""
    kill = Findings(disruption="kill", verdict="passed", seconds=0.25)
    costs = Costs(process=Examined(findings={"kill": kill}, seconds={"kill": 1.5}, output=""))
    assert "| `kill` | 0.2 | 1.5 | – | – |" in costs.section
    assert "| `oom` | – | – | – | – |" in costs.section
    assert (costs.in_all("kill"), costs.in_all("oom")) == (1.5, 0)
    assert costs.alarms == ()
    blamed = Findings(disruption="kill", verdict="failed", reasons=("why",))
    assert Costs(docker=Examined(findings={"kill": blamed}, seconds={}, output="")).alarms == (
        "the healthy bot under kill: failed, why",
    )


@pytest.mark.parametrize("row", FRAMEWORK_ROWS, ids=lambda row: row.number)
def test_a_framework_row_names_what_there_is(row: Any) -> None:
    """Its bots, its packages and its scenarios."""
    bots = (FOLDER / "bots.py").read_text(encoding="utf-8")
    assert all(f'    "{one.bot}": ' in bots for one in (row.patient, row.twin))
    assert versions(row.packages).count(".") >= len(row.packages)
    assert all(Path(scenario_path(name)).is_file() for name in row.scenarios)


def test_ctrl_c_starts_nothing_more_and_ends_with_130() -> None:
    """The runs under way hear of it too, as all that a terminal started does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.zoo.matrix", "--jobs", "1", "--only", "1", "8", "12"],
        cwd=PAGE.parents[1],
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=120)
    assert first == "no Docker engine answers: what needs one is not run\n"
    assert rest == "interrupted\n"
    assert process.returncode == 130
