"""The type of a setting: how its value is read, and what a JSON Schema and the docs say of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gate.core.kinds import Kinds
from gate.documents import Node

Schema = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the settings of a file are read against."""

    kinds: Kinds
    working_directory: Path
    folder: Path
    """The configuration file's, seen from the working directory."""
    supplied: Collection[str] = ()
    """The environment variables that the gate sets for the bot."""
    unsupported: Collection[str] = ()
    """The disruptions that such a bot cannot undergo."""

    def base(self, node: Node) -> Path:
        """Return the folder at which a relative path starts that was written at `node`."""
        return self.working_directory / self.folder if node.line else self.working_directory


def reported() -> PydanticCustomError:
    """Return the error of a value that is wrong, which the node has reported at its place."""
    return PydanticCustomError("reported", "reported at its place")


@dataclass(frozen=True, kw_only=True)
class ValueType:
    """The type of a setting."""

    read: Callable[[Node, Reading], object]
    """Gives the value at a node. Where it reports a mistake there, what it gives is not used."""
    schema: Callable[[Kinds], Schema]
    """The JSON Schema of what is read."""
    words: Callable[[Kinds], str] = lambda _: "text"
    """What may be written, for the docs."""
    written: Callable[[Any], object] = lambda value: value
    """Gives a value as the file has it."""
    default: Callable[[Kinds], object] = lambda _: None
    """The default where the kinds have it, and not the field."""
    meaning: Callable[[Kinds], str] = lambda _: ""
    """The meaning where the kinds have it, and not the field."""
    available: bool = True
    """Whether this version can read any value."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate a node by reading it."""
        del source, handler
        return core_schema.with_info_plain_validator_function(self._validate)

    def _validate(self, node: Node, info: ValidationInfo[Reading]) -> object:
        before = len(node.source.problems)
        value = self.read(node, info.context)
        if len(node.source.problems) > before:
            raise reported()
        return value
