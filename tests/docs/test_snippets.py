"""The YAML and the Python of the docs are what the gate takes: none is for show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.reference import load_action
from gate.cli.library import known_kinds
from gate.config import RawOverride, load_settings
from gate.config.bot import SOURCES
from gate.config.sections import SECTIONS
from gate.ports import Scorer
from gate.scenarios import load_scenarios
from tests.docs.pages import Fence, fences

YAML = fences("yaml")
SNIPPETS = pytest.mark.parametrize("fence", YAML, ids=str)
OURS = "memory-gate/memory-gate@"


def kind(document: object) -> str:
    """What a snippet is; "part" for some lines of a scenario."""
    if isinstance(document, list):
        return "part"
    assert isinstance(document, dict)
    names = set(document)
    if names & {"jobs", "steps"}:
        return "workflow"
    if names <= {*SECTIONS, "scenarios"}:
        return "settings"
    if "script" in names and isinstance(document["script"], list):
        return "scenario"
    return "another system's"


def steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The steps of a workflow, or of the part of one."""
    for job in document.get("jobs", {"": document}).values():
        yield from job["steps"]


def test_there_are_snippets_of_every_kind() -> None:
    kinds = [kind(yaml.safe_load(one.text)) for one in YAML]
    assert {"workflow", "settings", "scenario", "part"} <= set(kinds)
    assert kinds.count("another system's") == 1


@SNIPPETS
def test_yaml_snippets_are_taken(fence: Fence, tmp_path: Path) -> None:
    document = yaml.safe_load(fence.text)
    match kind(document):
        case "settings":
            (tmp_path / "Dockerfile").touch()
            (tmp_path / "memory-gate.yml").write_text(fence.text, encoding="utf-8")
            named = set(document.get("bot", {})) & set(SOURCES)
            load_settings(
                config=Path("memory-gate.yml"),
                overrides={
                    **(
                        {}
                        if named
                        else {"bot.image": RawOverride(value="my-bot:candidate", origin="an input")}
                    ),
                    "openai-api-key": RawOverride(value="key", origin="an input"),
                },
                working_directory=tmp_path,
                kinds=known_kinds(),
            )
        case "scenario":
            (tmp_path / "snippet.yml").write_text(fence.text, encoding="utf-8")
            assert load_scenarios((Path("snippet.yml"),), known_kinds(), working_directory=tmp_path)
        case "part":
            script = [*told(fence.text), *document]
            (tmp_path / "snippet.yml").write_text(
                yaml.safe_dump(
                    {"name": "A part", "facts": facts(fence.text), "script": script}, sort_keys=False
                ),
                encoding="utf-8",
            )
            assert load_scenarios((Path("snippet.yml"),), known_kinds(), working_directory=tmp_path)


def facts(text: str) -> dict[str, Any]:
    """Facts for all names in braces."""
    return {name: {"pattern": "???-######"} for name in dict.fromkeys(re.findall(r"\{(\w+)\}", text))}


def told(text: str) -> list[dict[str, str]]:
    """What a part that begins with its questions takes for told."""
    if "disrupt" in text or "unknown" in text:
        return []
    return [{"alice": f"My {name} is {{{name}}}."} for name in facts(text)]


@SNIPPETS
def test_workflows_use_inputs_and_outputs_that_the_action_has(fence: Fence) -> None:
    document = yaml.safe_load(fence.text)
    if kind(document) != "workflow":
        return
    action = load_action()
    ours = [one for one in steps(document) if str(one.get("uses", "")).startswith(OURS)]
    assert ours
    for step in ours:
        assert set(step.get("with", {})) <= set(action["inputs"])
        if "id" in step:
            read = re.findall(rf"steps\.{step['id']}\.outputs\.([\w-]+)", fence.text)
            assert set(read) <= set(action["outputs"])


def test_all_workflows_name_the_same_version() -> None:
    named = {found for one in YAML for found in re.findall(rf"{OURS}(\S+)", one.text)}
    assert len(named) == 1


def test_the_worked_example_of_contributing_works() -> None:
    code, test = (one.text for one in fences("python") if one.page == "CONTRIBUTING.md")
    names: dict[str, Any] = {"pytest": pytest}
    exec(code, names)
    scorer: Scorer = names["Begins"]()
    assert scorer.name == "begins"
    assert scorer.sentence
    exec(test, names)
    [mark] = names["test_begins"].pytestmark
    for reply, begins in mark.args[1]:
        names["test_begins"](reply, begins)
