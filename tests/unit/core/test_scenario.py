"""A scenario's texts and expectations are filled in with the facts of one conversation."""

from __future__ import annotations

from gate.core.scenario import render


def test_placeholders_are_filled_in_and_unknown_ones_stay() -> None:
    assert render("{a} and {b}, {c} {}", {"a": "1", "b": "{a}"}) == "1 and {a}, {c} {}"
