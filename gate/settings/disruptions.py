"""Which disruptions a run inflicts: those that are named, all that fit, or the usual ones that fit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gate.core.specification import RunSpecification
from gate.disruptions import traits_of
from gate.documents import disruption_schema, read_disruption
from gate.settings.section import Section

THOROUGH = "thorough"
"""Stands for every disruption that can be inflicted on such a bot."""


def read_disruptions(section: Section, *, known: Collection[str], unfit: Collection[str]) -> tuple[str, ...]:
    """What `disruptions` in the section names. `unfit` are those that such a bot cannot undergo.

    A disruption that is named is taken as it is: that it cannot be done is to be said, not passed over.
    """
    fitting = [name for name in known if name not in unfit]
    if "disruptions" not in section.nodes:
        usual = (
            traits_of(name).stand_in if name in unfit else name for name in RunSpecification().disruptions
        )
        return tuple(dict.fromkeys(name for name in usual if name))
    node = section.nodes["disruptions"]
    items = node.one_or_more()
    if not items:
        node.problem("no disruption is named", hint="leave the key out for the usual ones")
    chosen: list[str] = []
    for item in items:
        if item.text == THOROUGH:
            chosen += fitting
        elif (name := read_disruption(item, known)) is not None:
            chosen.append(name)
    return tuple(dict.fromkeys(chosen))


def disruptions_schema(known: Collection[str]) -> dict[str, Any]:
    """The JSON Schema of one item that `read_disruptions` takes."""
    return {"anyOf": [{"const": THOROUGH}, *disruption_schema(known)["anyOf"]]}
