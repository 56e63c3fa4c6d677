"""The type of a setting: it reads the value, and provides the JSON Schema and the docs' description."""

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
    """The context in which settings are read."""

    kinds: Kinds
    working_directory: Path
    folder: Path
    """The configuration file's folder, relative to the working directory."""
    supplied: Collection[str] = ()
    """The environment variables that the gate sets for the bot."""
    unsupported: Collection[str] = ()
    """The disruptions that the bot's settings do not support."""

    def base(self, node: Node) -> Path:
        """Return the folder at which a relative path at `node` starts."""
        return self.working_directory / self.folder if node.line else self.working_directory


def reported() -> PydanticCustomError:
    """Return the error for a wrong value that was reported at its position already."""
    return PydanticCustomError("reported", "reported at its place")


@dataclass(frozen=True, kw_only=True)
class ValueType:
    """The type of a setting."""

    read: Callable[[Node, Reading], object]
    """Returns the value at a node. The value is ignored when reading reports a mistake."""
    schema: Callable[[Kinds], Schema]
    """Returns the JSON Schema of the value."""
    words: Callable[[Kinds], str] = lambda _: "text"
    """Describes the accepted values, for the docs."""
    written: Callable[[Any], object] = lambda value: value
    """Converts a value to its notation in the file."""
    default: Callable[[Kinds], object] = lambda _: None
    """Returns the default where it depends on the kinds."""
    meaning: Callable[[Kinds], str] = lambda _: ""
    """Returns the meaning where it depends on the kinds."""
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
