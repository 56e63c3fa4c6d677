"""The JSON Schema of memory-gate.yml, for editors. It is derived from the declared settings.

The loader refuses everything that the schema refuses, and more: it looks for folders and keys, and checks
combinations. A key that is not implemented yet is in the schema and accepts no value.
"""

from __future__ import annotations

from itertools import combinations

from gate.config.bot import SOURCES
from gate.config.declaration import section_schema
from gate.config.invocation import Invocation
from gate.config.sections import SECTIONS
from gate.config.value_type import Schema
from gate.core.kinds import Kinds

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema(kinds: Kinds) -> Schema:
    """Return the schema of one memory-gate.yml, for the kinds that this version knows."""
    sections = {name: section_schema(section, kinds) for name, section in SECTIONS.items()}
    sections["bot"]["not"] = {
        "anyOf": [
            *({"required": list(pair)} for pair in combinations(SOURCES, 2)),
            {"required": ["command", "previous"]},
        ],
    }
    beside = section_schema(Invocation, kinds)
    return {
        "$schema": DIALECT,
        "title": "memory-gate configuration",
        **{key: beside[key] for key in ("type", "additionalProperties")},
        "properties": {**sections, **beside["properties"]},
    }
