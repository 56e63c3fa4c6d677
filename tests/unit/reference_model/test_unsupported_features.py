"""Unsupported features are found in requests, in the chat and in the responses format."""

from __future__ import annotations

from typing import Any

import pytest

from gate.reference_model.unsupported_features import LONGEST_NAME, MAX_TOOLS, find_unsupported_features
from tests.unit.model_endpoint.served import CHAT, Served


def chat_tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


@pytest.mark.parametrize(
    "name",
    [
        *("save_memory", "saveAddress", "upsert-user", "remember", "record_fact", "note"),
        *("update_user_profile", "UserPreferences", "manage_memory", "add_memories", "core_memory_append"),
    ],
)
@pytest.mark.parametrize("form", ["chat", "functions", "responses"])
def test_a_tool_that_stores_something_is_unsupported(name: str, form: str) -> None:
    body: dict[str, Any] = {
        "chat": {"tools": [chat_tool("lookup"), chat_tool(name)]},
        "functions": {"functions": [{"name": name}]},
        "responses": {"tools": [{"type": "function", "name": name}]},
    }[form]
    assert find_unsupported_features(body) == (f"it offers its model the tool {name}",)


@pytest.mark.parametrize(
    "name",
    ["lookup_order", "find_store_hours", "cancel", "search", "get_weather", "factorial", "restore", ""],
)
def test_a_tool_that_stores_nothing_is_supported(name: str) -> None:
    assert find_unsupported_features({"tools": [chat_tool(name)], "tool_choice": "auto"}) == ()


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        ({"tool_choice": "required"}, "it wants its model to call a tool"),
        ({"tool_choice": chat_tool("Person")}, "it wants its model to call the tool Person"),
        (
            {"tool_choice": {"type": "function", "name": "Person"}},
            "it wants its model to call the tool Person",
        ),
        ({"function_call": {"name": "Person"}}, "it wants its model to call the tool Person"),
        ({"response_format": {"type": "json_object"}}, "it wants JSON from its model"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "it wants JSON from its model"),
        ({"text": {"format": {"type": "json_schema"}}}, "it wants JSON from its model"),
    ],
)
def test_a_forced_call_or_form_is_unsupported(body: dict[str, Any], clause: str) -> None:
    assert find_unsupported_features(body) == (clause,)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tools": None, "tool_choice": None, "response_format": None, "text": None},
        {"tools": "save_memory", "functions": {"name": "save_memory"}, "function_call": "auto"},
        {"tools": ["save_memory", None, 1, {"function": "save_memory"}, {"name": ["save_memory"]}]},
        {"tool_choice": ["required"], "response_format": "json_object", "text": {"format": "json_object"}},
        {
            "response_format": {"type": "text"},
            "text": {"format": {"type": ["json_object"]}},
            "tool_choice": {},
        },
    ],
)
def test_plain_and_odd_requests_are_supported(body: dict[str, Any]) -> None:
    assert find_unsupported_features(body) == ()


def test_the_clauses_of_a_request_are_bounded() -> None:
    body = {"tools": [chat_tool(f"save_{number}_{'x' * 1_000}") for number in range(1_000)]}
    clauses = find_unsupported_features(body)
    assert len(clauses) == MAX_TOOLS
    assert all(len(clause) <= LONGEST_NAME + len("it offers its model the tool ") for clause in clauses)


def test_the_clauses_are_recorded_with_the_request(served: Served) -> None:
    tool: Any = chat_tool("save_memory")
    client = served.client()
    client.chat.completions.create(model="x", messages=CHAT, tools=[tool])
    client.chat.completions.create(model="x", messages=CHAT)
    assert [list(event.beyond_reader) for event in served.asked()] == [
        ["it offers its model the tool save_memory"],
        [],
    ]
