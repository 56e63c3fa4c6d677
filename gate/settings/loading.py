"""Lays the overrides over the configuration file and checks every value where it was written.

The sections, and pydantic with them, are loaded when a file is: the command line starts without.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gate.core.kinds import Kinds
from gate.core.specification import BotSpecification, ModelSpecification, StoreTraits
from gate.documents import Node, given_node, read_document
from gate.errors import DocumentError, Problem
from gate.settings.overrides import Overrides
from gate.settings.settings import CONFIG_FILE, Settings

if TYPE_CHECKING:
    from gate.settings.value_type import Reading


def load_settings(
    *, config: Path | None, overrides: Overrides, working_directory: Path, kinds: Kinds
) -> Settings:
    """The settings in `config` (memory-gate.yml when None, if there is one) under the `overrides`.

    Relative paths in the file start at its folder, those in the overrides at `working_directory`.
    Raises DocumentError with all mistakes of the file and of the overrides.
    """
    from gate.settings.value_type import Reading

    problems: list[Problem] = []
    if config is None and (working_directory / CONFIG_FILE).exists():
        config = CONFIG_FILE
    root = None
    if config is not None:
        root = read_document(working_directory / config, name=config.as_posix(), problems=problems)
    nodes = _lay_over(root, overrides, problems)
    if root is not None or config is None:
        _require_source(root, nodes["bot"], problems)
    reading = Reading(
        kinds=kinds, working_directory=working_directory, folder=config.parent if config else Path()
    )
    settings = _read(nodes, reading, config)
    if problems:
        raise DocumentError(problems)
    return settings


Nodes = Mapping[str, Mapping[str, Node]]
"""Section → key → its node; under "" what stands beside the sections."""


def _lay_over(root: Node | None, overrides: Overrides, problems: list[Problem]) -> Nodes:
    """The nodes of the file, each replaced by the override of its setting. A bot comes from one of both."""
    from gate.settings.bot import SOURCES
    from gate.settings.invocation import Invocation
    from gate.settings.sections import SECTIONS, declared

    top = root.fields((*SECTIONS, *Invocation.file_keys())) if root is not None else {}
    nodes = {name: section.nodes(top[name]) if name in top else {} for name, section in SECTIONS.items()}
    nodes[""] = {name: node for name, node in top.items() if name not in SECTIONS}
    if any(f"bot.{source}" in overrides for source in SOURCES):
        nodes["bot"] = {key: node for key, node in nodes["bot"].items() if key not in SOURCES}
    for setting in declared():
        given = overrides.get(setting.path)
        if given is not None:
            nodes[setting.section][setting.key] = given_node(given.origin, given.value, problems=problems)
    return nodes


def _require_source(root: Node | None, bot: Mapping[str, Node], problems: list[Problem]) -> None:
    """Reports a bot that comes from nowhere, at its section or else at the file."""
    from gate.settings.bot import SOURCES

    if set(SOURCES) & set(bot):
        return
    section = root.mapping().get("bot") if root is not None and root.is_mapping else None
    place = section or root or given_node(CONFIG_FILE.name, "", problems=problems)
    if place.is_mapping or not place.line:
        (place.key or place).problem(
            "nothing says where the bot comes from",
            hint=f"write `bot: {{image: my-bot:candidate}}` in {CONFIG_FILE}, or give an image",
        )


def _read(nodes: Nodes, reading: Reading, config: Path | None) -> Settings:
    """The settings at the nodes; mistakes are reported there."""
    from gate.settings.bot import BotSection
    from gate.settings.declaration import read_section
    from gate.settings.invocation import Invocation
    from gate.settings.judge import JudgeSection
    from gate.settings.model import ModelSection
    from gate.settings.policy import PolicySection
    from gate.settings.run import RunSection
    from gate.settings.store import StoreSection

    beside = read_section(Invocation, nodes[""], reading)
    store = read_section(StoreSection, nodes["store"], reading).specification(nodes["store"], reading.kinds)
    model = read_section(ModelSection, nodes["model"], reading).specification(
        nodes["model"], reading, has_key="openai-api-key" in nodes[""]
    )
    reading = dataclasses.replace(reading, supplied=_supplied(reading.kinds.stores[store.kind], model))
    bot = read_section(BotSection, nodes["bot"], reading).specification(nodes["bot"], reading)
    runtime = _runtime(nodes["run"].get("runtime"), bot, reading.kinds)
    ruling = (f"runtime: {runtime}", f"store: {store.kind}", f"model: {model.mode}")
    unfit = {name for setting in ruling for name in reading.kinds.unfit.get(setting, ())}
    reading = dataclasses.replace(reading, unfit=unfit)
    return Settings(
        bot=bot,
        store=store,
        model=model,
        judge=read_section(JudgeSection, nodes["judge"], reading).specification(model.base_url),
        run=read_section(RunSection, nodes["run"], reading).specification(reading),
        policy=read_section(PolicySection, nodes["gate"], reading).specification(nodes["gate"]),
        scenarios=beside.scenarios,
        report_directory=reading.working_directory / beside.report_dir,
        baseline=beside.baseline,
        config_file=config,
        openai_api_key=beside.openai_api_key,
    )


def _supplied(store: StoreTraits, model: ModelSpecification) -> tuple[str, ...]:
    """The environment variables that the gate sets for the bot, and which the user therefore may not."""
    return (
        "PORT",
        *store.variables,
        *(("OPENAI_BASE_URL", "OPENAI_API_KEY") if model.mode != "none" else ()),
    )


def _runtime(named: Node | None, bot: BotSpecification, kinds: Kinds) -> str:
    """The runtime that is named, or else the first that fits the bot."""
    usual = next((name for name, fits in kinds.runtimes.items() if fits(bot)), "")
    return (named.text if named is not None else None) or usual
