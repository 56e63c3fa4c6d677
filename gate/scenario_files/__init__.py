"""Scenario files: YAML with positions in, `gate.core.scenario.Scenario` out, every mistake at once."""

from __future__ import annotations

from gate.scenario_files.loader import load_scenarios
from gate.scenario_files.schema import scenario_schema

__all__ = ["load_scenarios", "scenario_schema"]
