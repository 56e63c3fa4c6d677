"""What a request asks of a model that the reader cannot stand in for, and on which a memory may rest.

The reader answers in words. It calls no tool, so that a bot which keeps what its model hands to
`save_memory` keeps nothing here; and it extracts no fields, so that a bot which stores a form of the facts
has nothing to store. Neither says that such a bot forgets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

KEEPING = frozenset(
    {
        *("save", "store", "keep", "record", "persist", "upsert"),
        *("remember", "memorize", "memorise", "note", "learn"),
    }
)
"""What the name of a tool that keeps something begins with: save_address."""
KEPT = frozenset(
    {
        *("memory", "memories", "remember", "knowledge", "fact", "facts", "note", "notes"),
        *("profile", "preference", "preferences"),
    }
)
"""What a tool that keeps something is about: update_user_profile."""
Body = Mapping[str, Any]

MAX_TOOLS = 5
"""Named for one request."""
LONGEST_NAME = 60
FORMATS = ("json_object", "json_schema")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def find_unsupported_features(body: Body) -> tuple[str, ...]:
    """One clause for each: "it offers its model the tool save_memory"."""
    clauses = [f"it offers its model the tool {name}" for name in _tools(body) if _keeps(name)][:MAX_TOOLS]
    forced = _forced(body)
    if forced:
        clauses.append(f"it wants its model to call {forced}")
    if _format(body) in FORMATS:
        clauses.append("it wants JSON from its model")
    return tuple(dict.fromkeys(clauses))


def _tools(body: Body) -> Iterator[str]:
    """The names of all tools that the request offers, in either interface's form."""
    for given in (body.get("tools"), body.get("functions")):
        for tool in given if isinstance(given, list) else ():
            name = _name(tool)
            if name:
                yield name


def _name(tool: object) -> str:
    """Of a tool, or of the choice of one; "" when it has none."""
    if not isinstance(tool, Mapping):
        return ""
    function = tool.get("function")
    found = function.get("name") if isinstance(function, Mapping) else tool.get("name")
    return found[:LONGEST_NAME] if isinstance(found, str) else ""


def _keeps(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[0] in KEEPING or not KEPT.isdisjoint(words))


def _forced(body: Body) -> str:
    """What the model has to call, "" when it may answer in words."""
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
