"""JSON that is made to exhaust who reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.bounded_json import MAX_DEPTH, MAX_VALUES, loads_bounded
from tests.unit.core.laws import law

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@law
@given(document=documents, encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]), plain=st.booleans())
def test_what_is_within_the_bounds_is_read_as_by_anybody(document: Any, encoding: str, plain: bool) -> None:
    text = json.dumps(document, ensure_ascii=plain).encode("utf-8", "replace").decode()
    assert loads_bounded(text.encode(encoding)) == loads_bounded(text) == json.loads(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('{"]]": [', "]}")])
def test_depth_is_bounded_in_the_same_way_everywhere(opening: str, closing: str) -> None:
    """Versions of Python differ in how deep they go, and in what becomes of them there."""
    levels = opening.count("[") + opening.count("{")
    most = MAX_DEPTH // levels
    inner = "1" if opening != "[" else ""
    assert loads_bounded(opening * most + inner + closing * most)
    with pytest.raises(ValueError, match="nested deeper"):
        loads_bounded(opening * (most + 1) + inner + closing * (most + 1))


def test_brackets_in_a_text_are_no_depth() -> None:
    """Escaped quotes do not end it."""
    text = "[{" * 5000 + '\\"' + "[" * 5000
    assert loads_bounded(json.dumps({"reply": text, "more": [[]]})) == {"reply": text, "more": [[]]}


@pytest.mark.parametrize("piece", ["[],", "{},", "1,", '"",'])
def test_the_number_of_values_is_bounded(piece: str) -> None:
    assert len(loads_bounded("[" + piece * 1000 + "1]")) == 1001
    with pytest.raises(ValueError, match="values"):
        loads_bounded("[" + piece * MAX_VALUES + "1]")


@pytest.mark.parametrize(
    "given", [b"", b"[", b'"', b'{"a": "\\', b"\xff\xfe\x00", b"[" * 999_999, b'"\\' * 200_000, b"[1, 2"]
)
def test_what_is_no_json_is_refused(given: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        loads_bounded(given)
