"""Which disruptions a run injects: those that are named, all that fit, or the usual ones that fit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gate.core.specification import RunSpecification
from gate.disruptions import traits_of
from gate.documents import Node, disruption_schema, read_disruption

THOROUGH = "thorough"
"""Stands for every disruption that can be injected on such a bot."""


def usual_disruptions(unsupported: Collection[str]) -> tuple[str, ...]:
    """Return the usual disruptions, with stand-ins for those in `unsupported`."""
    usual = (
        traits_of(name).stand_in if name in unsupported else name for name in RunSpecification.disruptions
    )
    return tuple(dict.fromkeys(name for name in usual if name))


def named_disruptions(node: Node, *, known: Collection[str], unsupported: Collection[str]) -> tuple[str, ...]:
    """Return the disruptions that are named at the node. Such a bot cannot undergo the `unsupported` ones.

    A disruption that is named is taken as it is: that it cannot be done is to be said, not passed over.
    """
    items = node.one_or_more()
    if not items:
        node.problem("no disruption is named", hint="leave the key out for the usual ones")
    chosen: list[str] = []
    for item in items:
        if item.text == THOROUGH:
            chosen += [name for name in known if name not in unsupported]
        elif (name := read_disruption(item, known)) is not None:
            chosen.append(name)
    return tuple(dict.fromkeys(chosen))


def disruptions_schema(known: Collection[str]) -> dict[str, Any]:
    """Return the JSON Schema of one item that `named_disruptions` takes."""
    return {"anyOf": [{"const": THOROUGH}, *disruption_schema(known)["anyOf"]]}
