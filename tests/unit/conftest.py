"""Marks the unit tests that `make quick` leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SLOW = {
    "core/test_bounded_json.py",
    "core/test_fact_kinds.py",
    "documents/test_bounds.py",
    "judging/test_merging.py",
    "judging/test_played.py",
    "judging/test_played_faults.py",
    "judging/test_played_forgetting.py",
    "reader/test_reading.py",
    "reporters/test_github_summary.py",
    "reporters/test_hostile.py",
    "runner/test_plan.py",
    "runner/test_sharding.py",
    "scenario_files/test_schema.py",
    "settings/test_schema.py",
    "stores/test_hostile_contents.py",
}
"""The files that take longest, by `pytest tests/unit --durations=100`: two thirds of the suite's time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow files; a name that no file has is a mistake in the list."""
    gone = [name for name in SLOW if not (FOLDER / name).is_file()]
    assert gone == [], f"tests/unit/conftest.py names files that are not there: {gone}"
    slow = {FOLDER / name for name in SLOW}
    for item in items:
        if item.path in slow:
            item.add_marker(pytest.mark.slow)
