"""How often a scenario disrupts, and how that is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.cli.library import known_kinds
from gate.errors import DocumentError
from gate.scenarios import load_scenarios

SCENARIO = """\
name: n
facts:
  order: {{pattern: "ORD-######"}}
script:
  - alice: "My order is {{order}}."
  - disrupt: {kind}
  - alice: "What is my order?"
    expect: "{{order}}"
"""


def kinds(folder: Path, kind: str) -> tuple[str | None, ...]:
    """The disruptions of a scenario in which `kind` is written. Raises DocumentError."""
    (folder / "s.yml").write_text(SCENARIO.format(kind=kind))
    (scenario,) = load_scenarios((Path("s.yml"),), known_kinds(), working_directory=folder)
    return scenario.disruptions


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("kill*3", "kill*3"),
        ('"store-pause*2"', "store-pause*2"),
        ("{kill: {times: 3}}", "kill*3"),
        ("{blue-green: {times: 1}}", "blue-green"),
        ("kill*1", "kill"),
    ],
)
def test_the_ways_to_write_it_mean_the_same(tmp_path: Path, written: str, read: str) -> None:
    """In the transcript and in the report it has one name."""
    assert kinds(tmp_path, written) == (read,)


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("kill*0", "6:14", "expected a number of times from 1 to 20 after the *"),
        ("kill * 3", "6:14", 'unknown disruption "kill * 3"'),
        ("kil*3", "6:14", 'unknown disruption "kil*3"'),
        ("{kill: 3}", "6:21", "expected a mapping, found the number 3"),
        ("{kill: {times: 21}}", "6:29", "expected a whole number from 1 to 20, found the number 21"),
        ("{kill: {time: 3}}", "6:22", 'unknown key "time"'),
        ("{kill: {times: 2}, oom: {times: 2}}", "6:14", "expected one disruption, found 2"),
        ("{kill, restart}", "6:14", "expected one disruption, found 2"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, written: str, place: str, message: str
) -> None:
    """Each mistake once."""
    with pytest.raises(DocumentError) as caught:
        kinds(tmp_path, written)
    found = [(f"{one.line}:{one.column}", one.message) for one in caught.value.problems]
    assert len(found) == 1, found
    assert found[0][0] == place
    assert found[0][1].startswith(message)
