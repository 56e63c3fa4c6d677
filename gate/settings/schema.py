"""The JSON Schema of memory-gate.yml, for editors: composed from the very keys and bounds it is read by.

What it refuses the loader refuses too. The loader refuses more: it looks for folders and keys, and knows
what goes together. A key that is not built yet is in the schema, and nothing may be written under it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

from gate.settings import bot, container
from gate.settings.disruptions import disruptions_schema
from gate.settings.loading import (
    CONCURRENCY,
    CONFIDENCE,
    COUNTS,
    INCONCLUSIVE,
    JOBS,
    MAX_TTL_SECONDS,
    MAX_UNAVAILABLE_SECONDS,
    PERSISTENCE,
    SCENARIOS,
    SECTIONS,
    SEEDS,
    STORES,
    TRIALS,
    SettingsVocabulary,
)
from gate.settings.model import MODES
from gate.settings.section import DURATION, NOT_YET, PERCENTAGE, SIZE

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
IMAGE: Schema = {"type": "string", "pattern": r"^\S+$"}
URL_PATH: Schema = {"type": "string", "pattern": "^/"}
WRITTEN: Schema = {"type": ["string", "number", "boolean"]}
"""What is taken as it is spelt, quoted or not."""


def settings_schema(vocabulary: SettingsVocabulary) -> Schema:
    """The schema of one memory-gate.yml, for the names that this version knows."""
    parts: dict[str, Mapping[str, Schema]] = {
        "bot": _bot(vocabulary),
        "store": {
            "kind": _word(STORES, "redis starts a Redis for the bot, none starts nothing"),
            "image": {**IMAGE, "description": "The store's image"},
            "persistence": _word(PERSISTENCE, "What the store keeps on disk"),
            "ttl": _duration(
                MAX_TTL_SECONDS, "How long the bot is to keep conversations: 3600, 90s, 12h, 30d"
            ),
            "memory": _size("What the store's container is allowed, such as 512m; 1g when left out"),
        },
        "model": {
            "mode": _word(MODES, "What answers the bot's model requests"),
            "base-url": {
                "type": "string",
                "pattern": "^[hH][tT][tT][pP][sS]?://",
                "description": "Where the real model is, for forward and record",
            },
            "name": {**TEXT, "description": "The model to be asked, whichever the bot names"},
            "cassette": {**TEXT, "description": "The file of recorded answers"},
        },
        "judge": {
            "base-url": {
                "type": "string",
                "pattern": "^[hH][tT][tT][pP][sS]?://",
                "description": "Where the judge is, by default where the model is",
            },
            "model": {**TEXT, "description": "The model that judges"},
        },
        "run": {
            "disruptions": _one_or_more(disruptions_schema(vocabulary.disruptions)),
            "trials": _whole(TRIALS, "How often each scenario is played"),
            "concurrency": _whole(CONCURRENCY, "Turns under way at once"),
            "jobs": _whole(
                JOBS,
                "Deployments that are up side by side; by default as many as cores and free memory allow,"
                " and one where max-unavailable is set, so that none slows another down",
            ),
            "seed": _whole(SEEDS, "Draws the same facts again"),
        },
        "gate": {
            "accuracy": _share((0, 1), "The share that has to be remembered"),
            "confidence": _share(CONFIDENCE, "How surely the probes have to show the accuracy"),
            "max-drop": _share((0, 1), "The share by which memory may fall from before to after"),
            "leaks": _whole(COUNTS, "So many are let pass"),
            "fabrications": _whole(COUNTS, "So many are let pass"),
            "max-unavailable": _duration(
                MAX_UNAVAILABLE_SECONDS, "How long the bot may be unavailable during a disruption: 5s, 1min"
            ),
            "inconclusive": _word(INCONCLUSIVE, "What happens when not everything could be seen"),
        },
    }
    sections = {name: _object({key: parts[name][key] for key in keys}) for name, keys in SECTIONS.items()}
    sections["bot"]["not"] = {
        "anyOf": [
            *({"required": list(pair)} for pair in combinations(bot.SOURCES, 2)),
            {"required": ["command", "previous"]},
        ],
    }
    scenarios = {**_one_or_more(TEXT), "description": "Scenario files and folders"}
    return {
        "$schema": DIALECT,
        "title": "memory-gate configuration",
        **_object({**sections, SCENARIOS: scenarios}),
    }


def _duration(longest: int, description: str) -> Schema:
    return {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": longest},
            {"type": "string", "pattern": f"^(?:{DURATION.pattern})$"},
        ],
        "description": description,
    }


def _bot(vocabulary: SettingsVocabulary) -> dict[str, Schema]:
    request: dict[str, Schema] = {
        "method": {"enum": list(bot.METHODS)},
        "path": URL_PATH,
        "json": {"description": "The body; {session} and {text} are filled in everywhere"},
        "headers": {**_named(bot.HEADER_NAME.pattern), "additionalProperties": TEXT},
    }
    return {
        "image": {**IMAGE, "description": "An image on the engine, or to be pulled"},
        "build": {**TEXT, "description": "A folder with a Dockerfile"},
        "command": {
            "type": "array",
            "items": WRITTEN,
            "minItems": 1,
            "description": "A program and its arguments, for the process runtime",
        },
        "directory": {**TEXT, "description": "The folder of the program, for the process runtime"},
        "previous": {**IMAGE, "description": "The image that blue-green, rolling and rollback start from"},
        "replicas": _whole(bot.REPLICAS, "How many instances serve the bot"),
        "window": _whole(bot.WINDOWS, "How many turns of a session the bot claims to keep; left out for all"),
        "port": _whole(bot.PORTS, "Where the bot listens in its container"),
        "ready": {**URL_PATH, "description": "A path that answers 2xx when the bot can take turns"},
        "env": {
            **_named(bot.VARIABLE_NAME.pattern),
            "additionalProperties": WRITTEN,
            "description": "Environment variables",
        },
        "protocol": _word(vocabulary.protocols, "How the bot is spoken to"),
        "request": _object({key: request[key] for key in bot.REQUEST_KEYS}),
        "reply": {
            "type": "string",
            "pattern": f"^(?:{bot.DOTTED_PATH.pattern})$",
            "description": "A dotted path to the text in the answer; * for every item of a list",
        },
        "container": _container(),
        **{name: _number(bounds, "Seconds") for name, bounds in bot.SECONDS.items()},
        **{name: {"not": {}, "description": f"{what} {NOT_YET}"} for name, (what, _) in bot.LATER.items()},
    }


def _container() -> Schema:
    capability: Schema = {"enum": list(container.CAPABILITIES)}
    parts: dict[str, Schema] = {
        "capabilities": {
            "anyOf": [capability, {"type": "array", "items": capability}],
            "description": "Capabilities that the kernel leaves to the bot; none when left out",
        },
        "memory": _size("Memory, such as 512m or 4g, without swap; 2g when left out"),
        "cpus": _number(container.CPUS, "Processors, at most; 2 when left out"),
        "pids": _whole(container.PIDS, "Processes and threads, at most; 1024 when left out"),
        "egress": {
            "type": "boolean",
            "description": "Whether the bot reaches the world outside;"
            " when left out, only if it brings its own model",
        },
        "new-privileges": {
            "type": "boolean",
            "description": "Whether programs like sudo may gain privileges; false when left out",
        },
    }
    return {
        **_object({key: parts[key] for key in container.CONTAINER_KEYS}),
        "description": "What the bot's container is allowed, on the docker runtime",
    }


def _size(description: str) -> Schema:
    least, most = container.MEMORY
    return {
        "anyOf": [
            {"type": "integer", "minimum": least, "maximum": most},
            {"type": "string", "pattern": rf"^\s*(?:{SIZE.pattern})\s*$"},
        ],
        "description": description,
    }


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _named(pattern: str) -> Schema:
    """A mapping whose keys are names of one kind."""
    return {"type": "object", "propertyNames": {"pattern": f"^(?:{pattern})$"}}


def _word(known: Collection[str], description: str) -> Schema:
    return {"enum": list(known), "description": description}


def _whole(bounds: tuple[int, int], description: str) -> Schema:
    return {"type": "integer", "minimum": bounds[0], "maximum": bounds[1], "description": description}


def _number(bounds: tuple[float, float], description: str) -> Schema:
    return {"type": "number", "minimum": bounds[0], "maximum": bounds[1], "description": description}


def _share(bounds: tuple[float, float], description: str) -> Schema:
    """A share of 1, or a percentage, which is a text to YAML."""
    return {
        "anyOf": [
            {"type": "number", "minimum": bounds[0], "maximum": bounds[1]},
            {"type": "string", "pattern": rf"^\s*(?:{PERCENTAGE.pattern})\s*$"},
        ],
        "description": f"{description}, such as 0.95 or 95 %",
    }


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}
