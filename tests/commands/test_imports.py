"""What the gate loads before it knows what it is to do: nothing that talks to engines, bots or stores."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("aiohttp", "docker", "jinja2", "openai", "pydantic", "redis", "requests", "yaml")
"""Each takes longer to load than all of the command line."""


@pytest.mark.parametrize(
    ("program", "spared"),
    [
        pytest.param("import gate.cli", HEAVY, id="the command line"),
        pytest.param(
            "import gate.config", ("pydantic", "pydantic_core"), id="the settings, until a file is read"
        ),
        pytest.param("import gate.analysis", HEAVY, id="judging"),
        pytest.param("import gate.run.run", ("openai", "pydantic", "docker"), id="a run"),
    ],
)
def test_no_more_is_loaded_than_is_needed(program: str, spared: tuple[str, ...]) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(spared) & set(found.stdout.split())
