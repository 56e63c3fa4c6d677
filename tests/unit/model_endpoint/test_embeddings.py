"""`/v1/embeddings`: equal words give equal vectors, in every encoding."""

from __future__ import annotations

import json
import math
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model_endpoint.embeddings import MAX_DIMENSIONS, MAX_INPUTS, MAX_WORDS, Embeddings, vector
from gate.model_endpoint.wire import MALFORMED
from tests.unit.core.laws import law
from tests.unit.model_endpoint.served import Served

CAT = "The cat sat on the mat."


def likeness(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_texts_with_shared_words_have_near_vectors(served: Served) -> None:
    texts = [CAT, "the CAT, sat on the mat", "The cat sat on the sofa.", "Quarterly revenue forecast"]
    answer = served.client().embeddings.create(model="any", input=texts)
    cat, same, near, far = [item.embedding for item in answer.data]
    assert [item.index for item in answer.data] == [0, 1, 2, 3]
    assert len(cat) == 256
    assert cat == same
    assert likeness(cat, cat) == pytest.approx(1)
    assert 1 > likeness(cat, near) > 0.5 > likeness(cat, far)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens > 0


def test_embedded_text_is_not_recorded_as_a_prompt(served: Served) -> None:
    """A bot may embed the memories of many sessions at once, which no answer depends on."""
    served.client().embeddings.create(model="any", input=[CAT, "another"])
    assert served.asked() == []


def test_the_vector_of_a_text_is_the_same_in_every_process() -> None:
    """A bot compares stored vectors with those of other runs of the bot, or of the gate."""
    assert [index for index, number in enumerate(vector(["cat"], 256)) if number] == [47]


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_both_encodings_hold_the_same_numbers(served: Served, encoding: Any) -> None:
    client = served.client()
    # By default the client requests base64 and unpacks it.
    [usual] = client.embeddings.create(model="any", input=CAT).data
    status, body = served.post("/embeddings", json.dumps({"input": CAT, "encoding_format": encoding}))
    assert status == 200
    [given] = body["data"]
    assert isinstance(given["embedding"], str) == (encoding == "base64")
    if encoding == "float":
        assert given["embedding"] == pytest.approx(usual.embedding)


@pytest.mark.parametrize(
    ("model", "dimensions", "length"),
    [
        ("any", 3, 3),
        ("text-embedding-3-small", None, 1536),
        ("text-embedding-3-large", None, 3072),
        ("text-embedding-3-large", 64, 64),
    ],
)
def test_a_vector_has_the_dimensions_that_the_bot_expects(
    served: Served, model: str, dimensions: int | None, length: int
) -> None:
    given: Any = {} if dimensions is None else {"dimensions": dimensions}
    answer = served.client().embeddings.create(model=model, input=[CAT], **given)
    assert len(answer.data[0].embedding) == length
    assert answer.model == model


@pytest.mark.parametrize("tokens", [[1, 2, 3], [[1, 2, 3]]])
def test_tokens_are_words(served: Served, tokens: Any) -> None:
    """LangChain sends token ids."""
    answer = served.client().embeddings.create(model="any", input=tokens)
    [again] = served.client().embeddings.create(model="any", input="1 2 3").data
    assert [item.embedding for item in answer.data] == [again.embedding]


def test_a_text_without_words_has_a_vector(served: Served) -> None:
    [item] = served.client().embeddings.create(model="any", input="…").data
    assert likeness(item.embedding, item.embedding) == pytest.approx(1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": None},
        {"input": []},
        {"input": {"a": 1}},
        {"input": [None]},
        {"input": ["a", 1]},
        {"input": [[1], ["a"]]},
        {"input": [True]},
        {"input": ["x"] * (MAX_INPUTS + 1)},
        {"input": "x " * (MAX_WORDS + 1)},
        {"input": ["x"] * MAX_INPUTS, "dimensions": MAX_DIMENSIONS},
        {"input": "x", "dimensions": 0},
        {"input": "x", "dimensions": MAX_DIMENSIONS + 1},
        {"input": "x", "dimensions": 1.5},
        {"input": "x", "dimensions": True},
        {"input": "x", "encoding_format": "int8"},
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_malformed_request_is_refused(served: Served, body: object) -> None:
    with pytest.raises(openai.BadRequestError, match=r"input|dimensions|encoding_format"):
        served.client().post("/embeddings", body=body, cast_to=object)


@law
@given(text=st.text(), dimensions=st.integers(1, 300))
def test_every_text_has_a_vector_of_length_one(text: str, dimensions: int) -> None:
    interface = Embeddings()
    body = {"input": text, "dimensions": dimensions, "encoding_format": "float"}
    try:
        request = interface.parse_request("/v1/embeddings", body)
    except MALFORMED:
        pytest.fail("a text was refused")
    raw, _ = interface.build_response(request, [])
    [item] = json.loads(b"".join(raw.chunks))["data"]
    assert len(item["embedding"]) == dimensions
    assert math.hypot(*item["embedding"]) == pytest.approx(1, abs=1e-5)
