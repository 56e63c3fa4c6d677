"""JSON's escapes, undone in the two ways that are needed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gate.core.json_escapes import without_escapes, without_every_escape
from tests.unit.core.laws import law

texts = st.text(st.characters(exclude_categories=["Cs"]))


@law
@given(texts, st.booleans())
def test_what_json_escapes_comes_back(text: str, ascii_only: bool) -> None:
    assert without_every_escape(json.dumps(text, ensure_ascii=ascii_only)[1:-1]) == text


@law
@given(texts)
def test_one_layer_is_undone_and_not_two(text: str) -> None:
    inner = json.dumps(text)
    assert without_every_escape(json.dumps(inner)[1:-1]) == inner


def test_quotes_stay_marked_as_inner_ones_where_the_structure_is_still_to_be_read() -> None:
    assert without_escapes('say \\"hi\\"\\n\\u00e9 \\ud83e\\udd8a') == 'say \\"hi\\"\né 🦊'
    assert without_every_escape('say \\"hi\\"\\n\\u00e9') == 'say "hi"\né'
