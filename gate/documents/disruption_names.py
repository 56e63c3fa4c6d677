"""Reads names of disruptions: `kill`, `kill*3`, or `{kill: {times: 3}}`."""

from __future__ import annotations

from collections.abc import Collection

from gate.core.disruption_names import MOST_TIMES, read_name, written
from gate.documents.cursor import Node


def read_disruption(node: Node, known: Collection[str]) -> str | None:
    """Read a disruption. Return its name, `kill` or `kill*3`; None for a mistake, which is reported."""
    if node.is_mapping:
        return _with_times(node, known)
    text = node.text or ""
    kind = text.partition("*")[0]
    name = read_name(text, known)
    if name is None and kind != text and kind in known:
        node.problem(f"expected a number of times from 1 to {MOST_TIMES} after the *", hint=f"write {kind}*3")
        return None
    return name if name is not None else node.choice(known, "disruption")


def disruption_schema(known: Collection[str]) -> dict[str, list[object]]:
    """Return the JSON Schema of the values that `read_disruption` takes."""
    times = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
    options = {
        "type": "object",
        "properties": {"times": times},
        "required": ["times"],
        "additionalProperties": False,
    }
    numbers = "|".join(map(str, range(1, MOST_TIMES + 1)))
    return {
        "anyOf": [
            {"enum": list(known)},
            {"type": "string", "pattern": rf"^({'|'.join(known)})\*({numbers})$"},
            {
                "type": "object",
                "properties": dict.fromkeys(known, options),
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _with_times(node: Node, known: Collection[str]) -> str | None:
    entries = node.fields(known)
    if len(entries) != 1:
        if len(entries) > 1 or not node.mapping():
            node.problem(f"expected one disruption, found {len(entries)}", hint="write {kill: {times: 3}}")
        return None
    ((name, options),) = entries.items()
    found = options.fields(("times",), required=("times",))
    times = found["times"].integer(1, MOST_TIMES) if "times" in found else None
    return written(name, times) if times is not None else None
