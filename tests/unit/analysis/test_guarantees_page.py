"""docs/guarantees.md says what the code does: names, promises and anomalies are the same."""

from __future__ import annotations

from pathlib import Path

from gate.core.guarantees import GUARANTEES

PAGE = Path(__file__).parents[3] / "docs" / "guarantees.md"


def test_the_page_lists_every_guarantee_with_its_promise_and_its_anomalies() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    found = {row[0].strip("`"): (row[1], row[2]) for row in rows}
    assert found == {
        one.name: (one.promise, ", ".join(filter(None, (one.anomaly, one.other_anomaly))))
        for one in GUARANTEES.values()
    }
