"""The JSON Schema of a line of transcript.jsonl, derived from the events."""

from __future__ import annotations

from gate.core.json_types import DRAFT, Schema, object_schema
from gate.core.line_digest import DIGITS
from gate.core.transcript import EVENTS


def transcript_schema() -> Schema:
    """Return the schema of one line. It allows further fields."""
    definitions: dict[str, Schema] = {}
    return {
        "$schema": DRAFT,
        "title": "A line of the transcript.jsonl of memory-gate",
        "oneOf": [_event(name, definitions) for name in EVENTS],
        "$defs": definitions,
    }


def _event(name: str, definitions: dict[str, Schema]) -> Schema:
    schema = object_schema(EVENTS[name], definitions)
    digest = {"type": "string", "pattern": f"^[0-9a-f]{{{DIGITS}}}$"}
    return {
        **schema,
        "title": name,
        "properties": {"event": {"const": name}, **schema["properties"], "seal": digest},
        "required": ["event", *schema["required"]],
    }
