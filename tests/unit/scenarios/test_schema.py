"""The JSON Schema says what the loader says, as far as a schema can."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gate.cli.library import known_kinds
from gate.documents import parse_document
from gate.errors import DocumentError, Problem
from gate.scenarios import load_scenarios, scenario_schema
from gate.scenarios.facts import FACT_KEYS, FACT_KINDS, PLAIN_KINDS, RANGE_KEYS, TEXT_KEYS
from gate.scenarios.loader import SCENARIO_KEYS
from gate.scenarios.steps import MARKED_STEPS, RESERVED, TURN_KEYS
from tests.unit.core.laws import law
from tests.unit.scenarios.json_schema import KEYWORDS, valid

LIBRARY = Path(__file__).parents[3] / "scenarios"
FILES = sorted(LIBRARY.glob("*.yml"))
KINDS = known_kinds()
SCHEMA = scenario_schema(KINDS)

EVERYTHING: dict[str, Any] = {
    "name": "All that can be written",
    "facts": {
        "code": {"pattern": "X-####"},
        "town": {"pick": ["Riga", "Lima"]},
        "other": {"pick": ["Riga", "Lima"], "not": "town"},
        "pet": "word",
        "seat": {"pattern": "##?"},
        "job": "word",
        "ticket": {"pattern": "TCK-######"},
        "friend": {"name": True},
        "sum": {"number": {"from": 1000, "to": 9999}},
        "pin": {"number": "1000..9999"},
        "day": {"date": "2027..2030"},
        "note": {"text": {"length": 30, "unicode": True, "newlines": False}},
    },
    "script": [
        {"alice": "{code} {town} {other} {friend} {sum} {pin} {day} {note}"},
        {"bob": "Hello."},
        {"filler": 3},
        {"wait": "1.5s"},
        {"parallel": [{"alice": "My seat is {seat}."}, {"bob": "I am {job}."}]},
        {"alice": "Open a ticket on {code}.", "states": ["ticket"]},
        "disrupt",
        {"alice": "Which code?", "expect": "{code}"},
        {"disrupt": "kill"},
        {"alice": "Which sum?", "expect": {"number": ["{sum}", 5]}},
        {
            "alice": "What else?",
            "expect": {"all": ["{pin}", "{day}"], "without": "x"},
            "guarantee": "fidelity",
        },
        {
            "alice": "Which town?",
            "expect": {"contains": "{town}", "judge": ["says {town}", "does not say {other}"]},
        },
        {"bob": "Which pet?", "expect": {"unknown": "{pet}"}, "guarantee": "no-fabrication"},
        {"bob": "Which car?", "expect": {"unknown": True}, "guarantee": "no-fabrication"},
    ],
}


def as_json(text: str) -> object:
    """A file as an editor sees it."""
    ignored: list[Problem] = []
    node = parse_document(text, name="x.yml", problems=ignored)
    assert node is not None
    return node.value()


def refusal(folder: Path, text: str) -> DocumentError | None:
    file = folder / "scenario.yml"
    file.write_text(text, encoding="utf-8")
    try:
        load_scenarios([file], KINDS)
    except DocumentError as error:
        return error
    return None


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_built_in_scenario_is_valid(file: Path) -> None:
    assert valid(as_json(file.read_text(encoding="utf-8")), SCHEMA)


def test_a_file_with_everything_is_valid_and_loads(tmp_path: Path) -> None:
    text = yaml.safe_dump(EVERYTHING, sort_keys=False)
    refused = refusal(tmp_path, text)
    assert refused is None, refused and refused.problems
    assert valid(as_json(text), SCHEMA)


def test_the_schema_is_json_and_uses_known_words_only() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    # The validator of these tests raises for any other word as soon as it meets it.
    assert set(SCHEMA) - {"$schema", "$defs", "title"} <= set(KEYWORDS)


def test_the_schema_knows_the_loaders_keys_and_no_others() -> None:
    fact = SCHEMA["$defs"]["fact"]["anyOf"][1]["properties"]
    steps = SCHEMA["$defs"]["step"]["anyOf"]
    assert set(SCHEMA["properties"]) == set(SCENARIO_KEYS)
    assert set(fact) == set(FACT_KEYS) == {*FACT_KINDS, "not"}
    assert set(SCHEMA["$defs"]["fact"]["anyOf"][0]["enum"]) == set(PLAIN_KINDS)
    assert set(fact["text"]["anyOf"][1]["properties"]) == set(TEXT_KEYS)
    for kind in ("number", "date"):
        assert set(fact[kind]["anyOf"][2]["properties"]) == set(RANGE_KEYS)
    turn = SCHEMA["$defs"]["turn"]["properties"]
    assert {word for one in steps[1:-1] for word in one["properties"]} == set(MARKED_STEPS)
    assert set(turn) == set(TURN_KEYS)
    assert {*MARKED_STEPS, *TURN_KEYS} <= set(RESERVED)
    assert set(SCHEMA["$defs"]["expectation"]["anyOf"][1]["properties"]) == set(KINDS.scorers)
    assert turn["guarantee"]["enum"] == list(KINDS.guarantees)
    assert steps[2]["properties"]["disrupt"]["anyOf"][0]["enum"] == list(KINDS.disruptions)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((), []),
        (("name",), 7),
        (("name",), " "),
        (("title",), "x"),
        (("facts", "9x"), "word"),
        (("facts", "pet"), "wrod"),
        (("facts", "pet"), {"word": True, "name": True}),
        (("facts", "code", "not"), "town"),
        (("facts", "sum", "number"), {"from": 1}),
        (("facts", "pin", "number"), "1000-9999"),
        (("facts", "note", "text", "length"), 8193),
        (("facts", "town", "pick"), ["Riga"]),
        (("script",), []),
        (("script", 0), "disrupted"),
        (("script", 0), {"alice": "a", "bob": "b"}),
        (("script", 0), {"wait": "a"}),
        (("script", 3, "wait"), "soon"),
        (("script", 3, "wait"), 3601),
        (("script", 4, "parallel"), {"alice": "a"}),
        (("script", 4, "parallel"), [{"alice": "a"}]),
        (("script", 4, "parallel", 0), "disrupt"),
        (("script", 4, "parallel", 0), {"filler": 1}),
        (("script", 5, "states"), []),
        (("script", 5, "states"), 7),
        (("script", 5, "expect"), "{code}"),
        (("script", 0), {"alice": "a", "guarantee": "order"}),
        (("script", 2, "filler"), 501),
        (("script", 7, "expect"), ["{code}"]),
        (("script", 7, "expect"), {}),
        (("script", 7, "expect"), {"contain": "{code}"}),
        (("script", 7, "expect"), {"any": []}),
        (("script", 7, "expect"), {"judge": "says {code}"}),
        (("script", 7, "expect"), {"judge": "says {code}", "matches": "{code}"}),
        (("script", 7, "expect"), {"judge": " ", "contains": "{code}"}),
        (("script", 8, "disrupt"), "kil"),
        (("script", 8, "disrupt"), "kill*21"),
        (("script", 8, "disrupt"), {"kill": {"times": 0}}),
        (("script", 8, "disrupt"), {"kill": {}}),
        (("script", 8, "disrupt"), {"kill": {"times": 2}, "restart": {"times": 2}}),
        (("script", 10, "guarantee"), "durable"),
    ],
)
def test_what_the_schema_is_there_for_both_refuse(
    tmp_path: Path, place: tuple[Any, ...], value: object
) -> None:
    changed = put(json.loads(json.dumps(EVERYTHING)), place, value)
    assert not valid(changed, SCHEMA)
    assert refusal(tmp_path, yaml.safe_dump(changed, sort_keys=False)) is not None


def put(document: Any, place: tuple[Any, ...], value: object) -> Any:
    """`document` with `value` at `place`."""
    if not place:
        return value
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return document


SCRAPS: list[Any] = [
    *("2s", "order", [{"alice": "hi"}, {"bob": "ho"}]),
    *(None, True, False, 0, 7, 501, 1.5, "", " ", "x", "{code}", "disrupt", "kill", "word", "order", "9..1"),
    *([], {}, ["x"], [None], {"x": "y"}, {"contains": "{code}"}, {"from": 1, "to": 99}, {"alice": "hi"}),
]
KEYS = [*SCENARIO_KEYS, *FACT_KEYS, *TEXT_KEYS, *RANGE_KEYS, *RESERVED, "contains", "unknown", "alice", "x"]


def mutated(source: random.Random, value: Any) -> Any:
    """`value` with something in it taken away, added or replaced."""
    inner = isinstance(value, (dict, list)) and value and source.random() < 0.85
    if not inner:
        return source.choice(SCRAPS)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = source.choice(keys)
    change = source.random()
    if change < 0.1:
        del value[key]
    elif change < 0.2 and isinstance(value, dict):
        value[source.choice(KEYS)] = source.choice([*SCRAPS, value[key]])
    elif change < 0.3 and isinstance(value, dict):
        value[source.choice(KEYS)] = value.pop(key)
    else:
        value[key] = mutated(source, value[key])
    return value


@law
@given(seeds=st.lists(st.integers(0, 2**32), min_size=5, max_size=5))
def test_whatever_the_schema_refuses_the_loader_refuses(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    for seed in seeds:
        document = mutated(random.Random(seed), json.loads(json.dumps(EVERYTHING)))
        if valid(document, SCHEMA):
            continue
        text = yaml.safe_dump(document, sort_keys=False)
        assert refusal(tmp_path_factory.getbasetemp(), text) is not None, text
