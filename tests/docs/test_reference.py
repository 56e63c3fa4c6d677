"""docs/configuration.md is as the code would write it, and what is public agrees wherever it stands."""

from __future__ import annotations

import pytest

from docs.reference import PAGE, PART, generated, load_action, renewed
from gate.cli.library import known_kinds
from gate.config.sections import declared
from gate.stores import store_image_input
from tests.docs.pages import ROOT, codes


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run 'make reference'"


def test_the_page_holds_every_part() -> None:
    named = [found[2] for found in PART.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(generated())


def test_a_part_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        renewed("<!-- generated: weather -->\n<!-- end -->")


def test_the_action_has_the_inputs_that_the_settings_declare() -> None:
    declared_inputs = {setting.input.name for setting in declared(store_image_input()) if setting.input}
    assert declared_inputs | {"config"} == set(load_action()["inputs"])


def test_no_two_settings_are_given_alike() -> None:
    options = [setting.option.name for setting in declared(store_image_input()) if setting.option]
    inputs = [setting.input.name for setting in declared(store_image_input()) if setting.input]
    assert len(set(options)) == len(options)
    assert len(set(inputs)) == len(inputs)


KINDS = known_kinds()
DEFAULTS = {
    setting.input.name: str(setting.default(KINDS))
    for setting in declared(store_image_input())
    if setting.input and isinstance(setting.default(KINDS), str | float)
}


@pytest.mark.parametrize(("name", "default"), DEFAULTS.items())
def test_the_action_names_the_defaults_of_the_code(name: str, default: str) -> None:
    """The input itself is empty, so that the configuration file has its say."""
    told = load_action()["inputs"][name]
    assert told["default"] == ""
    assert default in told["description"]


def test_the_readme_names_every_output() -> None:
    named = {text for text, _ in codes("README.md")}
    assert set(load_action()["outputs"]) <= named
    assert (ROOT / "action.yml").exists()
