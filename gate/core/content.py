"""What a scenario says, as a short text by which two runs know the same scenario again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping

from gate.core.scenario import Position, Scenario

DIGITS = 16
"""Hexadecimal digits of a content: two scenarios out of a million share one by chance once in 10⁷ times."""


def content_of(scenario: Scenario) -> str:
    """A hash of the facts' definitions and the script, whatever the scenario's name, file and lines are."""
    parts = json.dumps([_plain(scenario.facts), _plain(scenario.script)], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()[:DIGITS]


def contents_of(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """File and name of each scenario → what it says."""
    return {f"{one.file} ({one.name})": content_of(one) for one in scenarios}


def _plain(value: object) -> object:
    """`value` as JSON knows it. Fields with their default are left out: a later version may add some."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {one.name: (getattr(value, one.name), one.default) for one in dataclasses.fields(value)}
        return {
            "kind": type(value).__name__,
            **{
                name: _plain(one)
                for name, (one, default) in held.items()
                if one != default and not isinstance(one, Position)
            },
        }
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(_plain(one), sort_keys=True) for one in value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"a scenario holds no {type(value).__name__}")
