"""Workspaces with a bot and a scenario in them, for the tests that run the whole action."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.commands.gate_process import ZOO

REPOSITORY = Path(__file__).resolve().parents[2]

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""
PROBE_LINE = 7


def check_out(workspace: Path) -> Path:
    """A repository with the zoo's bot in `bot`, and the scenario `checks/order.yml`."""
    (workspace / "checks").mkdir(parents=True)
    (workspace / "checks" / "order.yml").write_text(SCENARIO)
    shutil.copytree(ZOO, workspace / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    return workspace
