"""As much of JSON Schema (draft 2020-12) as the gate's own schemas use, and nothing silently less."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda one: isinstance(one, dict),
    "array": lambda one: isinstance(one, list),
    "string": lambda one: isinstance(one, str),
    "boolean": lambda one: isinstance(one, bool),
    "integer": lambda one: isinstance(one, int) and not isinstance(one, bool),
    "number": lambda one: isinstance(one, (int, float)) and not isinstance(one, bool),
}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "default"}


def valid(value: object, schema: Schema, root: Schema | None = None) -> bool:
    """Whether `value` meets `schema`. Raises KeyError for a keyword that is not known here."""
    whole = schema if root is None else root
    return all(KEYWORDS[word](value, schema, whole) for word in schema if word not in ANNOTATIONS)


def _same(one: object, two: object) -> bool:
    return type(one) is type(two) and one == two


def _types(value: object, schema: Schema, root: Schema) -> bool:
    wanted = schema["type"]
    return any(TYPES[one](value) for one in ([wanted] if isinstance(wanted, str) else wanted))


def _reference(value: object, schema: Schema, root: Schema) -> bool:
    found: Any = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return valid(value, found, root)


def _additional(value: object, schema: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    patterns = schema.get("patternProperties", {})
    rest = [
        one
        for key, one in value.items()
        if key not in schema.get("properties", {})
        and not any(re.search(pattern, key) for pattern in patterns)
    ]
    allowed = schema["additionalProperties"]
    return not rest if allowed is False else all(valid(one, allowed, root) for one in rest)


def _when(
    kind: type | tuple[type, ...], check: Callable[[Any, Any], bool], word: str
) -> Callable[[object, Schema, Schema], bool]:
    return lambda value, schema, root: not isinstance(value, kind) or check(value, schema[word])


KEYWORDS: dict[str, Callable[[Any, Schema, Schema], bool]] = {
    "type": _types,
    "$ref": _reference,
    "const": lambda value, schema, root: _same(value, schema["const"]),
    "enum": lambda value, schema, root: any(_same(value, one) for one in schema["enum"]),
    "anyOf": lambda value, schema, root: any(valid(value, one, root) for one in schema["anyOf"]),
    "oneOf": lambda value, schema, root: sum(valid(value, one, root) for one in schema["oneOf"]) == 1,
    "not": lambda value, schema, root: not valid(value, schema["not"], root),
    "properties": lambda value, schema, root: (
        not isinstance(value, dict)
        or all(valid(value[key], one, root) for key, one in schema["properties"].items() if key in value)
    ),
    "patternProperties": lambda value, schema, root: (
        not isinstance(value, dict)
        or all(
            valid(one, part, root)
            for pattern, part in schema["patternProperties"].items()
            for key, one in value.items()
            if re.search(pattern, key)
        )
    ),
    "propertyNames": lambda value, schema, root: (
        not isinstance(value, dict) or all(valid(key, schema["propertyNames"], root) for key in value)
    ),
    "additionalProperties": _additional,
    "dependentRequired": lambda value, schema, root: (
        not isinstance(value, dict)
        or all(set(needs) <= set(value) for key, needs in schema["dependentRequired"].items() if key in value)
    ),
    "items": lambda value, schema, root: (
        not isinstance(value, list) or all(valid(one, schema["items"], root) for one in value)
    ),
    "required": _when(dict, lambda value, wanted: set(wanted) <= set(value), "required"),
    "minProperties": _when(dict, lambda value, least: len(value) >= least, "minProperties"),
    "maxProperties": _when(dict, lambda value, most: len(value) <= most, "maxProperties"),
    "minItems": _when(list, lambda value, least: len(value) >= least, "minItems"),
    "maxItems": _when(list, lambda value, most: len(value) <= most, "maxItems"),
    "maxLength": _when(str, lambda value, most: len(value) <= most, "maxLength"),
    "pattern": _when(str, lambda value, pattern: re.search(pattern, value) is not None, "pattern"),
    "minimum": _when((int, float), lambda value, least: value >= least, "minimum"),
    "maximum": _when((int, float), lambda value, most: value <= most, "maximum"),
}
