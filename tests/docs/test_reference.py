"""docs/configuration.md is as the code would write it, and what is public agrees wherever it stands."""

from __future__ import annotations

from dataclasses import fields

import pytest

from docs.reference import (
    PAGE,
    PART,
    generated,
    inputs_by_override,
    load_action,
    options_by_override,
    renewed,
)
from gate.cli.library import known_kinds
from gate.settings import Overrides, settings_schema
from gate.settings.defaults import DEFAULTS
from gate.settings.loading import REPLACED, REPORT_DIRECTORY, SCENARIOS, SECTIONS
from gate.settings.overrides import OPTIONS_ONLY
from gate.stores import DEFAULT_STORE, STORES
from tests.docs.pages import ROOT, codes

BESIDE_THE_KEYS = {"config", "scenarios", "baseline", "openai-api-key", "report-dir"}
"""Inputs that take no key's place in a section of memory-gate.yml."""


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run 'make reference'"


def test_the_page_holds_every_part() -> None:
    named = [found[2] for found in PART.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(generated())


def test_a_part_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        renewed("<!-- generated: weather -->\n<!-- end -->")


def test_inputs_and_overrides_are_the_same() -> None:
    assert set(inputs_by_override().values()) | {"config"} == set(load_action()["inputs"])


def test_overrides_replace_keys_that_the_schema_has() -> None:
    sections = settings_schema(known_kinds())["properties"]
    assert set(sections) == {*SECTIONS, SCENARIOS}
    overrides = {one.name for one in fields(Overrides)}
    replacing = set()
    for section, pairs in REPLACED.items():
        assert set(pairs) <= set(sections[section]["properties"]), section
        assert set(pairs.values()) <= overrides, section
        replacing |= set(pairs.values())
    inputs = {inputs_by_override()[one] for one in replacing - set(OPTIONS_ONLY)}
    assert inputs | BESIDE_THE_KEYS == set(load_action()["inputs"])


def test_every_option_gives_an_override_of_its_own() -> None:
    options = options_by_override()
    assert len(set(options.values())) == len(options)
    assert set(OPTIONS_ONLY) <= set(options)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("threshold", f"{DEFAULTS['gate']['accuracy']}"),
        ("max-drop", f"{DEFAULTS['gate']['max-drop']}"),
        ("inconclusive", f"{DEFAULTS['gate']['inconclusive']}"),
        ("redis-image", STORES[DEFAULT_STORE].traits.image),
        ("model", f"{DEFAULTS['model']['mode']}"),
        ("report-dir", REPORT_DIRECTORY.as_posix()),
    ],
)
def test_the_action_names_the_defaults_of_the_code(name: str, default: str) -> None:
    """The input itself is empty, so that the configuration file has its say."""
    told = load_action()["inputs"][name]
    assert told["default"] == ""
    assert default in told["description"]


def test_the_readme_names_every_output() -> None:
    named = {text for text, _ in codes("README.md")}
    assert set(load_action()["outputs"]) <= named
    assert (ROOT / "action.yml").exists()
