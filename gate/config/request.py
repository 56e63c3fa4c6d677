"""`bot.request` and `bot.reply`: the request of a turn, and the place of the reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from gate.config.declaration import Section
from gate.config.value_type import Reading, ValueType
from gate.config.values import text, url_path, word
from gate.core.specification import DEFAULT_REQUEST, RequestShape
from gate.documents import Node, quoted

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
DOTTED_PATH = re.compile(r"[^.\s]+(\.[^.\s]+)*")

PLACEHOLDERS: Mapping[str, str] = {"{session}": "whose turn it is", "{text}": "what is said"}
"""Placeholder that every request must contain → its meaning."""


def anything() -> ValueType:
    """Declare any JSON."""
    return ValueType(read=lambda node, _: node.value(), schema=lambda _: {}, words=lambda _: "anything")


def header_values() -> ValueType:
    """Declare headers by their names."""

    def read(node: Node, _: Reading) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in node.mapping().items():
            if not HEADER_NAME.fullmatch(name):
                (value.key or value).problem(f"{quoted(name)} cannot name a header")
            line = value.line_of_text()
            if line is not None:
                found[name] = line
        return found

    return ValueType(
        read=read,
        schema=lambda kinds: {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{HEADER_NAME.pattern})$"},
            "additionalProperties": text().schema(kinds),
        },
        words=lambda _: "keys and values",
    )


def dotted_path() -> ValueType:
    """Declare a dotted path into the bot's answer."""

    def read(node: Node, _: Reading) -> str | None:
        path = node.line_of_text()
        if path is not None and not DOTTED_PATH.fullmatch(path):
            node.problem(
                "expected a dotted path into the answer", hint="for example choices.0.message.content"
            )
        return path

    return ValueType(
        read=read, schema=lambda _: {"type": "string", "pattern": f"^(?:{DOTTED_PATH.pattern})$"}
    )


class RequestSection(Section):
    """How a turn is put to the bot; {session} and {text} are filled in everywhere.

    What is left out is as the protocol has it.
    """

    method: Annotated[str, word("method", "POST", "GET", "PUT", "PATCH")] = Field(
        default=RequestShape.method, description="The HTTP method"
    )
    path: Annotated[str, url_path()] = Field(
        default=RequestShape.path, description="The path that takes a turn"
    )
    body: Annotated[Any, anything()] = Field(
        alias="json", default=DEFAULT_REQUEST, description="The body, in any shape"
    )
    headers: Annotated[Mapping[str, str], header_values()] = Field(
        default={}, description="Headers, for example an Authorization"
    )

    def specification(self, protocols: RequestShape) -> RequestShape:
        """Return the request. The protocol provides the defaults."""
        given = self.model_fields_set
        return RequestShape(
            method=self.method if "method" in given else protocols.method,
            path=self.path if "path" in given else protocols.path,
            json=self.body if "body" in given else protocols.json,
            headers=self.headers if "headers" in given else protocols.headers,
        )


def check_placeholders(shape: RequestShape, node: Node) -> None:
    """Report a request without a required placeholder."""
    whole = json.dumps([shape.path, shape.json, dict(shape.headers)])
    for placeholder, meaning in PLACEHOLDERS.items():
        if placeholder not in whole:
            (node.key or node).problem(
                f"the request does not say {meaning}",
                hint=f'put "{placeholder}" into its json, path or headers',
            )
