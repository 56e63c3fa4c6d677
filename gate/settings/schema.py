"""The JSON Schema of memory-gate.yml, for editors: composed from the very keys and bounds it is read by.

What it refuses the loader refuses too. The loader refuses more: it looks for folders and keys, and knows
what goes together. A key that is not built yet is in the schema, and nothing may be written under it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

from gate.core.kinds import Kinds
from gate.settings import bot, container
from gate.settings.defaults import CONTAINER_DEFAULTS, DEFAULTS, REQUEST_DEFAULTS
from gate.settings.disruptions import disruptions_schema
from gate.settings.loading import (
    CONCURRENCY,
    CONFIDENCE,
    COUNTS,
    INCONCLUSIVE,
    JOBS,
    MAX_UNAVAILABLE_SECONDS,
    SCENARIOS,
    SECTIONS,
    SEEDS,
    TRIALS,
)
from gate.settings.model import MODES
from gate.settings.section import DURATION, NOT_YET, PERCENTAGE, SIZE
from gate.settings.store import MAX_TTL_SECONDS, persistence_words, store_defaults

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
IMAGE: Schema = {"type": "string", "pattern": r"^\S+$"}
URL_PATH: Schema = {"type": "string", "pattern": "^/"}
WRITTEN: Schema = {"type": ["string", "number", "boolean"]}
"""What is taken as it is spelt, quoted or not."""


MEANINGS: Mapping[str, str] = {
    "bot": "Where the bot comes from, how it is started, and how it is spoken to",
    "store": "The store that the gate starts for the bot",
    "model": "What answers the bot's model requests",
    "judge": "A model that breaks ties where no comparison of words can, for scenarios that ask for it",
    "run": "What is done",
    "gate": "When the deploy is blocked",
}
"""Section → its sentence."""

SECONDS_MEAN: Mapping[str, str] = {
    "ready-timeout": "How many seconds the bot may take until it is ready",
    "stop-timeout": "How many seconds lie between SIGTERM and SIGKILL",
    "turn-timeout": "How many seconds a turn may take before its outcome counts as unknown",
}


def settings_schema(kinds: Kinds) -> Schema:
    """The schema of one memory-gate.yml, for the names that this version knows."""
    parts: dict[str, Mapping[str, Schema]] = {
        "bot": _bot(kinds),
        "store": _store(kinds),
        "model": {
            "mode": _word(
                MODES,
                "What answers the bot's model requests: the gate's reader, a real model (forward, record),"
                " its recorded answers (replay), or the bot's own model (none)",
            ),
            "base-url": _url("Where the real model is, for forward and record"),
            "name": {**TEXT, "description": "The model to be asked. Left out, the one that the bot names"},
            "cassette": {**TEXT, "description": "The file of recorded answers, for record and replay"},
        },
        "judge": {
            "base-url": _url("Where the judge is. Left out, where the model is"),
            "model": {**TEXT, "description": "The model that judges; needed by scenarios with judge only"},
        },
        "run": {
            "disruptions": {
                **_one_or_more(disruptions_schema(kinds.disruptions)),
                "description": "What is done to the deployment, each once or, as kill*3, several times;"
                " thorough for all that fit the bot",
            },
            "trials": _whole(TRIALS, "How often each scenario is played under each disruption"),
            "concurrency": _whole(CONCURRENCY, "How many turns are under way at once, at most"),
            "jobs": _whole(
                JOBS,
                "How many deployments are up side by side. Left out, as many as cores and free memory allow,"
                " and one where max-unavailable is set, so that none slows another down",
            ),
            "seed": _whole(SEEDS, "Draws the same facts again. Left out, a new one is drawn and printed"),
        },
        "gate": {
            "accuracy": _share(
                (0, 1),
                "The share of facts to be remembered, before and after each disruption: 0.95 or 95 %",
            ),
            "confidence": _share(
                CONFIDENCE,
                "How surely the probes have to show it: 0.95 or 95 %. Left out, the share itself is judged",
            ),
            "max-drop": _share(
                (0, 1), "The share by which memory may fall from before to after: 0.05 or 5 %"
            ),
            "leaks": _whole(COUNTS, "How many leaks are let pass"),
            "fabrications": _whole(COUNTS, "How many fabrications are let pass"),
            "max-unavailable": _duration(
                MAX_UNAVAILABLE_SECONDS,
                "How long the bot may be unavailable during a disruption, 5s or 1min. Left out, however long",
            ),
            "inconclusive": _word(
                INCONCLUSIVE, "Whether a run in which not everything could be seen blocks the deploy"
            ),
        },
    }
    defaults = {**DEFAULTS, "store": {**DEFAULTS["store"], **store_defaults(kinds.stores)}}
    sections = {
        name: {
            **_object({key: _with_default(parts[name][key], defaults[name], key) for key in keys}),
            "description": MEANINGS[name],
        }
        for name, keys in SECTIONS.items()
    }
    sections["bot"]["not"] = {
        "anyOf": [
            *({"required": list(pair)} for pair in combinations(bot.SOURCES, 2)),
            {"required": ["command", "previous"]},
        ],
    }
    scenarios = {
        **_one_or_more(TEXT),
        "description": "Scenario files and folders. Left out, the built-in library",
    }
    return {
        "$schema": DIALECT,
        "title": "memory-gate configuration",
        **_object({**sections, SCENARIOS: scenarios}),
    }


def _with_default(schema: Schema, defaults: Mapping[str, object], key: str) -> Schema:
    return {**schema, "default": defaults[key]} if key in defaults else schema


def _url(description: str) -> Schema:
    return {"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://", "description": description}


def _duration(longest: int, description: str) -> Schema:
    return {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": longest},
            {"type": "string", "pattern": f"^(?:{DURATION.pattern})$"},
        ],
        "description": description,
    }


def _bot(kinds: Kinds) -> dict[str, Schema]:
    request: dict[str, Schema] = {
        "method": _word(bot.METHODS, "The HTTP method"),
        "path": {**URL_PATH, "description": "The path that takes a turn"},
        "json": {"description": "The body, in any shape"},
        "headers": {
            **_named(bot.HEADER_NAME.pattern),
            "additionalProperties": TEXT,
            "description": "Headers, for example an Authorization",
        },
    }
    return {
        "image": {**IMAGE, "description": "The bot's image, on the engine or to be pulled"},
        "build": {**TEXT, "description": "A folder with a Dockerfile, from which the image is built first"},
        "command": {
            "type": "array",
            "items": WRITTEN,
            "minItems": 1,
            "description": "The bot as a program and its arguments, for the process runtime",
        },
        "directory": {
            **TEXT,
            "description": "The folder that stands for the bot's image on the process runtime: each fresh"
            " instance gets a copy",
        },
        "previous": {
            **IMAGE,
            "description": "The image that blue-green and rolling start from and rollback returns to. Left"
            " out, the bot's own",
        },
        "replicas": _whole(bot.REPLICAS, "How many instances of the bot run side by side and take turns"),
        "window": _whole(
            bot.WINDOWS,
            "How many turns of a session, the question included, the bot claims to keep; older facts are not"
            " asked for. Left out, all",
        ),
        "port": _whole(bot.PORTS, "Where the bot listens in its container"),
        "ready": {**URL_PATH, "description": "A path that answers 2xx when the bot can take turns"},
        "env": {
            **_named(bot.VARIABLE_NAME.pattern),
            "additionalProperties": WRITTEN,
            "description": "Environment variables of the bot",
        },
        "protocol": _word(
            kinds.protocols, "How the bot is spoken to, where request and reply say nothing else"
        ),
        "request": {
            **_object({key: _with_default(request[key], REQUEST_DEFAULTS, key) for key in bot.REQUEST_KEYS}),
            "description": "How a turn is put to the bot; {session} and {text} are filled in everywhere."
            " What is left out is as the protocol has it",
        },
        "reply": {
            "type": "string",
            "pattern": f"^(?:{bot.DOTTED_PATH.pattern})$",
            "description": "The dotted path to the reply in the bot's answer, such as"
            " choices.0.message.content; * for every item of a list. Left out, that of the protocol",
        },
        "container": _container(),
        **{name: _number(bounds, SECONDS_MEAN[name]) for name, bounds in bot.SECONDS.items()},
        **{name: {"not": {}, "description": f"{what} {NOT_YET}"} for name, (what, _) in bot.LATER.items()},
    }


def _store(kinds: Kinds) -> dict[str, Schema]:
    words = persistence_words(kinds.stores)
    return {
        "kind": _word(
            kinds.stores, "; ".join(f"{name} {traits.sentence}" for name, traits in kinds.stores.items())
        ),
        "image": {**IMAGE, "description": "The store's image, for the docker runtime"},
        "persistence": _word(
            words,
            "What the store keeps on disk: " + ", ".join(f"{word} {kept}" for word, kept in words.items()),
        ),
        "ttl": _duration(
            MAX_TTL_SECONDS,
            "How long the bot is to keep conversations, 3600, 90min, 12h or 30d; a fact that would expire"
            " earlier is reported. Left out, that is open",
        ),
        "memory": _size("How much memory the store's container is allowed"),
    }


def _container() -> Schema:
    capability: Schema = {"enum": list(container.CAPABILITIES)}
    parts: dict[str, Schema] = {
        "capabilities": {
            "anyOf": [capability, {"type": "array", "items": capability}],
            "description": "Capabilities that the kernel leaves to the bot. Left out, none",
        },
        "memory": _size("How much memory it is allowed; there is no swap"),
        "cpus": _number(container.CPUS, "How many processors it may use, at most"),
        "pids": _whole(container.PIDS, "How many processes and threads it may have, at most"),
        "egress": {
            "type": "boolean",
            "description": "Whether the bot reaches the world outside. Left out, if its model is its own",
        },
        "new-privileges": {
            "type": "boolean",
            "description": "Whether programs like sudo may gain privileges",
        },
    }
    return {
        **_object(
            {key: _with_default(parts[key], CONTAINER_DEFAULTS, key) for key in container.CONTAINER_KEYS}
        ),
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
        "description": description,
    }


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}
