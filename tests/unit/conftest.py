"""Marks the unit tests that `make quick` leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SLOW = {
    "analysis/test_checkers.py",
    "analysis/test_cost.py",
    "analysis/test_gc_pause.py",
    "analysis/test_incomplete_runs.py",
    "analysis/test_planted.py",
    "analysis/test_planted_blindness.py",
    "analysis/test_planted_leaks.py",
    "analysis/test_played.py",
    "analysis/test_played_faults.py",
    "analysis/test_played_forgetting.py",
    "analysis/test_played_together.py",
    "analysis/test_prompts.py",
    "comparing/test_merge.py",
    "config/test_schema.py",
    "core/test_bounded_json.py",
    "core/test_event_stream.py",
    "core/test_fact_kinds.py",
    "core/test_facts.py",
    "core/test_transcript.py",
    "core/test_words.py",
    "documents/test_bounds.py",
    "documents/test_documents.py",
    "llm_judge/test_openai_api.py",
    "model_endpoint/test_embeddings.py",
    "model_endpoint/test_endpoint.py",
    "model_endpoint/test_refused_requests.py",
    "model_endpoint/test_stated.py",
    "model_endpoint/test_upstream.py",
    "reference_model/test_reading.py",
    "reference_model/test_subjects.py",
    "reporters/html_report/test_document.py",
    "reporters/test_github_summary.py",
    "reporters/test_hostile.py",
    "reporters/test_sanitize.py",
    "reporters/test_schemas.py",
    "reporters/test_templates.py",
    "runner/test_planner.py",
    "runner/test_play.py",
    "runner/test_sharding.py",
    "runner/test_traffic.py",
    "runtimes/test_made_up_kind.py",
    "runtimes/test_supervisor.py",
    "scenarios/test_schema.py",
    "stores/test_advice_on_real_servers.py",
    "stores/test_hostile_contents.py",
    "stores/test_made_up_kind.py",
    "stores/test_redis_inspector.py",
    "stores/test_who_knows_stores.py",
    "test_made_up_kinds.py",
}
"""The files that take longest, by `pytest tests/unit --durations=100`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow files; a name that no file has is a mistake in the list."""
    gone = [name for name in SLOW if not (FOLDER / name).is_file()]
    assert gone == [], f"tests/unit/conftest.py names files that are not there: {gone}"
    slow = {FOLDER / name for name in SLOW}
    for item in items:
        if item.path in slow:
            item.add_marker(pytest.mark.slow)
