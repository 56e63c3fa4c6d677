"""Checking what was read from JSON against the types that a dataclass gives its fields."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints


def misfits(kind: type, values: Mapping[str, object]) -> tuple[str, ...]:
    """The names in `values` that are no field of `kind`, or whose value is not of the field's type."""
    types_of = _field_types(kind)
    return tuple(
        name for name, value in values.items() if name not in types_of or not _fits(value, types_of[name])
    )


@functools.cache
def _field_types(kind: type) -> Mapping[str, Any]:
    types_of = get_type_hints(kind)
    return {field.name: types_of[field.name] for field in dataclasses.fields(kind)}


def _fits(value: object, wanted: Any) -> bool:
    origin, parts = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, parts[0]) and _fits(one, parts[1]) for key, one in value.items()
        )
    if origin is Sequence:
        return isinstance(value, (list, tuple)) and all(_fits(one, parts[0]) for one in value)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted is float:
        return (_fits(value, int) or isinstance(value, float)) and _is_finite(value)
    return isinstance(value, wanted)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # A whole number may be larger than any float.
        return False
