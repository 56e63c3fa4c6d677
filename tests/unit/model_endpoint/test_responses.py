"""`/v1/responses` as OpenAI's client uses it: plain, streamed, and after earlier responses."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model_endpoint.responses import Histories, Responses
from gate.model_endpoint.wire import MALFORMED, Refused
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message
from tests.unit.core.laws import law
from tests.unit.model_endpoint.served import CHAT, ORDER, QUESTION, TOLD, Served

ITEMS: Any = [
    {"role": "user", "content": TOLD},
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": ACKNOWLEDGEMENT, "annotations": []}],
    },
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": "It is sunny."},
    {"type": "item_reference", "id": "msg_0"},
    {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
]
EVENTS = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


@pytest.mark.parametrize(
    "given", [f"Human: {TOLD}\nHuman: {QUESTION}", CHAT, ITEMS], ids=["text", "chat", "items"]
)
def test_an_input_is_answered(served: Served, given: Any) -> None:
    answer = served.client().responses.create(model="gpt-4o", input=given, instructions="Be brief.")
    assert answer.output_text == ORDER
    assert (answer.status, answer.model, answer.error) == ("completed", "gpt-4o", None)
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens > 0
    [asked] = served.asked()
    assert (asked.path, asked.about, asked.answer) == ("/v1/responses", QUESTION, ORDER)
    assert asked.prompt[0] == "system: Be brief."


def test_tool_output_is_part_of_the_prompt(served: Served) -> None:
    """A bot may read its memory through a tool."""
    given: Any = [
        {"role": "user", "content": QUESTION},
        {"type": "function_call_output", "call_id": "c1", "output": f"order={ORDER}"},
    ]
    assert served.client().responses.create(model="x", input=given).output_text == ORDER


def test_an_answer_is_streamed_with_named_events(served: Served) -> None:
    events = list(served.client().responses.create(model="x", input=TOLD, stream=True))
    kinds = [event.type for event in events]
    assert list(dict.fromkeys(kinds)) == EVENTS
    assert kinds.count("response.output_text.delta") > 1
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (
        "".join(event.delta for event in events if event.type == "response.output_text.delta")
        == ACKNOWLEDGEMENT
    )
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == ACKNOWLEDGEMENT
    assert last.response.usage is not None


def test_the_clients_own_stream_helper_understands(served: Served) -> None:
    with served.client().responses.stream(model="x", input=CHAT) as stream:
        kinds = [event.type for event in stream]
        assert stream.get_final_response().output_text == ORDER
    assert kinds[0] == "response.created"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_response_id_continues_the_whole_history(served: Served, streamed: bool) -> None:
    client = served.client()

    def say(text: str, previous: str | None) -> Any:
        given: Any = {"model": "x", "input": text, "instructions": "Be brief."}
        if previous:
            given["previous_response_id"] = previous
        if not streamed:
            return client.responses.create(**given)
        return list(client.responses.create(**given, stream=True))[-1].response

    told = say(TOLD, None)
    chatted = say("Nice weather.", told.id)
    asked = say(QUESTION, chatted.id)
    assert asked.output_text == ORDER
    assert asked.previous_response_id == chatted.id
    assert len({told.id, chatted.id, asked.id}) == 3
    # Instructions apply to one request only, and no message is repeated.
    assert list(served.asked()[-1].prompt) == [
        "system: Be brief.",
        f"user: {TOLD}",
        f"assistant: {ACKNOWLEDGEMENT}",
        "user: Nice weather.",
        f"assistant: {chatted.output_text}",
        f"user: {QUESTION}",
    ]
    # Two requests may continue the same response.
    assert say(QUESTION, told.id).output_text == ORDER
    assert say(QUESTION, None).output_text == UNKNOWN


def test_an_unknown_response_is_not_found(served: Served) -> None:
    with pytest.raises(openai.NotFoundError, match="'resp_none' not found") as caught:
        served.client().responses.create(model="x", input=QUESTION, previous_response_id="resp_none")
    assert caught.value.code == "previous_response_not_found"
    assert caught.value.param == "previous_response_id"
    assert served.asked() == []


def test_an_unstored_response_is_not_found(served: Served) -> None:
    client = served.client()
    told = client.responses.create(model="x", input=TOLD, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="x", input=QUESTION, previous_response_id=told.id)


def test_a_conversation_of_the_api_is_refused_rather_than_forgotten(served: Served) -> None:
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        served.client().responses.create(model="x", input=QUESTION, conversation="conv_1")


def test_tools_and_formats_and_unknown_fields_change_nothing(served: Served) -> None:
    tool: Any = {"type": "function", "name": "lookup", "parameters": {}, "strict": False}
    shape: Any = {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}}
    answer = served.client().responses.create(
        model="x",
        input=CHAT,
        tools=[tool],
        tool_choice="required",
        text=shape,
        extra_body={"novelty": {"a": [1]}},
    )
    assert [item.type for item in answer.output] == ["message"]
    assert answer.output_text == ORDER


def test_response_ids_are_unique(served: Served) -> None:
    """Clients drop a message whose id they know already."""
    client = served.client()
    chats = {client.chat.completions.create(model="x", messages=CHAT).id for _ in range(3)}
    items = {client.responses.create(model="x", input=CHAT).output[0].id for _ in range(3)}
    assert (len(chats), len(items)) == (3, 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": None},
        {"input": 7},
        {"input": ["hello"]},
        {"input": [None]},
        {"input": [{"content": [1]}]},
        {"input": "x", "previous_response_id": 7},
        {"input": "x", "previous_response_id": ["resp_1"]},
    ],
    ids=str,
)
def test_a_malformed_request_is_refused(served: Served, body: object) -> None:
    status, answer = served.post("/responses", json.dumps(body))
    assert status == 400
    assert answer["error"]["message"]
    assert served.asked() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([TOLD, QUESTION]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["role", "content", "type", "text", "output"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@law
@given(
    body=st.dictionaries(
        st.sampled_from(
            ["input", "instructions", "previous_response_id", "model", "store", "stream", "tools"]
        ),
        json_values,
    )
)
def test_no_body_breaks_it(body: dict[str, Any]) -> None:
    """The body is answered in the form that it requests, or refused as the client's mistake."""
    interface = Responses()
    try:
        request = interface.parse_request("/v1/responses", body)
    except (*MALFORMED, Refused):
        return
    raw, response = interface.build_response(request, [ORDER])
    assert interface.parse_response(bool(body.get("stream")), b"".join(raw.chunks)) == response
    interface.remember(request, response)


def test_histories_are_bounded_in_number_and_size() -> None:
    text = [Message(role="user", text="x" * 10)]
    few = Histories(most=2)
    for name in ("a", "b"):
        few.keep(name, text)
    few.find("a")
    few.keep("c", text)
    assert [few.find(name) is not None for name in "abc"] == [True, False, True]
    small = Histories(characters=25)
    for name in ("a", "b", "b", "b", "c"):
        small.keep(name, text)
    assert [small.find(name) is not None for name in "abc"] == [False, True, True]
    small.keep("huge", text * 3)
    assert small.find("huge") is None
    small.keep("d", text)
    assert small.find("d") == text
