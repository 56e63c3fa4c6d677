"""The zoo, as much of it as every test run can bear: each defect by one disruption, each twin by as few.

`make zoo` runs all of it, and docs/detection.md says what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.core.guarantees import GUARANTEES
from tests.commands.gate_process import Gate
from tests.zoo.images import Images
from tests.zoo.measuring import Findings, examine, scenario_path
from tests.zoo.rows import ROWS, Row, Subject, twins

ZOO_NUMBERS = range(1, 36)
LOCAL = [row for row in ROWS if not row.two_images]
VERSIONED = [row for row in ROWS if row.two_images]

HEALTHY: Mapping[Subject, set[str]] = {
    patient: {row.exposing[0] for row in LOCAL if row.twin == patient} for patient in twins()
}
"""Each twin with what exposes the defects that it has not."""


def hold_for_caught(row: Row, disruption: str, found: Mapping[str, Findings], output: str) -> None:
    """The bot is refused, for the guarantee that it breaks, and the stage is named that loses the fact."""
    assert disruption in found, output
    finding = found[disruption]
    assert finding.caught(row.guarantee), (finding, output)
    if row.lost_at:
        assert next(iter(finding.lost_at)) == row.lost_at, finding


@pytest.mark.parametrize("row", LOCAL, ids=lambda row: row.anchor)
def test_a_defect_is_caught_for_its_guarantee(gate: Gate, row: Row) -> None:
    """One disruption that exposes it is enough."""
    disruption = row.exposing[0]
    ended, found = examine(gate, row.patient, row.scenarios, [disruption])
    hold_for_caught(row, disruption, found, ended.output)
    assert ended.code == 1, ended.output
    assert "Traceback" not in ended.output


@pytest.mark.docker
@pytest.mark.parametrize("row", VERSIONED, ids=lambda row: row.anchor)
def test_a_defect_between_two_versions_is_caught(gate: Gate, images: Images, row: Row) -> None:
    """The version before is another image."""
    disruption = row.exposing[0]
    ended, found = examine(gate, row.patient, row.scenarios, [disruption], images=images)
    hold_for_caught(row, disruption, found, ended.output)
    assert ended.code == 1, ended.output


@pytest.mark.parametrize(
    "patient", [one for one, kinds in HEALTHY.items() if kinds], ids=lambda one: one.label.replace(" ", "-")
)
def test_a_healthy_twin_passes_what_exposes_the_defect(gate: Gate, patient: Subject) -> None:
    """The same bot without the defect, under the same disruptions and with the same scenarios."""
    ended, found = examine(gate, patient, twins()[patient], sorted(HEALTHY[patient]))
    assert ended.code == 0, ended.output
    assert {one.verdict for one in found.values()} == {"passed"}
    assert set(found) == HEALTHY[patient]


@pytest.mark.docker
@pytest.mark.parametrize(
    "patient", dict.fromkeys(row.twin for row in VERSIONED), ids=lambda one: one.label.replace(" ", "-")
)
def test_a_bot_that_reads_both_versions_passes(gate: Gate, images: Images, patient: Subject) -> None:
    """Forth and back."""
    ended, found = examine(gate, patient, ("order-follow-up",), ["blue-green", "rollback"], images=images)
    assert ended.code == 0, ended.output
    assert {name: one.verdict for name, one in found.items()} == {
        "blue-green": "passed",
        "rollback": "passed",
    }


def test_the_table_has_every_known_defect_once() -> None:
    """One row a number, or several with letters; and nothing in them that is not there."""
    numbers = [row.number for row in ROWS]
    assert sorted({int(one.rstrip("abc")) for one in numbers}) == list(ZOO_NUMBERS)
    assert len(set(numbers)) == len(numbers)
    for row in ROWS:
        assert row.guarantee in GUARANTEES
        assert row.patient != row.twin
        assert row.exposing
        for name in row.scenarios:
            assert Path(scenario_path(name)).is_file(), name
