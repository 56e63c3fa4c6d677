"""Values are checked against the types of a dataclass's fields, dataclasses in fields included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from gate.core.typed_fields import built, type_errors


@dataclass(frozen=True, kw_only=True)
class Leaf:
    number: int


@dataclass(frozen=True, kw_only=True)
class Branch:
    leaves: Sequence[Leaf]


@pytest.mark.parametrize(
    ("leaves", "wrong"),
    [
        ([{"number": 1}], ()),
        ([Leaf(number=1)], ()),
        ([{"number": "1"}], ("leaves",)),
        ([{}], ("leaves",)),
        ([1], ("leaves",)),
    ],
)
def test_a_field_holds_dataclasses_that_are_read_or_made(
    leaves: Sequence[object], wrong: Sequence[str]
) -> None:
    """A baseline's probes are made before the measurement that holds them."""
    assert type_errors(Branch, {"leaves": leaves}) == wrong


def test_dataclasses_that_are_read_are_made() -> None:
    assert built(Branch, {"leaves": [{"number": 1}]}) == Branch(leaves=[Leaf(number=1)])
