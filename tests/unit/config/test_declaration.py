"""Every setting is declared once: file, schema, docs, options and inputs follow from its declaration."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from pydantic import Field
from typer.testing import CliRunner

from docs.reference import PAGE, generated
from gate.cli.commands import application
from gate.cli.library import known_kinds
from gate.cli.setting_options import setting_options
from gate.config import Settings, load_settings, overrides_from_action, overrides_from_options
from gate.config.declaration import Input, Option, Setting, read_section, settings_of
from gate.config.overrides import Overrides, RawOverride, repeated_options
from gate.config.policy import PolicySection
from gate.config.schema import settings_schema
from gate.config.sections import SECTIONS, declared
from gate.config.value_type import Reading
from gate.config.values import whole
from gate.documents import given_node
from gate.errors import Problem
from gate.stores import store_image_input
from tests.unit.config.test_schema import EVERYTHING

IMAGE_NAME = store_image_input()
SETTINGS = pytest.mark.parametrize("setting", declared(IMAGE_NAME), ids=lambda one: one.path)
KINDS = known_kinds()

VALUES: dict[str, str] = {
    "bot.image": "my-bot:2",
    "bot.build": "bot",
    "bot.previous": "my-bot:1",
    "bot.replicas": "3",
    "store.image": "redis:7",
    "model.mode": "none",
    "run.disruptions": "recreate",
    "run.trials": "4",
    "run.jobs": "2",
    "run.seed": "11",
    "run.runtime": "docker",
    "run.shard": "2/3",
    "gate.accuracy": "75 %",
    "gate.max-drop": "0.125",
    "gate.inconclusive": "allow",
    "scenarios": "tests/memory",
    "baseline": "report",
    "report-dir": "out",
    "openai-api-key": "sk-1",
}
"""Setting → a value that is not its default, for all that options, inputs or variables give."""


def prepared(folder: Path) -> Path:
    """A folder with what the values name."""
    (folder / "bot").mkdir()
    (folder / "bot" / "Dockerfile").touch()
    (folder / "report").touch()
    return folder


def loaded(folder: Path, overrides: Overrides) -> Settings:
    """The settings under the overrides, of a bot that is an image where nothing else is said."""
    image = {"bot.image": RawOverride(value="my-bot:candidate", origin="test")}
    return load_settings(
        config=None,
        overrides=overrides if "bot.build" in overrides else {**image, **overrides},
        working_directory=folder,
        kinds=KINDS,
    )


def written(folder: Path, setting: Setting, value: object) -> Settings:
    """The settings of a file that says this besides where the bot comes from."""
    document: dict[str, Any] = {"bot": {} if setting.key == "build" else {"image": "my-bot:candidate"}}
    if setting.section:
        document.setdefault(setting.section, {})[setting.key] = value
    else:
        document[setting.key] = value
    (folder / "memory-gate.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_settings(config=None, overrides={}, working_directory=folder, kinds=KINDS)


@SETTINGS
def test_a_setting_says_what_it_means_and_what_leaving_it_out_means(setting: Setting) -> None:
    assert setting.meaning(KINDS)
    says_default = setting.default(KINDS) is not None or "Left out" in setting.meaning(KINDS)
    one_of_several = setting.path in {"bot.image", "bot.build", "bot.command", "bot.url"}
    asked_for = setting.path in {"judge.model", "bot.request", "bot.container"} or not setting.in_file
    assert says_default or one_of_several or asked_for


@SETTINGS
def test_a_key_stands_in_the_schema_and_in_the_docs(setting: Setting) -> None:
    schema = settings_schema(KINDS)["properties"]
    part = schema.get(setting.section, {}).get("properties", {}) if setting.section else schema
    assert (setting.key in part) == setting.in_file
    rows = PAGE.read_text(encoding="utf-8")
    if setting.section and setting.in_file and setting.available:
        assert f"| `{setting.key}` | {setting.meaning(KINDS)} |" in rows
    for nested in settings_of(setting.nested) if setting.nested else ():
        assert f"| `{setting.key}.{nested.key}` | {nested.meaning(KINDS)} |" in rows


@SETTINGS
def test_an_option_an_input_and_the_file_say_the_same(setting: Setting, tmp_path: Path) -> None:
    ways = [setting.option, setting.input, setting.variable]
    assert (setting.path in VALUES) == any(ways)
    if not any(ways):
        return
    folder, text = prepared(tmp_path), VALUES[setting.path]
    found: list[Settings] = []
    if setting.option:
        value = [text] if setting.option.many else text
        found.append(
            loaded(folder, overrides_from_options({setting.option.parameter: value}, store_image=IMAGE_NAME))
        )
    if setting.input:
        found.append(loaded(folder, overrides_from_action({setting.input.variable: text}, IMAGE_NAME)[0]))
    if setting.variable:
        found.append(loaded(folder, overrides_from_options({}, {setting.variable.name: text})))
    assert found[1:] == found[:-1]
    assert found[0] != loaded(folder, {})
    if setting.in_file:
        filed = written(folder, setting, yaml.safe_load(text))
        assert dataclasses.replace(filed, config_file=None) == found[0]


@SETTINGS
def test_a_mistake_names_the_option_and_the_input(setting: Setting) -> None:
    for giving, origin in (
        (
            overrides_from_options({setting.option.parameter: "x"}, store_image=IMAGE_NAME),
            f"--{setting.option.name}",
        )
        if setting.option
        else ({}, ""),
        (overrides_from_action({setting.input.variable: "x"}, IMAGE_NAME)[0], f'input "{setting.input.name}"')
        if setting.input
        else ({}, ""),
    ):
        assert [given.origin for given in giving.values()] == ([origin] if origin else [])


def test_the_command_has_the_declared_options() -> None:
    found = {opts: parameter.help for parameter in setting_options() for opts in parameter.opts}
    assert found == {
        f"--{setting.option.name}": setting.option_help for setting in declared(IMAGE_NAME) if setting.option
    }


def test_what_is_secret_has_no_option_and_is_not_shown() -> None:
    secret = [setting for setting in declared(IMAGE_NAME) if setting.secret and setting.variable]
    assert [setting.path for setting in secret] == ["openai-api-key"]
    assert all(setting.option is None for setting in secret)
    assert "sk-1" not in repr(overrides_from_action({"INPUT_OPENAI-API-KEY": "sk-1"}))


def test_a_run_is_repeated_with_what_it_was_given() -> None:
    """Not with where it was, nor with what its settings say."""
    options = {
        setting.option.parameter: [VALUES[setting.path]] if setting.option.many else VALUES[setting.path]
        for setting in declared(IMAGE_NAME)
        if setting.option
    }
    words = repeated_options(overrides_from_options(options, store_image=IMAGE_NAME), IMAGE_NAME)
    assert words[::2] == [
        *("--image", "--build", "--previous-image", "--replicas", "--redis-image", "--model", "--runtime"),
        *("--threshold", "--max-drop", "--inconclusive"),
    ]


def test_the_file_with_everything_has_every_key() -> None:
    """So that what is tested with it is tested with each."""
    for name, section in SECTIONS.items():
        missing = {one.key for one in settings_of(section) if one.in_file} - set(EVERYTHING[name])
        assert missing <= {"image", "build", "url", "previous"}, name


def test_the_image_of_a_store_is_given_by_the_name_that_its_kind_declares() -> None:
    [setting] = [one for one in declared("shelf-image") if one.path == "store.image"]
    assert setting.option
    assert setting.input
    assert (setting.option.name, setting.input.name) == ("shelf-image", "shelf-image")
    assert overrides_from_options({"shelf_image": "a"}, store_image="shelf-image")["store.image"].value == "a"
    assert IMAGE_NAME == "redis-image"


class Subject(PolicySection):
    """When the deploy is blocked, and how long that is put up with."""

    patience: Annotated[int, whole(1, 9), Option("patience", metavar="N"), Input("patience")] = Field(
        default=3, description="How often it is tried"
    )


def test_a_new_setting_is_one_declaration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(SECTIONS, "gate", Subject)
    declared.cache_clear()
    setting_options.cache_clear()
    try:
        schema = settings_schema(KINDS)["properties"]["gate"]["properties"]["patience"]
        assert schema == {
            **{"type": "integer", "minimum": 1, "maximum": 9},
            **{"description": "How often it is tried", "default": 3},
        }
        assert (
            "| `patience` | How often it is tried | 1 to 9 | `3` | `--patience`, input `patience` |"
            in (generated()["gate"])
        )
        shown = CliRunner().invoke(application, ["run", "--help"]).output
        assert "--patience N How often it is tried. [default: 3]" in " ".join(shown.split())
        for overrides in (
            overrides_from_options({"patience": "10"}),
            overrides_from_action({"INPUT_PATIENCE": "10"})[0],
        ):
            assert repeated_options(overrides) == ["--patience", "10"]
            problems: list[Problem] = []
            given = overrides["gate.patience"]
            node = given_node(given.origin, given.value, problems=problems)
            reading = Reading(kinds=KINDS, working_directory=tmp_path, folder=Path())
            assert read_section(Subject, {"patience": node}, reading).patience == 3
            assert [(one.file, one.message) for one in problems] == [
                (given.origin, 'expected a whole number from 1 to 9, found "10"')
            ]
    finally:
        monkeypatch.undo()
        declared.cache_clear()
        setting_options.cache_clear()
