"""The JSON Schema of scenario files, for editors. It is derived from the tables that the loader uses.

The loader refuses everything that the schema refuses, and more: it also checks the meaning of a script.
"""

from __future__ import annotations

from typing import Any

from gate.core.kinds import Kinds
from gate.core.scorer_traits import Argument
from gate.documents import disruption_schema
from gate.scenarios.facts import FACT_KEYS, FACT_KINDS, FACT_NAME, PLAIN_KINDS
from gate.scenarios.loader import MAX_NAME, REQUIRED_KEYS, SCENARIO_KEYS
from gate.scenarios.steps import (
    DURATION,
    FEWEST_PARALLEL,
    LONGEST_WAIT,
    MARKED_STEPS,
    MAX_FILLER,
    MAX_PARALLEL,
    RESERVED,
    SPEAKER_NAME,
    TURN_KEYS,
)
from gate.scorers.checks import traits_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def scenario_schema(kinds: Kinds) -> Schema:
    """Return the schema of one scenario file, for the kinds that this version knows."""
    parts: dict[str, Schema] = {
        "name": {
            "type": "string",
            "pattern": r"\S",
            "maxLength": MAX_NAME,
            "description": "What the scenario shows, in one line",
        },
        "facts": {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{FACT_NAME.pattern})$"},
            "additionalProperties": {"$ref": "#/$defs/fact"},
            "description": "Values that are drawn anew for every conversation; texts name them in braces",
        },
        "script": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/step"},
            "description": "Who says what, and where the deployment is disrupted",
        },
    }
    return {
        "$schema": DIALECT,
        "title": "memory-gate scenario",
        "type": "object",
        "properties": {key: parts[key] for key in SCENARIO_KEYS},
        "required": list(REQUIRED_KEYS),
        "additionalProperties": False,
        "$defs": {
            "fact": _fact(),
            "step": {"anyOf": [{"const": "disrupt"}, *_marked_steps(kinds), {"$ref": "#/$defs/turn"}]},
            "turn": _turn(kinds),
            "expectation": _expectation(kinds),
        },
    }


def _fact() -> Schema:
    kinds: dict[str, Schema] = {name: kind.schema for name, kind in FACT_KINDS.items()}
    other: dict[str, Schema] = {"not": {"type": "string", "description": "A pick from which it must differ"}}
    properties = {**kinds, **other}
    return {
        "anyOf": [
            {"enum": list(PLAIN_KINDS)},
            {
                "type": "object",
                "properties": {key: properties[key] for key in FACT_KEYS},
                "additionalProperties": False,
                "oneOf": [{"required": [name]} for name in FACT_KINDS],
                "dependentRequired": {"not": ["pick"]},
            },
        ]
    }


def _marked_steps(kinds: Kinds) -> list[Schema]:
    marked: dict[str, Schema] = {
        "filler": {"type": "integer", "minimum": 1, "maximum": MAX_FILLER},
        "disrupt": disruption_schema(kinds.disruptions),
        "wait": {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT},
                {"type": "string", "pattern": f"^{DURATION.pattern}$"},
            ],
            "description": "How long the conversation pauses: 500ms, 2s, 5m; a number alone counts seconds",
        },
        "parallel": {
            "type": "array",
            "items": {"$ref": "#/$defs/turn"},
            "minItems": FEWEST_PARALLEL,
            "maxItems": MAX_PARALLEL,
            "description": "Turns that are put to the bot at the same moment",
        },
    }
    return [
        {
            "type": "object",
            "properties": {word: marked[word]},
            "required": [word],
            "additionalProperties": False,
        }
        for word in MARKED_STEPS
    ]


def _turn(kinds: Kinds) -> Schema:
    """Return the schema of a turn: one speaker with a text; `expect` makes it a probe."""
    speaker = f"^(?!(?:{'|'.join(RESERVED)})$)(?:{SPEAKER_NAME.pattern})$"
    beside: dict[str, Schema] = {
        "expect": {"$ref": "#/$defs/expectation"},
        "guarantee": {"enum": list(kinds.guarantees)},
        "states": {
            **_one_or_more({"type": "string"}),
            "description": "The facts that the bot is to state in its reply",
        },
    }
    return {
        "type": "object",
        "properties": {key: beside[key] for key in TURN_KEYS},
        "patternProperties": {speaker: {"type": "string", "pattern": r"\S"}},
        "additionalProperties": False,
        "dependentRequired": {"guarantee": ["expect"]},
        "anyOf": [
            {
                "minProperties": 1,
                "maxProperties": 1,
                "not": {"anyOf": [{"required": [key]} for key in ("expect", "states")]},
            },
            {
                "required": ["states"],
                "minProperties": 2,
                "maxProperties": 2,
                "not": {"required": ["expect"]},
            },
            {
                "required": ["expect"],
                "minProperties": 2,
                "maxProperties": 2,
                "not": {"anyOf": [{"required": [key]} for key in ("guarantee", "states")]},
            },
            {"required": ["expect", "guarantee"], "minProperties": 3, "maxProperties": 3},
        ],
    }


def _expectation(kinds: Kinds) -> Schema:
    text: Schema = {"type": "string", "pattern": r"\S"}
    special: dict[Argument, Schema] = {
        Argument.NUMBER: {"anyOf": [text, {"type": ["number", "boolean"]}]},
        Argument.OPTIONAL: {"anyOf": [text, {"const": True}]},
    }
    traits = {name: traits_of(name) for name in kinds.scorers}
    judging = [name for name, scorer in traits.items() if not scorer.compares]
    return {
        "anyOf": [
            text,
            {
                "type": "object",
                "properties": {
                    name: _one_or_more(special.get(scorer.argument, text)) for name, scorer in traits.items()
                },
                "additionalProperties": False,
                "minProperties": 1,
                "anyOf": [
                    {"not": {"anyOf": [{"required": [name]} for name in judging]}},
                    *({"required": [name]} for name, scorer in traits.items() if scorer.is_decisive),
                ],
            },
        ]
    }


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}
