"""Checks of values read from JSON against the field types of a dataclass."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Built = TypeVar("Built")


def type_errors(kind: type, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names that are no field of `kind`, or whose value is not of the field's type."""
    types_of = _field_types(kind)
    return tuple(
        name for name, value in values.items() if name not in types_of or not _fits(value, types_of[name])
    )


def built(kind: Callable[..., Built], values: Mapping[str, Any]) -> Built:
    """Build a `kind` from values that fit it, including the dataclasses in its fields."""
    nested = {name: held for name, held in _nested_kinds(kind).items() if name in values}
    if not nested:
        return kind(**values)
    return kind(**{**values, **{name: _made(values[name], held) for name, held in nested.items()}})


def _made(value: Any, kind: type[Any]) -> Any:
    if isinstance(value, Mapping):
        return built(kind, value)
    return value if value is None else [_made(item, kind) for item in value]


@functools.cache
def _nested_kinds(kind: Callable[..., object]) -> Mapping[str, type[Any]]:
    """Return the fields that hold a dataclass, a sequence of it, or None."""
    found = {name: _dataclass_in(wanted) for name, wanted in _field_types(kind).items()}
    return {name: held for name, held in found.items() if held is not None}


def _dataclass_in(wanted: Any) -> type[Any] | None:
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        return wanted
    return next((held for part in get_args(wanted) if (held := _dataclass_in(part)) is not None), None)


@functools.cache
def _field_types(kind: Any) -> Mapping[str, Any]:
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
            _fits(key, parts[0]) and _fits(item, parts[1]) for key, item in value.items()
        )
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        # An instance fits as well: a report's probes are built before its measurement.
        return isinstance(value, wanted) or (isinstance(value, Mapping) and _is_made_of(wanted, value))
    if origin is Sequence:
        return isinstance(value, (list, tuple)) and all(_fits(item, parts[0]) for item in value)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted is float:
        return (_fits(value, int) or isinstance(value, float)) and _is_finite(value)
    return isinstance(value, wanted)


def _is_made_of(kind: type[Any], values: Mapping[str, object]) -> bool:
    needed = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    return needed <= values.keys() and not type_errors(kind, values)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # A whole number may be larger than any float.
        return False
