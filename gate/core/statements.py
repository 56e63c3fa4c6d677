"""A statement of a report: a code and typed fields for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from types import ModuleType
from typing import ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing that a report says. Its fields are public, as those of report.json are."""

    code: ClassVar[str]
    """Names the kind of statement, in kebab-case."""

    @property
    def sentence(self) -> str:
        """Render the statement for people, as a clause without a capital letter or a full stop."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Reason(Statement):
    """Why a verdict, a probe or a guarantee is what it is."""


@dataclass(frozen=True, kw_only=True)
class Finding(Statement):
    """Something worth knowing that blocks nothing."""


Said = TypeVar("Said", bound=Statement)


def each_once(statements: Iterable[Said]) -> tuple[Said, ...]:
    """Remove statements with the same sentence as an earlier one."""
    found: dict[str, Said] = {}
    for statement in statements:
        found.setdefault(statement.sentence, statement)
    return tuple(found.values())


def sentences(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Render the statements for people."""
    return tuple(statement.sentence for statement in statements)


def kinds_in(module: ModuleType, base: type[Said]) -> Iterator[type[Said]]:
    """Yield the kinds of statement that a module declares, in its order."""
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, base) and "code" in vars(kind):
            yield kind


def statement_fields(statement: Statement) -> dict[str, object]:
    """Return the statement's JSON fields: its code, its sentence and its own fields."""
    own = {field.name: _plain(getattr(statement, field.name)) for field in fields(statement)}
    return {"code": statement.code, "sentence": statement.sentence, **own}


def _plain(value: object) -> object:
    if isinstance(value, Statement):
        return statement_fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
