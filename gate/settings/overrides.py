"""What is given beside the configuration file: command line options and the action's inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Given:
    """A value, or a list of values, and what its giver calls it: `--trials`, `input "trials"`."""

    value: str | tuple[str, ...]
    origin: str


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Values that replace those of the configuration file; None is not given."""

    image: Given | None = None
    previous_image: Given | None = None
    build: Given | None = None
    scenarios: Given | None = None
    disruptions: Given | None = None
    trials: Given | None = None
    jobs: Given | None = None
    seed: Given | None = None
    runtime: Given | None = None
    shard: Given | None = None
    threshold: Given | None = None
    max_drop: Given | None = None
    baseline: Given | None = None
    replicas: Given | None = None
    redis_image: Given | None = None
    model: Given | None = None
    openai_api_key: Given | None = field(default=None, repr=False)
    report_dir: Given | None = None
    inconclusive: Given | None = None


LISTS = ("scenarios", "disruptions")
OPTIONS_ONLY = ("jobs", "runtime", "shard")
KEY_VARIABLE = "OPENAI_API_KEY"
SEPARATOR = re.compile(r"[\s,]+")


def overrides_from_options(
    *,
    image: str | None = None,
    scenarios: Sequence[str | Path] = (),
    disruptions: Sequence[str] = (),
    trials: int | None = None,
    jobs: int | None = None,
    seed: int | None = None,
    runtime: str | None = None,
    shard: str | None = None,
    report_dir: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Overrides:
    """The options of the command line; a disruption may be a list separated by commas or blanks.

    The key of a real model is no option, which others could see: it comes from the `environment`.
    """
    kinds = tuple(kind for text in disruptions for kind in _items(text))
    return Overrides(
        image=_option("--image", image),
        scenarios=Given(value=tuple(map(str, scenarios)), origin="--scenarios") if scenarios else None,
        disruptions=Given(value=kinds, origin="--disrupt") if disruptions else None,
        trials=_option("--trials", trials),
        jobs=_option("--jobs", jobs),
        seed=_option("--seed", seed),
        runtime=_option("--runtime", runtime),
        shard=_option("--shard", shard),
        report_dir=_option("--report-dir", report_dir),
        openai_api_key=_key(environment or {}),
    )


def overrides_from_action(environment: Mapping[str, str]) -> tuple[Overrides, Path | None]:
    """The action's inputs in `INPUT_…` variables, and the configuration file that they name.

    Empty is not given. Lists are separated by line breaks, commas or blanks.
    """
    given: dict[str, Given] = {}
    for name in (one.name for one in fields(Overrides) if one.name not in OPTIONS_ONLY):
        words = name.replace("_", "-")
        # The runner upper-cases an input's name and keeps its hyphens.
        text = environment.get(f"INPUT_{words.upper()}", "").strip()
        value = _items(text) if name in LISTS else text
        if value:
            given[name] = Given(value=value, origin=f'input "{words}"')
    if "openai_api_key" not in given and (key := _key(environment)):
        given["openai_api_key"] = key
    config = environment.get("INPUT_CONFIG", "").strip()
    return Overrides(**given), Path(config) if config else None


def _key(environment: Mapping[str, str]) -> Given | None:
    text = environment.get(KEY_VARIABLE, "").strip()
    return Given(value=text, origin=f"variable {KEY_VARIABLE}") if text else None


def _option(name: str, value: str | int | Path | None) -> Given | None:
    return None if value is None else Given(value=str(value), origin=name)


def _items(text: str) -> tuple[str, ...]:
    return tuple(item for item in SEPARATOR.split(text) if item)
