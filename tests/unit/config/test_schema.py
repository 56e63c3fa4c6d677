"""The JSON Schema of memory-gate.yml says what the loader says, as far as a schema can."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gate.cli.commands import application
from gate.cli.library import known_kinds
from gate.config import Settings, load_settings
from gate.config.bot import SOURCES
from gate.config.container import ContainerSection
from gate.config.request import RequestSection
from gate.config.schema import settings_schema
from gate.config.sections import SECTIONS, declared
from gate.core.transcript_schema import transcript_schema
from gate.errors import DocumentError, InputError
from gate.reporters.report_fields import report_schema
from gate.scenarios import scenario_schema
from tests.fuzz.targets import configurations
from tests.unit.core.laws import law
from tests.unit.scenarios.json_schema import valid
from tests.unit.scenarios.test_schema import as_json, mutated, put

KINDS = known_kinds()
SCHEMA = settings_schema(KINDS)

EVERYTHING: dict[str, Any] = {
    "bot": {
        "command": ["python", "bot.py", 8000, True],
        "directory": ".",
        "replicas": 1,
        "window": 20,
        "port": 9000,
        "ready": "/ready",
        "env": {"LOG_LEVEL": "info", "WORKERS": 2, "DEBUG": False},
        "protocol": "http-json",
        "request": {
            "method": "PUT",
            "path": "/talk/{session}",
            "json": {"q": ["{text}", 1, True, None, 0.5]},
            "headers": {"X-Key": "a"},
        },
        "reply": "choices.0.message.content",
        "ready-timeout": 30,
        "stop-timeout": 2.5,
        "turn-timeout": 5,
        "container": {
            "capabilities": ["CHOWN", "SETUID"],
            "memory": "3g",
            "cpus": 1.5,
            "pids": 300,
            "egress": True,
            "new-privileges": True,
        },
    },
    "store": {"kind": "redis", "image": "redis:7", "persistence": "rdb", "ttl": "30d", "memory": "512m"},
    "model": {"mode": "none", "base-url": "HTTPS://a/v1", "name": "gpt-4o", "cassette": "mine.jsonl"},
    "judge": {"base-url": "http://b/v1", "model": "gpt-4o-mini"},
    "run": {"disruptions": ["kill", "recreate"], "trials": 3, "concurrency": 8, "jobs": 2, "seed": 7},
    "gate": {
        "accuracy": "95 %",
        "confidence": 0.9,
        "max-drop": 0.1,
        "leaks": 1,
        "fabrications": 2,
        "max-unavailable": "5s",
        "inconclusive": "allow",
    },
    "scenarios": ["tests/memory", "more.yml"],
}


def refusal(folder: Path, document: object) -> DocumentError | None:
    """What the loader has against `document`."""
    (folder / "memory-gate.yml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    try:
        load_settings(
            config=Path("memory-gate.yml"),
            overrides={},
            working_directory=folder,
            kinds=KINDS,
        )
    except DocumentError as error:
        return error
    return None


def test_a_file_with_everything_is_valid_and_loads(tmp_path: Path) -> None:
    refused = refusal(tmp_path, EVERYTHING)
    assert refused is None, refused and refused.problems
    assert valid(EVERYTHING, SCHEMA)
    for text in configurations():
        # Editors go by YAML 1.2, where "no" is a word.
        assert valid(as_json(text.decode().replace("DEBUG: no", "DEBUG: 'no'")), SCHEMA)


def test_the_schema_is_json_of_the_same_dialect_as_the_one_of_scenarios() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == scenario_schema(known_kinds())["$schema"]


def test_the_schema_knows_the_loaders_keys_and_no_others() -> None:
    parts = SCHEMA["properties"]
    assert set(parts) == {*SECTIONS, "scenarios"}
    for name, section in SECTIONS.items():
        assert set(parts[name]["properties"]) == set(section.file_keys())
    assert set(parts["bot"]["properties"]["request"]["properties"]) == set(RequestSection.file_keys())
    assert set(parts["bot"]["properties"]["container"]["properties"]) == set(ContainerSection.file_keys())
    assert parts["bot"]["properties"]["protocol"]["enum"] == list(KINDS.protocols)
    assert parts["run"]["properties"]["disruptions"]["anyOf"][0]["anyOf"][1]["enum"] == list(
        KINDS.disruptions
    )
    # A bot that is a command has no previous image.
    others = {*SOURCES, "previous"}
    assert set(EVERYTHING["bot"]) | others == set(parts["bot"]["properties"])


def loaded(folder: Path, document: object) -> Settings:
    (folder / "memory-gate.yml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return load_settings(
        config=Path("memory-gate.yml"),
        overrides={},
        working_directory=folder,
        kinds=KINDS,
    )


def test_every_key_is_described() -> None:
    for name, section in SCHEMA["properties"].items():
        assert section["description"], name
        for key, one in section.get("properties", {}).items():
            assert one["description"], (name, key)
            assert all(part["description"] for part in one.get("properties", {}).values()), (name, key)


def test_a_default_that_is_written_out_changes_nothing(tmp_path: Path) -> None:
    """What the schema calls the default is what the loader takes for a key that is left out."""
    plain = loaded(tmp_path, {"bot": {"image": "a"}})
    written = 0
    for name, section in SCHEMA["properties"].items():
        for key, one in section.get("properties", {}).items():
            if "default" in one:
                document: dict[str, Any] = {"bot": {"image": "a"}}
                document.setdefault(name, {})[key] = one["default"]
                assert loaded(tmp_path, document) == plain, (name, key)
                written += 1
    for key in ("request", "container"):
        for part, one in SCHEMA["properties"]["bot"]["properties"][key]["properties"].items():
            if "default" in one:
                document = {"bot": {"image": "a", key: {part: one["default"]}}}
                assert loaded(tmp_path, document) == plain, (key, part)
                written += 1
    assert written > 30


@pytest.mark.parametrize(
    ("words", "schema"),
    [
        (["schema"], scenario_schema(known_kinds())),
        (["schema", "scenario"], scenario_schema(known_kinds())),
        (["schema", "config"], SCHEMA),
        (["schema", "report"], report_schema()),
        (["schema", "transcript"], transcript_schema()),
    ],
)
def test_the_command_prints_either_schema(words: list[str], schema: dict[str, Any]) -> None:
    printed = CliRunner().invoke(application, words)
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == schema


def test_the_command_names_the_schemas_that_there_are() -> None:
    refused = CliRunner().invoke(application, ["schema", "settings"])
    assert isinstance(refused.exception, InputError)
    assert refused.exception.remedy == "choose from scenario, config, report, transcript"


PLACES: tuple[tuple[str, ...], ...] = (
    *((name, key) for name, section in SECTIONS.items() for key in section.file_keys()),
    *(("bot", "request", key) for key in RequestSection.file_keys()),
    *(("bot", "container", key) for key in ContainerSection.file_keys()),
    *(("bot", "env", "A"), ("bot", "request", "headers", "X-A"), ("scenarios",)),
)

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, 2, 17, 65535, 65536, 2**53, 2**53 + 1, -1, 0.05, 0.5, 0.9995, 3600.5),
    *("", " ", "x", "a b", "/x", "http://a/v1", "ftp://a", "none", "redis", "aof", "reader", "block", "GET"),
    *("kill", "thorough", "http-json", "a.b", "a..b", "95%", " 95 % ", "1000 %", "two\nlines", "0.9", "no"),
    *([], ["kill"], ["x"], [""], [None], [["x"]], {}, {"A": 1}, {"a b": "x"}, {"A": None}),
)  # fmt: skip

BEYOND_A_SCHEMA = (
    "there is no folder",
    "this is a folder",
    "there is no cassette",
    "needs the key of a real model",
    "the request does not say",
    "the gate itself sets",
    "is not available in this version yet",
    "expected a percentage from 0 to 100",
    "expected a confidence",
    "no number of probes can show",
    "expected one line of text without control characters",
    "the command is empty",
    "expected true or false, found",
    "expected an amount of memory",
    "nothing says where the bot comes from",
    "holds no Dockerfile",
)
"""Mistakes that only the loader finds."""


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_wherever_a_value_is_put_both_take_it_or_both_refuse_it(
    tmp_path: Path, place: tuple[str, ...]
) -> None:
    for value in VALUES:
        document = json.loads(json.dumps(EVERYTHING))
        if place[1:] and place[1] in (*SOURCES, "previous"):
            del document["bot"]["command"]
        put(document, place, value)
        refused = refusal(tmp_path, document)
        messages = [one.message for one in refused.problems] if refused else []
        known_to_both = [one for one in messages if not any(part in one for part in BEYOND_A_SCHEMA)]
        if not valid(document, SCHEMA):
            assert messages, f"only the schema refuses {value!r}"
        else:
            assert not known_to_both, f"only the loader refuses {value!r}"


def test_what_is_not_built_yet_is_refused_by_both(tmp_path: Path) -> None:
    later = [one.key for one in declared() if not one.available]
    assert later == ["url"]
    for name in later:
        document = {"bot": {"image": "a", name: "b"}}
        assert not valid(document, SCHEMA)
        assert refusal(tmp_path, document) is not None


@pytest.mark.parametrize("pair", list(itertools.combinations(SOURCES, 2)), ids="+".join)
def test_a_bot_comes_from_one_place(tmp_path: Path, pair: tuple[str, str]) -> None:
    document = {"bot": {name: ["a"] if name == "command" else "a" for name in pair}}
    assert not valid(document, SCHEMA)
    assert refusal(tmp_path, document) is not None


@law
@given(seeds=st.lists(st.integers(0, 2**32), min_size=5, max_size=5))
def test_whatever_the_schema_refuses_the_loader_refuses(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    for seed in seeds:
        document = mutated(random.Random(seed), json.loads(json.dumps(EVERYTHING)))
        if not valid(document, SCHEMA):
            assert refusal(tmp_path_factory.getbasetemp(), document) is not None, document
