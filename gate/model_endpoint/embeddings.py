"""`/v1/embeddings`: deterministic vectors, equal for equal words."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gate.model_endpoint.wire import (
    Body,
    ModelResponse,
    ParsedRequest,
    RawResponse,
    json_response,
    model_of,
    new_identifier,
)

DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-ada-002": 1536,
    "text-embedding-3-large": 3072,
}
"""Bots that prepare an index for these models expect these sizes."""
USUAL_DIMENSIONS = 256
MAX_DIMENSIONS = 4096
MAX_INPUTS = 2048
MAX_WORDS = 300_000
"""Per request; both limits are OpenAI's."""
MAX_NUMBERS = 2**22
"""Per answer: texts times dimensions."""


class Embeddings:
    """The embeddings path: counts words into the dimensions that their hashes select. Asks no model.

    `strict` validates requests here; otherwise the real model upstream validates them.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict

    def parse_request(self, path: str, body: Body) -> ParsedRequest:
        """See Interface. Embedded text is not a prompt: no answering model reads it."""
        if not self._strict:
            return ParsedRequest(path=path, body=body, prompts=[])
        inputs, dimensions = _inputs(body.get("input")), _dimensions(body)
        if sum(map(len, inputs)) > MAX_WORDS:
            raise ValueError(f'"input" holds more than {MAX_WORDS} words')
        if len(inputs) * dimensions > MAX_NUMBERS:
            raise ValueError("too many texts at once for so many dimensions")
        if body.get("encoding_format") not in (None, "float", "base64"):
            raise ValueError('"encoding_format" is neither "float" nor "base64"')
        return ParsedRequest(path=path, body=body, prompts=[])

    def build_response(
        self, request: ParsedRequest, texts: Sequence[str]
    ) -> tuple[RawResponse, ModelResponse]:
        """See Interface."""
        inputs, dimensions = _inputs(request.body.get("input")), _dimensions(request.body)
        packed = request.body.get("encoding_format") == "base64"
        data: list[dict[str, Any]] = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _packed(numbers) if packed else numbers.tolist(),
            }
            for index, numbers in enumerate(vector(words, dimensions) for words in inputs)
        ]
        count = sum(map(len, inputs))
        return (
            json_response(
                {
                    "object": "list",
                    "data": data,
                    "model": model_of(request.body),
                    "usage": {"prompt_tokens": count, "total_tokens": count},
                }
            ),
            ModelResponse(identifier=new_identifier("embd-"), texts=()),
        )

    def parse_response(self, streamed: bool, data: bytes) -> ModelResponse:
        """See Interface."""
        return ModelResponse(identifier=str(json.loads(data)["object"]), texts=())

    def remember(self, request: ParsedRequest, response: ModelResponse) -> None:
        """Remember nothing."""


def vector(words: Sequence[str], dimensions: int) -> array[float]:
    """Return a vector of length 1; texts that share many words have near vectors."""
    numbers = array("f", bytes(4 * dimensions))
    # A text without words counts as one empty word: a vector of length 1 needs a direction.
    for word, count in Counter(words or [""]).items():
        bucket = int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest())
        numbers[bucket % dimensions] += count
    length = math.sqrt(sum(number * number for number in numbers))
    return array("f", (number / length for number in numbers))


def _packed(numbers: array[float]) -> str:
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _inputs(given: object) -> list[list[str]]:
    """Return the words of each input. Inputs are texts or lists of token ids; a token counts as a word."""
    if isinstance(given, str) or (isinstance(given, list) and given and all(map(_is_token, given))):
        given = [given]
    if not isinstance(given, list) or not given:
        raise TypeError('"input" is neither a text nor a list of texts')
    if len(given) > MAX_INPUTS:
        raise ValueError(f'"input" holds more than {MAX_INPUTS} texts')
    return [_words(text) for text in given]


def _words(text: object) -> list[str]:
    if isinstance(text, str):
        return re.findall(r"\w+", text.casefold())
    if isinstance(text, list) and all(map(_is_token, text)):
        return [str(token) for token in text]
    raise TypeError('"input" holds something that is no text')


def _is_token(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _dimensions(body: Body) -> int:
    given = body.get("dimensions")
    if given is None:
        return DIMENSIONS.get(model_of(body), USUAL_DIMENSIONS)
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MAX_DIMENSIONS:
        raise ValueError(f'"dimensions" is no whole number from 1 to {MAX_DIMENSIONS}')
    return given
