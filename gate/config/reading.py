"""Reads the settings from the nodes of the file and of the overrides."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from gate.config.bot import SOURCES, BotSection
from gate.config.declaration import read_section
from gate.config.invocation import Invocation
from gate.config.judge import JudgeSection
from gate.config.model import ModelSection
from gate.config.overrides import Overrides
from gate.config.policy import PolicySection
from gate.config.run import RunSection
from gate.config.sections import SECTIONS, declared
from gate.config.settings import CONFIG_FILE, Settings
from gate.config.store import StoreSection
from gate.config.value_type import Reading
from gate.core.kinds import Kinds
from gate.core.specification import BotSpecification, ModelSpecification, StoreTraits
from gate.documents import Node, given_node
from gate.errors import Problem

Nodes = Mapping[str, Mapping[str, Node]]
"""Section → key → its node; under "" the settings beside the sections."""


def lay_over(root: Node | None, overrides: Overrides, problems: list[Problem]) -> Nodes:
    """Return the nodes of the file, replaced by nodes of the overrides."""
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


def require_source(root: Node | None, bot: Mapping[str, Node], problems: list[Problem]) -> None:
    """Report a bot without a source, at its section or else at the file."""
    if set(SOURCES) & set(bot):
        return
    section = root.mapping().get("bot") if root is not None and root.is_mapping else None
    place = section or root or given_node(CONFIG_FILE.name, "", problems=problems)
    if place.is_mapping or not place.line:
        (place.key or place).problem(
            "nothing says where the bot comes from",
            hint=f"write `bot: {{image: my-bot:candidate}}` in {CONFIG_FILE}, or give an image",
        )


def read_settings(nodes: Nodes, reading: Reading, config: Path | None) -> Settings:
    """Return the settings at the nodes. Report mistakes there."""
    beside = read_section(Invocation, nodes[""], reading)
    store = read_section(StoreSection, nodes["store"], reading).specification(nodes["store"], reading.kinds)
    model = read_section(ModelSection, nodes["model"], reading).specification(
        nodes["model"], reading, has_key="openai-api-key" in nodes[""]
    )
    reading = dataclasses.replace(reading, supplied=_supplied(reading.kinds.stores[store.kind], model))
    bot = read_section(BotSection, nodes["bot"], reading).specification(nodes["bot"], reading)
    runtime = _runtime(nodes["run"].get("runtime"), bot, reading.kinds)
    ruling = (f"runtime: {runtime}", f"store: {store.kind}", f"model: {model.mode}")
    unsupported = {name for setting in ruling for name in reading.kinds.unsupported.get(setting, ())}
    reading = dataclasses.replace(reading, unsupported=unsupported)
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
    """Return the environment variables that the gate sets for the bot and that the user must not set."""
    return (
        "PORT",
        *store.variables,
        *(("OPENAI_BASE_URL", "OPENAI_API_KEY") if model.mode != "none" else ()),
    )


def _runtime(named: Node | None, bot: BotSpecification, kinds: Kinds) -> str:
    """Return the named runtime, or else the first that fits the bot."""
    usual = next((name for name, fits in kinds.runtimes.items() if fits(bot)), "")
    return (named.text if named is not None else None) or usual
