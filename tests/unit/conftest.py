"""Marks the unit tests that `make quick` leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SLOW = {
    "core/test_bounded_json.py",
    "core/test_event_stream.py",
    "core/test_fact_kinds.py",
    "core/test_transcript.py",
    "documents/test_bounds.py",
    "comparing/test_merge.py",
    "analysis/test_incomplete_runs.py",
    "analysis/test_planted_blindness.py",
    "analysis/test_played.py",
    "analysis/test_played_faults.py",
    "analysis/test_played_forgetting.py",
    "analysis/test_played_together.py",
    "analysis/test_prompts.py",
    "model_endpoint/test_endpoint.py",
    "model_endpoint/test_refused_requests.py",
    "reference_model/test_reading.py",
    "reference_model/test_subjects.py",
    "reporters/test_github_summary.py",
    "reporters/test_hostile.py",
    "runner/test_planner.py",
    "runner/test_play.py",
    "runner/test_sharding.py",
    "scenarios/test_schema.py",
    "config/test_schema.py",
    "stores/test_advice_on_real_servers.py",
    "stores/test_hostile_contents.py",
    "stores/test_redis_inspector.py",
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
