"""One turn over HTTP: the request that is sent, and the reply that is accepted."""

from __future__ import annotations

import contextlib
import gzip
import json
import tracemalloc
import zlib
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from gate.core.bounded_json import MAX_DEPTH
from gate.core.event_stream import EVENT_STREAM
from gate.core.specification import RequestShape
from gate.errors import TurnRefused
from gate.protocols.http_json import MAX_ANSWER_BYTES
from gate.protocols.replies import MAX_REPLY_CHARACTERS, reply_in
from tests.event_loop import in_event_loop
from tests.unit.core.laws import law
from tests.unit.protocols.servers import body, replies, served


@in_event_loop
async def test_the_default_contract() -> None:
    """POST /chat with session_id and message; the reply is under `reply`."""
    async with served(replies("Hello Anna")) as (server, bot):
        assert await bot.open("anna-1").say("Hello") == "Hello Anna"
    method, path, headers, _ = server.requests[0]
    assert (method, path, headers["Content-Type"]) == ("POST", "/chat", "application/json")
    assert server.received == {"session_id": "anna-1", "message": "Hello"}


@in_event_loop
async def test_another_shape_is_filled_in_everywhere() -> None:
    """Method, path, headers and any depth of the body; numbers and the like stay as they are."""
    shape = RequestShape(
        method="PUT",
        path="/v2/{session}/turns",
        json={"input": [{"role": "user", "text": "> {text} <"}], "stream": False, "top": 1, "none": None},
        headers={"X-Session": "s={session}"},
    )
    async with served(
        lambda _request: web.json_response({"out": [{"parts": ["no", "yes"]}]}),
        request=shape,
        reply="out.0.parts.1",
    ) as (server, bot):
        assert await bot.open("anna-1").say("Hello") == "yes"
    method, path, headers, _ = server.requests[0]
    assert (method, path, headers["X-Session"]) == ("PUT", "/v2/anna-1/turns", "s=anna-1")
    assert server.received == {
        "input": [{"role": "user", "text": "> Hello <"}],
        "stream": False,
        "top": 1,
        "none": None,
    }


@in_event_loop
async def test_values_in_a_path_are_escaped() -> None:
    """A question mark, hash or slash in a text does not change the URL's structure."""
    shape = RequestShape(method="GET", path="/{session}/ask?session={session}&q={text}", json=None)
    async with served(replies("yes"), request=shape) as (server, bot):
        await bot.open("a/b,c d").say("50% of #1 & more? 東京/+")
    _, path, _, sent = server.requests[0]
    place, _, query = path.partition("?")
    assert place == "/a%2Fb,c%20d/ask"
    assert parse_qs(query) == {"session": ["a/b,c d"], "q": ["50% of #1 & more? 東京/+"]}
    assert sent == b""


@pytest.mark.parametrize(
    "text", ["{session} {text} {order} {", "}{", "{{text}}", "%s %(text)s $text \\1 \\g<0>"]
)
@in_event_loop
async def test_braces_in_a_text_are_no_templates(text: str) -> None:
    """The bot receives every text unchanged."""
    async with served(replies(text)) as (server, bot):
        assert await bot.open("anna-1").say(text) == text
    assert server.received["message"] == text


@pytest.mark.parametrize(
    "text", ["São Tomé, 東京 🦊", "a\nb\tc\r\n\x00\x7f", "\u202eright\u2028", "x" * 8192]
)
@in_event_loop
async def test_texts_pass_unchanged_both_ways(text: str) -> None:
    """Unicode, control characters and 8 KB."""
    async with served(replies(text)) as (server, bot):
        assert await bot.open("anna-1").say(text) == text
    assert server.received["message"] == text


@in_event_loop
async def test_a_lone_surrogate_in_a_reply_is_replaced() -> None:
    """JSON can contain a lone surrogate, which no file accepts."""
    async with served(body(rb'{"reply": "a \ud83d b \ud83e\udd8a"}')) as (_, bot):
        reply = await bot.open("anna-1").say("Hello")
    assert reply == "a \ufffd b 🦊"
    reply.encode()


@pytest.mark.parametrize("status", [201, 202, 299])
@in_event_loop
async def test_every_success_is_an_answer(status: int) -> None:
    """Every 2xx status is a success."""
    async with served(lambda _request: web.json_response({"reply": "ok"}, status=status)) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "ok"


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 500, 503, 304])
@in_event_loop
async def test_an_error_of_the_bot_is_a_refused_turn(status: int) -> None:
    """The error has the status and the beginning of the bot's answer."""
    answer = {"reply": "not a reply", "error": "no such session" + "x" * 1000}
    async with served(lambda _request: web.json_response(answer, status=status)) as (_, bot):
        with pytest.raises(TurnRefused, match=f"answered {status}") as caught:
            await bot.open("anna-1").say("Hello")
    assert len(caught.value.why) <= 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html></html>",
        b'{"reply": ',
        b"[1, 2",
        b'{"reply": "x"} trailing',
        b'\xff\xfe"',
        b'{"reply": "\xe9"}',
    ],
    ids=["empty", "html", "cut", "array", "trailing", "utf-16", "latin-1"],
)
@in_event_loop
async def test_an_answer_that_is_not_json_is_a_refused_turn(answer: bytes) -> None:
    """Bytes that are not UTF-8 are included."""
    async with served(body(answer)) as (_, bot):
        with pytest.raises(TurnRefused, match="not JSON"):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize(
    "answer",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"reply": ' + b"9" * 10_000 + b"}",
    ],
    ids=["open", "arrays", "objects", "number"],
)
@in_event_loop
async def test_json_that_is_made_to_exhaust_the_parser_is_a_refused_turn(answer: bytes) -> None:
    """Such answers are too deep, or hold endless numbers."""
    async with served(body(answer)) as (_, bot):
        with pytest.raises(TurnRefused):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson", EVENT_STREAM])
def test_the_depth_of_unread_parts_is_bounded_too(content_type: str) -> None:
    """The limit is the same for all parsers and all answer formats."""

    def answer(depth: int) -> bytes:
        document = json.dumps({"reply": "yes"})[:-1] + f', "debug": {"[" * depth}{"]" * depth}}}'
        return (f"data: {document}\n\n" if content_type == EVENT_STREAM else document).encode()

    # The answer object is one level itself.
    assert reply_in(200, content_type, answer(MAX_DEPTH - 1), "reply") == "yes"
    with pytest.raises(TurnRefused, match="not JSON"):
        reply_in(200, content_type, answer(MAX_DEPTH), "reply")


@pytest.mark.parametrize("value", ["42", "NaN", "Infinity", "null", "true", '["a"]', '{"text": "a"}'])
@in_event_loop
async def test_a_reply_that_is_no_text_is_a_refused_turn(value: str) -> None:
    """A number is not converted to text."""
    async with served(body(f'{{"reply": {value}}}'.encode())) as (_, bot):
        with pytest.raises(TurnRefused, match='"reply" in the bot\'s answer is not a text'):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("reply", {"answer": "x"}),
        ("reply", ["reply"]),
        ("reply", "reply"),
        ("a.b", {"a": "b"}),
        ("a.1", {"a": ["x"]}),
        ("a.-1", {"a": ["x"]}),
        ("a.²", {"a": ["x", "y", "z"]}),
        ("a.", {"a": "x"}),
    ],
)
@in_event_loop
async def test_an_answer_without_the_reply_is_a_refused_turn(path: str, answer: object) -> None:
    """The error names the path."""
    async with served(lambda _request: web.json_response(answer), reply=path) as (_, bot):
        with pytest.raises(TurnRefused, match="has no") as caught:
            await bot.open("anna-1").say("Hello")
    assert f'"{path}"' in caught.value.what


@in_event_loop
async def test_an_answer_that_is_too_large_is_refused_before_it_is_read() -> None:
    """Reading an endless answer stops at the limit."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            await answer.write(b'{"reply": "')
            while sent < 64 * MAX_ANSWER_BYTES:
                await answer.write(b"x" * 65536)
                sent += 65536
        return answer

    async with served(endless) as (_, bot):
        with pytest.raises(TurnRefused, match="larger than 4 MiB"):
            await bot.open("anna-1").say("Hello")
    assert sent < 16 * MAX_ANSWER_BYTES


@in_event_loop
async def test_an_answer_of_exactly_the_limit_is_read() -> None:
    """The limit applies to the reply, not to the JSON around it."""
    answer = {"reply": "yes", "debug": ""}
    answer["debug"] = "x" * (MAX_ANSWER_BYTES - len(json.dumps(answer)))
    async with served(body(json.dumps(answer).encode())) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "yes"


@in_event_loop
async def test_a_reply_that_is_too_long_is_refused() -> None:
    """All replies are kept until the run ends, and searched for every value."""
    longest = "x" * MAX_REPLY_CHARACTERS
    async with served(replies(longest)) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == longest
    async with served(replies(longest + "x")) as (_, bot):
        with pytest.raises(TurnRefused, match="longer than 262,144 characters"):
            await bot.open("anna-1").say("Hello")


@in_event_loop
async def test_a_compressed_answer_is_unpacked() -> None:
    """As any client would."""
    packed = gzip.compress(b'{"reply": "unpacked"}')
    async with served(body(packed, headers={"Content-Encoding": "gzip"})) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "unpacked"


def bomb(size: int) -> bytes:
    """Return this number of zeros, compressed."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


@in_event_loop
async def test_a_decompression_bomb_is_refused_and_takes_no_memory() -> None:
    """A small answer decompresses to a quarter of a gigabyte."""
    packed = bomb(1 << 28)
    async with served(body(packed, headers={"Content-Encoding": "gzip"})) as (_, bot):
        tracemalloc.start()
        try:
            with pytest.raises(TurnRefused, match="larger than 4 MiB"):
                await bot.open("anna-1").say("Hello")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 * MAX_ANSWER_BYTES


bodies = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reply", "a", "0", ""]) | st.text(max_size=3), inner, max_size=3)
    ),
).map(lambda document: json.dumps(document).encode())


@law
@given(
    answer=bodies,
    path=st.sampled_from(["reply", "reply.0.a", "a.reply", "0", "*.reply", ""]),
    status=st.integers(100, 599),
    content_type=st.sampled_from(["application/json", "application/x-ndjson", EVENT_STREAM]),
)
def test_whatever_a_bot_answers_is_a_text_or_a_refused_turn(
    answer: bytes, path: str, status: int, content_type: str
) -> None:
    """Only TurnRefused is raised, and every reply can be encoded."""
    try:
        reply = reply_in(status, content_type, answer, path)
    except TurnRefused:
        return
    else:
        assert 200 <= status < 300
        reply.encode()
