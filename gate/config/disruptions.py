"""The disruptions of a run: the named ones, all supported ones, or the supported default ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gate.core.specification import RunSpecification
from gate.disruptions import traits_of
from gate.documents import Node, disruption_schema, read_disruption

THOROUGH = "thorough"
"""Stands for every disruption that the bot's settings support."""


def supported_defaults(unsupported: Collection[str]) -> tuple[str, ...]:
    """Return the default disruptions, with stand-ins for the `unsupported` ones."""
    usual = (
        traits_of(name).stand_in if name in unsupported else name for name in RunSpecification.disruptions
    )
    return tuple(dict.fromkeys(name for name in usual if name))


def named_disruptions(node: Node, *, known: Collection[str], unsupported: Collection[str]) -> tuple[str, ...]:
    """Return the disruptions that are named at the node.

    `thorough` leaves the `unsupported` ones out. One that is named stays, so that the run reports the fault.
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
