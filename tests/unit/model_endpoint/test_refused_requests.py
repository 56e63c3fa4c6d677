"""The model endpoint refuses what it does not offer, and no request breaks it."""

from __future__ import annotations

import gzip
import json

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model_endpoint.chat import MAX_PROMPTS
from gate.model_endpoint.endpoint import MAX_REQUEST_BYTES
from tests.unit.core.laws import law
from tests.unit.model_endpoint.served import CHAT, QUESTION, TOLD, Served


@pytest.mark.parametrize("wrong", ["", "wrong", "{key}x", "{key:.12}", "ключ"])
def test_a_wrong_key_is_refused(served: Served, wrong: str) -> None:
    key = wrong.format(key=served.key)
    status, body = served.post(
        "/chat/completions",
        json.dumps({"messages": CHAT}),
        Authorization=f"Bearer {key}".encode().decode("latin-1"),
    )
    assert status == 401
    assert "OPENAI_API_KEY" in body["error"]["message"]
    assert served.key not in json.dumps(body)
    assert served.asked() == []


def test_clients_understand_that_their_key_is_wrong(served: Served) -> None:
    with pytest.raises(openai.AuthenticationError, match="OPENAI_API_KEY"):
        served.client(api_key="sk-mine").chat.completions.create(model="x", messages=CHAT)
    with pytest.raises(openai.AuthenticationError):
        served.client(api_key="sk-mine").models.list()


def test_a_header_that_is_no_text_is_refused(served: Served) -> None:
    status, _ = served.post("/chat/completions", "{}", Authorization="Bearer \xff\xfe")
    assert status == 401


@pytest.mark.parametrize("path", ["/conversations", "/chat", "/../metrics"])
def test_an_unknown_path_is_not_found(served: Served, path: str) -> None:
    status, body = served.post(path, json.dumps({"input": "x"}))
    assert status == 404
    assert "does not offer" in body["error"]["message"]


def test_a_wrong_method_is_refused(served: Served) -> None:
    status, _ = served.post("/chat/completions", "", method="GET")
    assert status == 405


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"messages"',
    b"{}",
    b'{"messages": null}',
    b'{"messages": "hello"}',
    b'{"messages": {"role": "user"}}',
    b'{"messages": ["hello"]}',
    b'{"messages": [null]}',
    b'{"messages": [[]]}',
    b'{"messages": [{"role": "user", "content": [1]}]}',
    b"\xff\xfe",
    b'{"messages": [{"role": "user", "content": "\xff"}]}',
    b'{"messages": ' + b"[" * 100_000,
    b'{"messages": [], "n": ' + b"1" * 10_000 + b"}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_malformed_chat_is_refused(served: Served, body: bytes) -> None:
    status, answer = served.post("/chat/completions", body)
    assert status == 400
    assert answer["error"]["message"]
    assert served.asked() == []


@pytest.mark.parametrize(
    "prompt",
    [None, 7, {}, [1, 2], [[1, 2]], [None], ["x"] * (MAX_PROMPTS + 1)],
    ids=lambda prompt: str(prompt)[:9],
)
def test_a_malformed_completion_is_refused(served: Served, prompt: object) -> None:
    """Tokens instead of text, among others: the reference model has no tokeniser."""
    status, _ = served.post("/completions", json.dumps({"prompt": prompt}))
    assert status == 400
    assert served.asked() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=klingon"},
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
        {"Expect": "a miracle"},
    ],
    ids=lambda one: ": ".join(*one.items()),
)
def test_odd_headers_are_the_clients_fault(served: Served, headers: dict[str, str]) -> None:
    status, _ = served.post("/chat/completions", json.dumps({"messages": CHAT}), **headers)
    assert 200 <= status < 500


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_is_too_large_is_refused(served: Served, packed: bool) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x" * MAX_REQUEST_BYTES}]}).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    status, _ = served.post("/chat/completions", gzip.compress(body) if packed else body, **headers)
    assert status == 413
    assert served.asked() == []


json_bodies = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([TOLD, QUESTION]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "type",
                    "text",
                    "messages",
                    "prompt",
                    "stream",
                    "stream_options",
                    "include_usage",
                    "model",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
messages = st.lists(st.fixed_dictionaries({"role": json_bodies, "content": json_bodies}), max_size=3)
requests = st.fixed_dictionaries(
    {},
    optional={
        "messages": json_bodies | messages,
        "prompt": json_bodies,
        "model": json_bodies,
        "stream": st.just(False) | st.none(),
        "stream_options": json_bodies,
        "n": json_bodies,
        "tools": json_bodies,
    },
)  # fmt: skip


@pytest.mark.parametrize("path", ["/chat/completions", "/completions"])
@law
@given(body=json_bodies | requests)
def test_no_body_breaks_the_endpoint(server: Served, path: str, body: object) -> None:
    """The request is answered and recorded, or refused as the client's mistake."""
    before = len(server.asked())
    status, answer = server.post(path, json.dumps(body))
    assert status in (200, 400)
    asked = server.asked()[before:]
    if status == 200:
        choices = answer.get("choices", [])
        replies = [choice.get("text", choice.get("message", {}).get("content")) for choice in choices]
        assert replies == [event.answer for event in asked] or (not answer and asked)
    else:
        assert asked == []


@law
@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_endpoint(server: Served, body: bytes) -> None:
    status, _ = server.post("/chat/completions", body)
    assert status in (200, 400)
