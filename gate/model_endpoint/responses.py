"""`/v1/responses`: a text or a list of items, appended to the history of an earlier response id."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gate.model_endpoint.wire import (
    Body,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    Refused,
    count_words,
    events_in,
    json_response,
    model_of,
    new_identifier,
    split_into_pieces,
    stream_response,
    text_of,
)
from gate.reference_model.reading import Message

MAX_HISTORIES = 65_536
MAX_CHARACTERS = 256 * 1024 * 1024
"""Of all histories together; they share texts, so they take less memory than this."""


class Histories:
    """Histories by the id of the response that ended them; the least recently used are dropped first."""

    def __init__(self, *, most: int = MAX_HISTORIES, characters: int = MAX_CHARACTERS) -> None:
        self._most = most
        self._free_characters = characters
        self._kept: OrderedDict[str, Sequence[Message]] = OrderedDict()

    def find(self, identifier: str) -> Sequence[Message] | None:
        """Return the history of a response id; None for an unknown id."""
        if identifier in self._kept:
            self._kept.move_to_end(identifier)
        return self._kept.get(identifier)

    def keep(self, identifier: str, messages: Sequence[Message]) -> None:
        """Add a history; drop the least recently used ones beyond the limits."""
        self._free_characters += _size(self._kept.pop(identifier, ()))
        self._kept[identifier] = messages
        self._free_characters -= _size(messages)
        while len(self._kept) > self._most or self._free_characters < 0:
            _, dropped = self._kept.popitem(last=False)
            self._free_characters += _size(dropped)


class Responses:
    """The responses path. Remembers the history that each response id continues.

    `strict` refuses an unknown id; otherwise the real model upstream decides.
    """

    def __init__(self, *, strict: bool = True, histories: Histories | None = None) -> None:
        self._strict = strict
        self._histories = histories or Histories()

    def parse_request(self, path: str, body: Body) -> ParsedRequest:
        """See Interface."""
        instructions = text_of(body.get("instructions"))
        if self._strict and body.get("conversation") is not None:
            raise Refused(
                400,
                "memory-gate's reader keeps no conversations of the API; use previous_response_id, "
                "or a real model (mode forward)",
                parameter="conversation",
            )
        history = [*self._earlier(body.get("previous_response_id")), *_items(body.get("input"))]
        system = [Message(role="system", text=instructions)] if instructions else []
        return ParsedRequest(path=path, body=body, prompts=[[*system, *history]], history=history)

    def build_response(
        self, request: ParsedRequest, texts: Sequence[str]
    ) -> tuple[RawResponse, ModelResponse]:
        """See Interface."""
        [answer] = texts
        response = ModelResponse(identifier=new_identifier("resp_"), texts=texts)
        item = new_identifier("msg_")
        head = _head(response, request)
        done = {
            **head,
            "status": "completed",
            "output": [_message(item, "completed", [_part(answer)])],
            "usage": _usage(request, answer),
        }
        if not request.body.get("stream"):
            return json_response(done), response
        numbered = (
            {**event, "sequence_number": number}
            for number, event in enumerate(_events(head, item, answer, done))
        )
        return stream_response(numbered, named=True), response

    def parse_response(self, streamed: bool, data: bytes) -> ModelResponse:
        """See Interface."""
        if not streamed:
            return _response_in(json.loads(data))
        text, identifier = "", ""
        for event in events_in(data):
            if event.get("type") in ("response.completed", "response.incomplete"):
                return _response_in(event["response"])
            if event.get("type") == "response.created":
                identifier = str(event["response"]["id"])
            if event.get("type") == "response.output_text.delta":
                text += event["delta"]
        return ModelResponse(identifier=identifier, texts=[text])

    def remember(self, request: ParsedRequest, response: ModelResponse) -> None:
        """Remember the history of the response id, unless the request says `store: false`, as at OpenAI."""
        if response.identifier and request.history is not None and request.body.get("store") is not False:
            answers = [Message(role="assistant", text=text) for text in response.texts]
            self._histories.keep(response.identifier, (*request.history, *answers))

    def _earlier(self, identifier: object) -> Sequence[Message]:
        if identifier is None:
            return ()
        if not isinstance(identifier, str):
            raise TypeError('"previous_response_id" is no text')
        found = self._histories.find(identifier)
        if found is None and self._strict:
            raise Refused(
                404,
                f"Previous response with id '{identifier[:100]}' not found.",
                parameter="previous_response_id",
                code="previous_response_not_found",
            )
        return found or ()


def _items(given: object) -> list[Message]:
    """Return the messages and tool outputs among the items of a request; skip other items."""
    if isinstance(given, str):
        return [Message(role="user", text=given)]
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise TypeError('"input" is neither a text nor a list of items')
    messages = []
    for item in given:
        if item.get("type", "message") == "message":
            messages.append(Message(role=str(item.get("role", "user")), text=text_of(item.get("content"))))
        elif "output" in item:
            messages.append(Message(role="tool", text=text_of(item["output"])))
    return messages


def _head(response: ModelResponse, request: ParsedRequest) -> dict[str, Any]:
    body = request.body
    return {
        "id": response.identifier,
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "model": model_of(body),
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "store": body.get("store") is not False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
    }


def _events(head: Body, item: str, answer: str, done: Body) -> Iterator[dict[str, Any]]:
    place = {"output_index": 0}
    part = {"item_id": item, "output_index": 0, "content_index": 0}
    yield {"type": "response.created", "response": head}
    yield {"type": "response.in_progress", "response": head}
    yield {"type": "response.output_item.added", **place, "item": _message(item, "in_progress", [])}
    yield {"type": "response.content_part.added", **part, "part": _part("")}
    for piece in split_into_pieces(answer):
        yield {"type": "response.output_text.delta", **part, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **part, "text": answer, "logprobs": []}
    yield {"type": "response.content_part.done", **part, "part": _part(answer)}
    yield {"type": "response.output_item.done", **place, "item": done["output"][0]}
    yield {"type": "response.completed", "response": done}


def _message(item: str, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": item, "type": "message", "role": "assistant", "status": status, "content": content}


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(request: ParsedRequest, answer: str) -> dict[str, Any]:
    read, answered = count_words(request.prompts[0]), len(answer.split())
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + answered,
    }


def _response_in(content: Mapping[str, Any]) -> ModelResponse:
    if content.get("status") == "failed":
        raise ValueError("it failed")
    texts = [
        text_of(item.get("content")) for item in content.get("output", ()) if item.get("type") == "message"
    ]
    return ModelResponse(identifier=str(content["id"]), texts=["\n".join(texts)])


def _size(messages: Sequence[Message]) -> int:
    return sum(len(message.text) for message in messages)
