"""Overrides of the configuration file: command line options and the action's inputs.

They are declared with the settings, which are imported only when they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SEPARATOR = re.compile(r"[\s,]+")


@dataclass(frozen=True, kw_only=True)
class RawOverride:
    """A value, or a list of values, as it was given, before any check."""

    value: str | tuple[str, ...] = field(repr=False)
    """Never shown: it may be a key."""
    origin: str
    """The user's name for it, for messages: `--trials`, `input "trials"`."""


Overrides = Mapping[str, RawOverride]
"""Path of a setting, like `run.trials` → the override."""


def overrides_from_options(
    options: Mapping[str, str | Sequence[str] | None],
    environment: Mapping[str, str] | None = None,
    store_image: str = "",
) -> Overrides:
    """Return the overrides from the command line's `options`, which have their names in Python.

    A disruption may be a list separated by commas or blanks. Secrets are no options, which other users of
    the machine could see; they come from the `environment`. `store_image` names the option of the store's
    image.
    """
    from gate.config.sections import declared

    given = _variables(environment or {})
    for setting in declared(store_image):
        option = setting.option
        value = options.get(option.parameter) if option else None
        if option is None or value is None or value == ():
            continue
        if not isinstance(value, str):
            value = split_items(value) if option.splits else tuple(value)
        given[setting.path] = RawOverride(value=value, origin=f"--{option.name}")
    return given


def overrides_from_action(
    environment: Mapping[str, str], store_image: str = ""
) -> tuple[Overrides, Path | None]:
    """Return the overrides from the action's inputs, which are `INPUT_…` variables, and the config file.

    An empty input counts as not given. Lists are separated by line breaks, commas or blanks.
    `store_image` names the input of the store's image.
    """
    from gate.config.sections import declared

    given = _variables(environment)
    for setting in declared(store_image):
        if setting.input is None:
            continue
        text = environment.get(setting.input.variable, "").strip()
        value = split_items([text]) if setting.option and setting.option.many else text
        if value:
            given[setting.path] = RawOverride(value=value, origin=f'input "{setting.input.name}"')
    config = environment.get("INPUT_CONFIG", "").strip()
    return given, Path(config) if config else None


def _variables(environment: Mapping[str, str]) -> dict[str, RawOverride]:
    """Return the overrides from other environment variables."""
    from gate.config.sections import declared

    given: dict[str, RawOverride] = {}
    for setting in declared():
        text = environment.get(setting.variable.name, "").strip() if setting.variable else ""
        if setting.variable and text:
            given[setting.path] = RawOverride(value=text, origin=f"variable {setting.variable.name}")
    return given


def split_items(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the items of lists that are separated by line breaks, commas or blanks."""
    return tuple(item for text in texts for item in SEPARATOR.split(text) if item)


def repeated_options(overrides: Overrides, store_image: str = "") -> list[str]:
    """Return the words of the options that the repeat command takes as they were given.

    The other options do not affect the result, or are taken from the settings of the run.
    """
    from gate.config.sections import declared

    words: list[str] = []
    for setting in declared(store_image):
        given = overrides.get(setting.path)
        if setting.option and setting.option.repeats and given and isinstance(given.value, str):
            words += [f"--{setting.option.name}", given.value]
    return words
