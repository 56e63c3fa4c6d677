"""JSON Schemas of Python types: the published schema is derived from the types that are written."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from gate.core.statements import Finding, Reason

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
PLAIN: Mapping[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}
STATEMENTS = {Reason: "reason", Finding: "finding"}
"""Types that are only referred to. The module that knows their kinds defines them."""


def schema_of(wanted: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the JSON Schema of the values of a type.

    Dataclasses, which may be recursive, are added to `definitions` and referred to.
    """
    origin, parts = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return {}
    if wanted in STATEMENTS:
        return _reference(STATEMENTS[wanted])
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part, definitions) for part in parts]}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1], definitions)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return {"type": "array", "items": schema_of(parts[0], definitions)}
    if is_typeddict(wanted):
        return object_schema(wanted, definitions)
    if dataclasses.is_dataclass(wanted):
        return _defined(wanted, definitions)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return {"enum": [member.value for member in wanted]}
    return {"type": PLAIN[wanted]}


def object_schema(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a dataclass or a TypedDict. Fields with a default may be missing."""
    hints = get_type_hints(kind)
    names, required = list(hints), list(hints)
    if dataclasses.is_dataclass(kind):
        fields = dataclasses.fields(kind)
        names = [field.name for field in fields]
        required = [field.name for field in fields if _has_no_default(field)]
    properties = {name: schema_of(hints[name], definitions) for name in names}
    return {"type": "object", "properties": properties, "required": required}


def _defined(kind: Any, definitions: dict[str, Schema]) -> Schema:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = object_schema(kind, definitions)
    return _reference(name)


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
