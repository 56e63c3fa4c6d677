"""`/v1/embeddings`: vectors that are the same for the same words, whoever asks and whenever."""

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
    model_of,
    new_identifier,
    whole,
)

DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-ada-002": 1536,
    "text-embedding-3-large": 3072,
}
"""As bots that prepare an index for these models expect them."""
USUAL_DIMENSIONS = 256
MAX_DIMENSIONS = 4096
MAX_INPUTS = 2048
MAX_WORDS = 300_000
"""In one request; both as at OpenAI."""
MAX_NUMBERS = 2**22
"""In one answer."""


class Embeddings:
    """Counts the words of a text, each at a place that its hash says. No model is asked.

    Unless it is `strict`, a real model behind it decides what is allowed.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict

    def read(self, path: str, body: Body) -> ParsedRequest:
        """See Interface. What is embedded is no prompt: a model that answers never reads it."""
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

    def write(self, asked: ParsedRequest, texts: Sequence[str]) -> tuple[RawResponse, ModelResponse]:
        """See Interface."""
        inputs, dimensions = _inputs(asked.body.get("input")), _dimensions(asked.body)
        packed = asked.body.get("encoding_format") == "base64"
        data: list[dict[str, Any]] = [
            {"object": "embedding", "index": index, "embedding": _packed(one) if packed else one.tolist()}
            for index, one in enumerate(vector(words, dimensions) for words in inputs)
        ]
        count = sum(map(len, inputs))
        return (
            whole(
                {
                    "object": "list",
                    "data": data,
                    "model": model_of(asked.body),
                    "usage": {"prompt_tokens": count, "total_tokens": count},
                }
            ),
            ModelResponse(identifier=new_identifier("embd-"), texts=()),
        )

    def told(self, streamed: bool, data: bytes) -> ModelResponse:
        """See Interface."""
        return ModelResponse(identifier=str(json.loads(data)["object"]), texts=())

    def keep(self, asked: ParsedRequest, told: ModelResponse) -> None:
        """Nothing."""


def vector(words: Sequence[str], dimensions: int) -> array[float]:
    """A vector of length 1: the same for the same words, and near to that of a text that shares many."""
    numbers = array("f", bytes(4 * dimensions))
    # A text without words has a place too: there is no vector of length 1 without direction.
    for word, count in Counter(words or [""]).items():
        place = int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest())
        numbers[place % dimensions] += count
    length = math.sqrt(sum(number * number for number in numbers))
    return array("f", (number / length for number in numbers))


def _packed(numbers: array[float]) -> str:
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _inputs(given: object) -> list[list[str]]:
    """The words of each input. Clients send texts, or the numbers of tokens, which are words as well."""
    if isinstance(given, str) or (isinstance(given, list) and given and all(map(_is_token, given))):
        given = [given]
    if not isinstance(given, list) or not given:
        raise TypeError('"input" is neither a text nor a list of texts')
    if len(given) > MAX_INPUTS:
        raise ValueError(f'"input" holds more than {MAX_INPUTS} texts')
    return [_words(one) for one in given]


def _words(one: object) -> list[str]:
    if isinstance(one, str):
        return re.findall(r"\w+", one.casefold())
    if isinstance(one, list) and all(map(_is_token, one)):
        return [str(token) for token in one]
    raise TypeError('"input" holds something that is no text')


def _is_token(one: object) -> bool:
    return isinstance(one, int) and not isinstance(one, bool)


def _dimensions(body: Body) -> int:
    given = body.get("dimensions")
    if given is None:
        return DIMENSIONS.get(model_of(body), USUAL_DIMENSIONS)
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MAX_DIMENSIONS:
        raise ValueError(f'"dimensions" is no whole number from 1 to {MAX_DIMENSIONS}')
    return given
