"""Declarations of settings. A setting is a field of a section, which is a pydantic model.

The field's annotation holds the type (`values.py`), the meaning of leaving the setting out, and the option
and the input that replace it. The field itself holds key, default and meaning.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo

from gate.config.value_type import Reading, Schema, ValueType, reported
from gate.core.kinds import Kinds
from gate.documents import Node

Mark = TypeVar("Mark")
AnySection = TypeVar("AnySection", bound="Section")


@dataclass(frozen=True)
class Absent:
    """The meaning of leaving the setting out, where no default shows it."""

    meaning: str


@dataclass(frozen=True)
class Option:
    """The option of `memory-gate run` that gives the setting, `--NAME`."""

    name: str
    help: str = ""
    """The meaning in a few words; the setting's own when empty."""
    metavar: str | None = None
    default: str = ""
    """The behaviour without it, where the setting's default does not show it."""
    many: bool = False
    """Whether it may be given several times."""
    splits: bool = False
    """Whether each value may be a list, separated by commas or blanks."""
    repeats: bool = True
    """Whether the command that repeats a run takes the option as given, not from the run's settings."""

    @property
    def parameter(self) -> str:
        """The name in Python."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class GivenByKind:
    """Marks the setting whose option and input are named by the default kind of store."""


@dataclass(frozen=True)
class Input:
    """The input of the action that gives the setting."""

    name: str

    @property
    def variable(self) -> str:
        """Its environment variable. The runner upper-cases the name and keeps hyphens."""
        return f"INPUT_{self.name.upper()}"


@dataclass(frozen=True)
class Variable:
    """The environment variable that gives the setting, unless something else does."""

    name: str


class Beside:
    """Marks a setting of a single run, which has no key in the file."""


class Section(BaseModel):
    """A section of memory-gate.yml, or a nested one. Validation reads its nodes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-")
    )

    refused: ClassVar[Mapping[str, str]] = {}
    """Key of another tool → the permission that it would give and that cannot be granted."""

    @classmethod
    def file_keys(cls) -> tuple[str, ...]:
        """Return the keys in the file."""
        return tuple(setting.key for setting in settings_of(cls) if setting.in_file)

    @classmethod
    def nodes(cls, node: Node) -> dict[str, Node]:
        """Return the values by key. Report keys that are unknown or refused."""
        entries = node.mapping() if node.is_mapping and cls.refused else {}
        refused = {name: value for name, value in entries.items() if name in cls.refused}
        for name, value in refused.items():
            (value.key or value).problem(
                f"{cls.refused[name]} cannot be had", hint="the bot is not trusted; leave it out"
            )
        found = node.fields((*cls.file_keys(), *refused))
        return {name: value for name, value in found.items() if name not in refused}

    @model_validator(mode="wrap")
    @classmethod
    def _read_node(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Read a nested section."""
        if not isinstance(data, Node):
            return handler(data)
        before = len(data.source.problems)
        section = handler(cls.nodes(data))
        if len(data.source.problems) > before:
            raise reported()
        return section

    def values(self) -> dict[str, Any]:
        """Return the values by the names of the fields."""
        return {name: getattr(self, name) for name in type(self).model_fields}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One declared setting."""

    section: str
    """The section's name; "" for a setting beside the sections."""
    name: str
    field: FieldInfo
    kind_name: str = ""
    """The name of the option and the input of a setting that is GivenByKind; "" for none."""

    @property
    def key(self) -> str:
        """The key in the section."""
        return self.field.alias or self.name

    @property
    def path(self) -> str:
        """The name among all settings: `run.trials`."""
        return f"{self.section}.{self.key}" if self.section else self.key

    @property
    def in_file(self) -> bool:
        """Whether it has a key in memory-gate.yml."""
        return self._marked(Beside) is None

    @property
    def value_type(self) -> ValueType | None:
        """The type; None for a nested section."""
        return self._marked(ValueType)

    @property
    def nested(self) -> type[Section] | None:
        """The nested section under this key; None for a plain setting."""
        return cast("type[Section]", self.field.annotation) if self.value_type is None else None

    @property
    def option(self) -> Option | None:
        """The option that gives the setting."""
        if self._marked(GivenByKind) and self.kind_name:
            return Option(self.kind_name, metavar="NAME")
        return self._marked(Option)

    @property
    def input(self) -> Input | None:
        """The action's input that gives the setting."""
        if self._marked(GivenByKind) and self.kind_name:
            return Input(self.kind_name)
        return self._marked(Input)

    @property
    def option_help(self) -> str:
        """The option's description, with its default."""
        if self.option is None:
            return ""
        default = self.own_default if isinstance(self.own_default, list) else [self.own_default]
        without = self.option.default or ", ".join(str(value) for value in default if value is not None)
        help_text = self.option.help or f"{self.field.description}."
        return f"{help_text}  [default: {without}]" if without else help_text

    @property
    def variable(self) -> Variable | None:
        """The environment variable that gives the setting."""
        return self._marked(Variable)

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return not self.field.repr

    def meaning(self, kinds: Kinds) -> str:
        """Describe the setting, with the meaning of leaving it out."""
        if self.value_type is None:
            return meaning_of(cast("type[Section]", self.field.annotation))
        absent = self._marked(Absent)
        said = self.field.description or self.value_type.meaning(kinds)
        return f"{said}{f'. Left out, {absent.meaning}' if absent else ''}"

    def default(self, kinds: Kinds) -> object:
        """Return the default as it would be written in the file; None where the meaning describes it."""
        if self.own_default is not None or self.value_type is None:
            return self.own_default
        return self.value_type.default(kinds)

    @property
    def own_default(self) -> object:
        """The default that does not depend on the kinds."""
        if self.value_type is None or self.field.default in (None, "", ()):
            return None
        value = self.value_type.written(self.field.default)
        return list(value) if isinstance(value, tuple) else value

    @property
    def available(self) -> bool:
        """Whether this version can read it."""
        return self.value_type is None or self.value_type.available

    def words(self, kinds: Kinds) -> str:
        """Describe the accepted values."""
        return self.value_type.words(kinds) if self.value_type else "keys and values"

    def schema(self, kinds: Kinds) -> Schema:
        """Return the JSON Schema."""
        if self.value_type is None:
            return section_schema(cast("type[Section]", self.field.annotation), kinds)
        default = self.default(kinds)
        told = {} if default is None else {"default": default}
        return {**self.value_type.schema(kinds), "description": self.meaning(kinds), **told}

    def _marked(self, mark: type[Mark]) -> Mark | None:
        return next((found for found in self.field.metadata if isinstance(found, mark)), None)


def settings_of(section: type[Section], name: str = "", store_image: str = "") -> Iterator[Setting]:
    """Yield the settings that a section declares, in order."""
    for field_name, field in section.model_fields.items():
        yield Setting(section=name, name=field_name, field=field, kind_name=store_image)


def section_schema(section: type[Section], kinds: Kinds) -> Schema:
    """Return the JSON Schema of a section."""
    return {
        "type": "object",
        "properties": {
            setting.key: setting.schema(kinds) for setting in settings_of(section) if setting.in_file
        },
        "additionalProperties": False,
        "description": meaning_of(section),
    }


def meaning_of(section: type[Section]) -> str:
    """Return the meaning of a section."""
    return " ".join((inspect.getdoc(section) or "").split()).rstrip(".")


def read_section(section: type[AnySection], nodes: Mapping[str, Node], reading: Reading) -> AnySection:
    """Return the section with the values at `nodes`. Report a wrong value, and treat it as left out."""
    try:
        return section.model_validate(nodes, context=reading)
    except ValidationError as error:
        wrong = {mistake["loc"][0] for mistake in error.errors(include_input=False, include_context=False)}
        right = {key: node for key, node in nodes.items() if key not in wrong}
        return section.model_validate(right, context=reading)
