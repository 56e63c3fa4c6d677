"""Finds features in a request that the reference model lacks, and on which a bot's memory may depend.

The reference model answers in words only. It calls no tool: a bot that stores what its model passes to
`save_memory` stores nothing here. It extracts no fields: a bot that stores a form of facts has none to
store. Neither proves that such a bot forgets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

STORING_VERBS = frozenset(
    {
        *("save", "store", "keep", "record", "persist", "upsert"),
        *("remember", "memorize", "memorise", "note", "learn"),
    }
)
"""First words of the names of tools that store something: save_address."""
STORED_NOUNS = frozenset(
    {
        *("memory", "memories", "remember", "knowledge", "fact", "facts", "note", "notes"),
        *("profile", "preference", "preferences"),
    }
)
"""Words in the names of tools that store something: update_user_profile."""
Body = Mapping[str, Any]

MAX_TOOLS = 5
"""Per request."""
LONGEST_NAME = 60
FORMATS = ("json_object", "json_schema")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def find_unsupported_features(body: Body) -> tuple[str, ...]:
    """Return one clause for each feature, such as "it offers its model the tool save_memory"."""
    clauses = [f"it offers its model the tool {name}" for name in _tools(body) if _is_storing_tool(name)][
        :MAX_TOOLS
    ]
    forced = _forced_tool(body)
    if forced:
        clauses.append(f"it wants its model to call {forced}")
    if _format(body) in FORMATS:
        clauses.append("it wants JSON from its model")
    return tuple(dict.fromkeys(clauses))


def _tools(body: Body) -> Iterator[str]:
    """Yield the names of all tools that the request offers, in the chat or the responses format."""
    for given in (body.get("tools"), body.get("functions")):
        for tool in given if isinstance(given, list) else ():
            name = _name(tool)
            if name:
                yield name


def _name(tool: object) -> str:
    """Return the name of a tool, or of a tool choice; "" when it has none."""
    if not isinstance(tool, Mapping):
        return ""
    function = tool.get("function")
    found = function.get("name") if isinstance(function, Mapping) else tool.get("name")
    return found[:LONGEST_NAME] if isinstance(found, str) else ""


def _is_storing_tool(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[0] in STORING_VERBS or not STORED_NOUNS.isdisjoint(words))


def _forced_tool(body: Body) -> str:
    """Return the tool that the model must call; "" when it may answer in words."""
    for choice in (body.get("tool_choice"), body.get("function_call")):
        if choice == "required":
            return "a tool"
        if name := _name(choice):
            return f"the tool {name}"
    return ""


def _format(body: Body) -> str:
    text = body.get("text")
    found: Any = body.get("response_format") or (text.get("format") if isinstance(text, Mapping) else None)
    kind = found.get("type") if isinstance(found, Mapping) else None
    return kind if isinstance(kind, str) else ""
