"""Reads scenario files into `gate.core.scenario.Scenario` and reports every mistake at once."""

from __future__ import annotations

from gate.scenarios.loader import load_scenarios
from gate.scenarios.schema import scenario_schema

__all__ = ["load_scenarios", "scenario_schema"]
