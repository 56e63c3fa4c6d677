"""Protocols besides the default: the request that each sends, and the path of its reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gate.cli.library import known_kinds
from gate.config import load_settings
from gate.errors import TurnRefused
from gate.protocols import PROTOCOLS
from gate.protocols.replies import WHOLE, ReplyReader
from tests.event_loop import in_event_loop
from tests.unit.protocols.servers import Answer, served

EVENTS = "text/event-stream"


def answering(content: Any) -> Answer:
    return lambda _request: web.json_response(content)


def typed(text: str, content_type: str) -> Answer:
    return lambda _request: web.Response(body=text.encode(), content_type=content_type)


@pytest.mark.parametrize(
    ("protocol", "path", "sent", "answer"),
    [
        (
            "openai-chat",
            "/v1/chat/completions",
            {"model": "bot", "user": "anna-1", "messages": [{"role": "user", "content": "Hello"}]},
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi\nthere"}}]},
        ),
        (
            "langserve",
            "/invoke",
            {"input": {"input": "Hello"}, "config": {"configurable": {"session_id": "anna-1"}}},
            {"output": "Hi\nthere", "metadata": {"run_id": "1"}},
        ),
        (
            "rasa",
            "/webhooks/rest/webhook",
            {"sender": "anna-1", "message": "Hello"},
            [
                {"recipient_id": "anna-1", "text": "Hi"},
                {"recipient_id": "anna-1", "image": "https://example.com/a.png"},
                {"recipient_id": "anna-1", "text": "there"},
            ],
        ),
    ],
)
@in_event_loop
async def test_each_protocol_sends_its_own_request(
    protocol: str, path: str, sent: Mapping[str, Any], answer: Any
) -> None:
    async with served(answering(answer), protocol=protocol) as (server, bot):
        assert await bot.open("anna-1").say("Hello") == "Hi\nthere"
    method, place, _, _ = server.requests[0]
    assert (method, place, server.received) == ("POST", path, sent)


@in_event_loop
async def test_a_text_is_the_reply_itself() -> None:
    """Text that looks like JSON is not parsed."""
    for text in ('{"reply": "x"}', "Grüße 🐈", "", "data: no event\n\n"):
        async with served(typed(text, "text/plain"), protocol="http-text") as (_, bot):
            assert await bot.open("anna-1").say("Hello") == text


@in_event_loop
async def test_undecodable_text_is_a_refused_turn() -> None:
    latin = web.Response(body=b"\xe9t\xe9", content_type="text/plain")
    async with served(lambda _request: latin, protocol="http-text") as (_, bot):
        with pytest.raises(TurnRefused, match="not text"):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\r\r"])
@in_event_loop
async def test_pieces_of_a_stream_are_one_reply(end: str) -> None:
    """The reply excludes comments, names and the end mark; it includes blanks at the edges."""
    events = (": hello", "event: token\nid: 1\ndata: Order", "data:  ORD-1", "data:23", "data: [DONE]", "")
    stream = end.join(events)
    async with served(typed(stream, EVENTS), protocol="http-text") as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "Order ORD-123"


@in_event_loop
async def test_other_line_breaks_do_not_end_an_event() -> None:
    """Texts and JSON may contain other line breaks: Python splits at more characters than streams do."""
    text = "a\u2028b\x85c\x0bd\x1ce"
    async with served(typed(f"data: {text}\n\n", EVENTS), protocol="http-text") as (_, bot):
        assert await bot.open("anna-1").say("Hello") == text
    part = json.dumps({"reply": "a\u2028b\x85c"}, ensure_ascii=False)
    async with served(typed(f"data: {part}\n\n", EVENTS)) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "a\u2028b\x85c"


def deltas(*texts: str | None) -> str:
    """Return a stream in OpenAI's format."""
    events = [{"choices": [{"delta": {"role": "assistant"}}]}]
    events += [{"choices": [{"delta": {"content": text}}]} for text in texts]  # type: ignore[dict-item]
    events.append({"choices": []})
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


@in_event_loop
async def test_the_text_is_looked_for_in_every_part_of_a_stream() -> None:
    path = "choices.0.delta.content"
    stream = deltas("It is ", "ORD-", None, "123")
    async with served(typed(stream, EVENTS), protocol="openai-chat", reply=path) as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "It is ORD-123"
    lines = '{"token": "It is "}\n\n{"token": "ORD-123"}\n{"done": true}'
    async with served(typed(lines, "application/x-ndjson"), reply="token") as (_, bot):
        assert await bot.open("anna-1").say("Hello") == "It is ORD-123"


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        ("", "no part of the bot's stream has a text"),
        (deltas(), "no part of the bot's stream has a text"),
        (deltas("It is").replace("[DONE]", '{"error": {"message": "overloaded"}}'), "ends with an error"),
        ("data: It is\n\n", "not JSON"),
        ('data: {"choices"', "not JSON"),
    ],
)
@in_event_loop
async def test_a_stream_without_a_reply_is_a_refused_turn(stream: str, why: str) -> None:
    path = "choices.0.delta.content"
    async with served(typed(stream, EVENTS), protocol="openai-chat", reply=path) as (_, bot):
        with pytest.raises(TurnRefused, match=why):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize(
    ("stream", "content_type", "path"),
    [
        (deltas("It is ", "ORD-123"), EVENTS, "choices.0.delta.content"),
        ("data: It is\n\ndata:  ORD-123\n\ndata: [DONE]\n\n", EVENTS, ""),
        ('{"token": "It is "}\n{"token": "ORD-123"}\n[DONE]\n', "application/x-ndjson", "token"),
    ],
)
@in_event_loop
async def test_the_end_mark_ends_a_reply_although_the_bot_keeps_the_connection_open(
    stream: str, content_type: str, path: str
) -> None:
    """Later events are not part of the reply, and the connection is closed at once."""
    hung_up = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        await response.write(stream.encode())
        try:
            while True:
                await asyncio.sleep(0.01)
                await response.write(b": still here\n\n")
        except ConnectionError:
            hung_up.set()
            raise

    async with served(answer, reply=path, turn_seconds=30.0) as (_, bot):
        async with asyncio.timeout(20):
            assert await bot.open("anna-1").say("Hello") == "It is ORD-123"
            await hung_up.wait()


def test_a_kind_may_declare_another_end_mark() -> None:
    reader = ReplyReader(200, EVENTS, WHOLE, end_mark="over")
    assert not reader.feed(b"data: It is [DO\n\ndata: [DONE]\n\ndata: ov")
    assert reader.feed(b"er\n\ndata: and more\n\n")
    assert reader.reply() == "It is [DO[DONE]"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_request_and_reply_refine_a_kind(tmp_path: Path, name: str) -> None:
    """Settings replace the protocol's defaults one by one."""

    def load(text: str) -> Any:
        (tmp_path / "memory-gate.yml").write_text(f"bot: {{image: b, protocol: {name}{text}}}")
        return load_settings(
            config=None,
            overrides={},
            working_directory=tmp_path,
            kinds=known_kinds(),
        ).bot

    contract = PROTOCOLS[name].contract
    assert (load("").request, load("").reply) == (contract.request, contract.reply)
    refined = load(", request: {path: /elsewhere}, reply: a.b")
    assert (refined.request.path, refined.reply) == ("/elsewhere", "a.b")
    assert refined.request.json == contract.request.json
