"""The model endpoint answers OpenAI's client over real HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest
from openai import omit

from gate.core.transcript import Event, ModelAsked
from gate.errors import EngineError
from gate.model_endpoint.endpoint import ModelEndpoint
from gate.model_endpoint.wire import MODEL
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN
from tests.event_loop import in_event_loop
from tests.unit.model_endpoint.served import CHAT, ORDER, PLAN, PROMPT, QUESTION, TOLD, Served

# --- what clients ask ---------------------------------------------------------------------------------


def test_a_chat_is_answered(served: Served) -> None:
    answer = served.client().chat.completions.create(model="gpt-4o-mini", messages=CHAT)
    assert answer.choices[0].message.content == ORDER
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "gpt-4o-mini"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_chat_is_streamed(served: Served, include_usage: bool) -> None:
    chunks = list(
        served.client().chat.completions.create(
            model="x",
            messages=[{"role": "user", "content": TOLD}],
            stream=True,
            stream_options={"include_usage": True} if include_usage else omit,
        )
    )
    pieces = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]
    assert "".join(pieces) == ACKNOWLEDGEMENT
    assert len(pieces) > 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    finished = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert finished == [None] * (len(finished) - 1) + ["stop"]
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    assert len(usages) == include_usage
    assert bool(chunks[-1].usage) == include_usage


def test_the_clients_own_stream_helper_understands(served: Served) -> None:
    with served.client().chat.completions.stream(model="x", messages=CHAT) as stream:
        assert stream.get_final_completion().choices[0].message.content == ORDER


@pytest.mark.parametrize("prompt", [PROMPT, [PROMPT]])
def test_a_completion_is_answered(served: Served, prompt: Any) -> None:
    answer = served.client().completions.create(model="gpt-3.5-turbo-instruct", prompt=prompt)
    assert [choice.text for choice in answer.choices] == [ORDER]
    assert answer.usage is not None


def test_each_prompt_of_a_completion_is_answered_for_itself(served: Served) -> None:
    answer = served.client().completions.create(model="x", prompt=[PROMPT, QUESTION, TOLD])
    assert [(choice.index, choice.text) for choice in answer.choices] == [
        (0, ORDER),
        (1, UNKNOWN),
        (2, ACKNOWLEDGEMENT),
    ]
    assert [event.about for event in served.asked()] == [QUESTION, QUESTION, TOLD]


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_completion_is_streamed(served: Served, include_usage: bool) -> None:
    chunks = list(
        served.client().completions.create(
            model="x",
            prompt=TOLD,
            stream=True,
            stream_options={"include_usage": True} if include_usage else omit,
        )
    )
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == ACKNOWLEDGEMENT
    assert {chunk.object for chunk in chunks} == {"text_completion"}
    assert bool(chunks[-1].usage) == include_usage


def test_models_are_listed_and_every_name_is_one(served: Served) -> None:
    client = served.client()
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve("gpt-4o-mini").id == "gpt-4o-mini"
    assert served.asked() == []


@in_event_loop
async def test_a_deployment_is_recognised_by_its_key() -> None:
    """A hold applies to its own deployment only."""
    events: list[Event] = []
    endpoint = ModelEndpoint(build_reference_model(PLAN), record=events.append, clock=lambda: 0.0)
    url = await endpoint.open("127.0.0.1")
    keys = {name: endpoint.key_of(name) for name in ("restart", "kill")}
    try:
        hold = endpoint.hold("restart", [QUESTION])
        clients = {
            name: openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0) for name, key in keys.items()
        }
        held = asyncio.create_task(clients["restart"].chat.completions.create(model="m", messages=CHAT))
        await hold.wait_until_asked()
        assert not held.done()
        await clients["kill"].chat.completions.create(model="m", messages=CHAT)
        assert not held.done()
        hold.release()
        await held
        for client in clients.values():
            await client.close()
    finally:
        await endpoint.close()
    assert [event.deployment for event in events if isinstance(event, ModelAsked)] == ["kill", "restart"]
    assert keys["restart"] != keys["kill"]


@in_event_loop
async def test_the_asynchronous_client_is_served_too() -> None:
    events: list[Event] = []
    endpoint = ModelEndpoint(build_reference_model(PLAN), record=events.append, clock=lambda: 0.0)
    url = await endpoint.open("127.0.0.1")
    try:
        async with openai.AsyncOpenAI(base_url=url, api_key=endpoint.key_of(""), max_retries=0) as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(model="x", messages=CHAT) for _ in range(8))
            )
            assert [answer.choices[0].message.content for answer in answers] == [ORDER] * 8
            pieces = []
            async for chunk in await client.completions.create(model="x", prompt=PROMPT, stream=True):
                pieces += [choice.text for choice in chunk.choices]
            assert "".join(pieces) == ORDER
    finally:
        await endpoint.close()
    assert len(events) == 9


def test_a_content_in_parts_is_read(served: Served) -> None:
    parts: Any = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": TOLD},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
        {"role": "assistant", "content": None},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    answer = served.client().chat.completions.create(model="x", messages=parts)
    assert answer.choices[0].message.content == ORDER


def test_tools_are_never_called(served: Served) -> None:
    tool: Any = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
    answer = served.client().chat.completions.create(
        model="x", messages=CHAT, tools=[tool], tool_choice="required"
    )
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].message.content == ORDER


def test_a_long_answer_is_streamed_in_a_bounded_number_of_pieces(served: Served) -> None:
    said = " ".join(str(number) for number in range(20_000))
    chunks = list(
        served.client().chat.completions.create(
            model="x", messages=[{"role": "user", "content": said}], stream=True
        )
    )
    pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(pieces) == said
    assert len(chunks) < 1_000


# --- what goes on record ------------------------------------------------------------------------------


def test_every_answered_request_is_on_record(served: Served) -> None:
    client = served.client()
    client.chat.completions.create(model="x", messages=CHAT)
    list(client.chat.completions.create(model="x", messages=CHAT, stream=True))
    client.completions.create(model="x", prompt=PROMPT)
    assert [(event.path, event.about, event.answer) for event in served.asked()] == [
        ("/v1/chat/completions", QUESTION, ORDER),
        ("/v1/chat/completions", QUESTION, ORDER),
        ("/v1/completions", QUESTION, ORDER),
    ]
    assert list(served.asked()[0].prompt) == [f"{message['role']}: {message['content']}" for message in CHAT]
    assert list(served.asked()[2].prompt) == [f"user: {PROMPT}"]


def test_a_request_of_the_bots_own_is_about_nothing(served: Served) -> None:
    served.client().completions.create(model="x", prompt="Say something.")
    assert [(event.about, event.answer) for event in served.asked()] == [("", "Say something.")]


def test_a_bot_that_hangs_up_during_a_stream_disturbs_no_other(served: Served) -> None:
    stream = served.client().chat.completions.create(model="x", messages=CHAT, stream=True)
    next(iter(stream))
    stream.close()
    assert served.client().completions.create(model="x", prompt=PROMPT).choices[0].text == ORDER


# --- where it stands ----------------------------------------------------------------------------------


@in_event_loop
async def test_an_address_of_another_machine_is_an_engine_error() -> None:
    endpoint = ModelEndpoint(build_reference_model(PLAN), record=lambda event: None, clock=lambda: 0.0)
    with pytest.raises(EngineError, match="cannot listen on 192"):
        await endpoint.open("192.0.2.1")
    await endpoint.close()


@in_event_loop
async def test_a_closed_endpoint_answers_nobody() -> None:
    endpoint = ModelEndpoint(build_reference_model(PLAN), record=lambda event: None, clock=lambda: 0.0)
    url = await endpoint.open("127.0.0.1")
    await endpoint.close()
    client = openai.AsyncOpenAI(base_url=url, api_key=endpoint.key_of(""), max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        await client.models.list()
    await client.close()
