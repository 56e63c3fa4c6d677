"""`/v1/chat/completions` and `/v1/completions`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from gate.model_endpoint.wire import (
    Body,
    ModelResponse,
    ParsedRequest,
    RawResponse,
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

MAX_PROMPTS = 2048
"""Per completion request; OpenAI's own limit."""


class Chat:
    """The chat path: a list of messages, continued by one message."""

    def parse_request(self, path: str, body: Body) -> ParsedRequest:
        """See Interface."""
        given = body.get("messages")
        if not isinstance(given, list) or not all(isinstance(message, dict) for message in given):
            raise TypeError('"messages" is not a list of messages')
        messages = [
            Message(role=str(message.get("role", "user")), text=text_of(message.get("content")))
            for message in given
        ]
        return ParsedRequest(path=path, body=body, prompts=[messages])

    def build_response(
        self, request: ParsedRequest, texts: Sequence[str]
    ) -> tuple[RawResponse, ModelResponse]:
        """See Interface."""
        [answer] = texts
        response = ModelResponse(identifier=new_identifier("chatcmpl-"), texts=texts)
        head = _head(response, request, "chat.completion")
        if not request.body.get("stream"):
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": answer},
                "finish_reason": "stop",
                "logprobs": None,
            }
            return json_response({**head, "choices": [choice], "usage": _usage(request, texts)}), response
        head["object"] = "chat.completion.chunk"
        deltas: list[tuple[dict[str, str], str | None]] = [
            ({"role": "assistant", "content": ""}, None),
            *(({"content": piece}, None) for piece in split_into_pieces(answer)),
            ({}, "stop"),
        ]
        chunks = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]}
            for delta, reason in deltas
        ]
        return stream_response([*chunks, *_closing_usage(request, head, texts)]), response

    def parse_response(self, streamed: bool, data: bytes) -> ModelResponse:
        """See Interface."""
        if streamed:
            events = list(events_in(data))
            deltas = [
                choice["delta"].get("content") or ""
                for event in events
                for choice in event.get("choices", ())
                if choice.get("index", 0) == 0 and choice.get("delta")
            ]
            return ModelResponse(identifier=str(events[0]["id"]) if events else "", texts=["".join(deltas)])
        answer = json.loads(data)
        return ModelResponse(
            identifier=str(answer["id"]), texts=[text_of(answer["choices"][0]["message"].get("content"))]
        )

    def remember(self, request: ParsedRequest, response: ModelResponse) -> None:
        """Remember nothing: every request carries its whole history."""


class Completions:
    """The completions path: one text or several, each continued."""

    def parse_request(self, path: str, body: Body) -> ParsedRequest:
        """See Interface."""
        given = body.get("prompt")
        prompts = [given] if isinstance(given, str) else given
        if not isinstance(prompts, list) or not all(isinstance(prompt, str) for prompt in prompts):
            raise TypeError('"prompt" is neither a text nor a list of texts')
        if len(prompts) > MAX_PROMPTS:
            raise ValueError(f'"prompt" holds more than {MAX_PROMPTS} texts')
        return ParsedRequest(
            path=path, body=body, prompts=[[Message(role="user", text=prompt)] for prompt in prompts]
        )

    def build_response(
        self, request: ParsedRequest, texts: Sequence[str]
    ) -> tuple[RawResponse, ModelResponse]:
        """See Interface."""
        response = ModelResponse(identifier=new_identifier("cmpl-"), texts=texts)
        head = _head(response, request, "text_completion")
        if not request.body.get("stream"):
            choices = [
                {"index": index, "text": answer, "finish_reason": "stop", "logprobs": None}
                for index, answer in enumerate(texts)
            ]
            return json_response({**head, "choices": choices, "usage": _usage(request, texts)}), response
        chunks = [
            {
                **head,
                "choices": [{"index": index, "text": piece, "finish_reason": reason, "logprobs": None}],
            }
            for index, answer in enumerate(texts)
            for piece, reason in [*((piece, None) for piece in split_into_pieces(answer)), ("", "stop")]
        ]
        return stream_response([*chunks, *_closing_usage(request, head, texts)]), response

    def parse_response(self, streamed: bool, data: bytes) -> ModelResponse:
        """See Interface."""
        answers = list(events_in(data)) if streamed else [json.loads(data)]
        text_by_index: dict[int, str] = {}
        for answer in answers:
            for choice in answer.get("choices", ()):
                index = choice["index"]
                text_by_index[index] = text_by_index.get(index, "") + text_of(choice.get("text"))
        texts = [text_by_index[index] for index in sorted(text_by_index)]
        return ModelResponse(identifier=str(answers[0]["id"]) if answers else "", texts=texts)

    def remember(self, request: ParsedRequest, response: ModelResponse) -> None:
        """Remember nothing: every request carries its whole history."""


def _head(response: ModelResponse, request: ParsedRequest, kind: str) -> dict[str, Any]:
    return {
        "id": response.identifier,
        "object": kind,
        "created": int(time.time()),
        "model": model_of(request.body),
    }


def _usage(request: ParsedRequest, texts: Sequence[str]) -> dict[str, int]:
    read = sum(count_words(prompt) for prompt in request.prompts)
    answered = sum(len(text.split()) for text in texts)
    return {"prompt_tokens": read, "completion_tokens": answered, "total_tokens": read + answered}


def _closing_usage(
    request: ParsedRequest, head: Mapping[str, Any], texts: Sequence[str]
) -> list[dict[str, Any]]:
    options = request.body.get("stream_options")
    if not (isinstance(options, Mapping) and options.get("include_usage")):
        return []
    return [{**head, "choices": [], "usage": _usage(request, texts)}]
