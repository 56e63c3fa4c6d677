"""Content hashes, by which two runs recognise the same scenario."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping

from gate.core.scenario import Position, Scenario

DIGITS = 16
"""Hexadecimal digits of a hash. Among a million scenarios, two share one with a chance of 1 in 10⁷."""


def content_of(scenario: Scenario) -> str:
    """Hash the scenario's facts and script. Its name, file and line numbers do not count."""
    parts = json.dumps([_plain(scenario.facts), _plain(scenario.script)], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()[:DIGITS]


def contents_of(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """Map each scenario's file and name to its hash."""
    return {f"{scenario.file} ({scenario.name})": content_of(scenario) for scenario in scenarios}


def _plain(value: object) -> object:
    """Convert to JSON values. Leave out fields at their default, because a later version may add fields."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        held = {field.name: (getattr(value, field.name), field.default) for field in fields}
        return {
            "kind": type(value).__name__,
            **{
                name: _plain(content)
                for name, (content, default) in held.items()
                if content != default and not isinstance(content, Position)
            },
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(_plain(item), sort_keys=True) for item in value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"a scenario holds no {type(value).__name__}")
