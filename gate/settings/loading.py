"""Lays the overrides over the configuration file and checks every value where it was written."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from gate.core.kinds import Kinds
from gate.core.specification import (
    MAX_SHARDS,
    BotSpecification,
    JudgeSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    Shard,
    StoreSpecification,
    StoreTraits,
    read_shard,
)
from gate.documents import Node, given_node, quoted, read_document
from gate.errors import DocumentError, Problem
from gate.settings.bot import BOT_KEYS, SOURCES, read_bot
from gate.settings.disruptions import read_disruptions
from gate.settings.judge import JUDGE_KEYS, read_judge
from gate.settings.model import MODEL_KEYS, check_key, read_model
from gate.settings.overrides import Overrides
from gate.settings.section import Section
from gate.settings.store import STORE_KEYS, read_store

CONFIG_FILE = Path("memory-gate.yml")
REPORT_DIRECTORY = Path("memory-gate-report")

SCENARIOS = "scenarios"
"""The one key beside the sections."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "bot": BOT_KEYS,
    "store": STORE_KEYS,
    "model": MODEL_KEYS,
    "judge": JUDGE_KEYS,
    "run": ("disruptions", "trials", "concurrency", "jobs", "seed"),
    "gate": (
        "accuracy",
        "confidence",
        "max-drop",
        "leaks",
        "fabrications",
        "max-unavailable",
        "inconclusive",
    ),
}

REPLACED: Mapping[str, Mapping[str, str]] = {
    "bot": {"image": "image", "build": "build", "previous": "previous_image", "replicas": "replicas"},
    "store": {"image": "redis_image"},
    "model": {"mode": "model"},
    "judge": {},
    "run": {"disruptions": "disruptions", "trials": "trials", "jobs": "jobs", "seed": "seed"},
    "gate": {"accuracy": "threshold", "max-drop": "max_drop", "inconclusive": "inconclusive"},
}
"""Section → key → the override that replaces it."""

LATER_RUNTIMES = ("external",)
INCONCLUSIVE = ("block", "allow")
TRIALS = (1, 100)
CONCURRENCY = (1, 1000)
JOBS = (1, 16)
COUNTS = (0, 1_000_000)
CONFIDENCE = (0.5, 0.999)
"""The least and the greatest that may be asked for: below, a bound promises less than the point score."""
SEEDS = (0, 2**53)
"""A larger seed would not survive a JSON reader that knows only doubles."""
MAX_UNAVAILABLE_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a run needs to be told, checked."""

    bot: BotSpecification
    store: StoreSpecification
    model: ModelSpecification
    run: RunSpecification
    policy: Policy
    scenarios: tuple[Path, ...]
    """Files and folders; relative ones start at the working directory. Empty is the built-in library."""
    report_directory: Path
    """Where the report goes, seen from the process's own directory."""
    baseline: Path | None = None
    """The report.json of the run that this one is to be no worse than, seen from the process's directory."""
    judge: JudgeSpecification = field(default_factory=JudgeSpecification)
    config_file: Path | None
    """The file that was read, as it was given."""
    openai_api_key: str = field(default="", repr=False)


def load_settings(
    *, config: Path | None, overrides: Overrides, working_directory: Path, kinds: Kinds
) -> Settings:
    """The settings in `config` (memory-gate.yml when None, if there is one) under the `overrides`.

    Relative paths in the file start at its folder, those in the overrides at `working_directory`.
    Raises DocumentError with all mistakes of the file and of the overrides.
    """
    problems: list[Problem] = []
    if config is None and (working_directory / CONFIG_FILE).exists():
        config = CONFIG_FILE
    root = None
    if config is not None:
        root = read_document(working_directory / config, name=config.as_posix(), problems=problems)
    readable = root is not None or config is None
    folder = config.parent if config else Path()

    def base(node: Node) -> Path:
        return working_directory / folder if node.line else working_directory

    given = {
        one.name: given_node(value.origin, value.value, problems=problems)
        for one in fields(overrides)
        if (value := getattr(overrides, one.name)) is not None
    }
    top = root.fields((*SECTIONS, SCENARIOS)) if root is not None else {}
    sections = {name: _section(name, top, given) for name in SECTIONS}
    if readable and not set(SOURCES) & set(sections["bot"].nodes):
        place = top.get("bot") or root or given_node(CONFIG_FILE.name, "", problems=problems)
        if place.is_mapping or not place.line:
            (place.key or place).problem(
                "nothing says where the bot comes from",
                hint=f"write `bot: {{image: my-bot:candidate}}` in {CONFIG_FILE}, or give an image",
            )
    others = Section(nodes=given)
    store = read_store(sections["store"], kinds.stores)
    key = others.text("openai_api_key", "")
    model = read_model(sections["model"], base=base, directory=working_directory / folder, key=key)
    check_key(given.get("openai_api_key"), key)
    bot = read_bot(
        sections["bot"],
        base=base,
        directory=working_directory / folder,
        protocols=kinds.protocols,
        supplied=_supplied(kinds.stores[store.kind], model),
    )
    settings = Settings(
        bot=bot,
        store=store,
        model=model,
        judge=read_judge(sections["judge"], base_url=model.base_url),
        run=_run(
            sections["run"],
            given.get("runtime"),
            given.get("shard"),
            kinds,
            usual_runtime=next((name for name, fits in kinds.runtimes.items() if fits(bot)), ""),
            others=(f"store: {store.kind}", f"model: {model.mode}"),
        ),
        policy=_policy(sections["gate"]),
        scenarios=_scenarios(given.get("scenarios") or top.get(SCENARIOS), folder),
        report_directory=working_directory / others.text("report_dir", str(REPORT_DIRECTORY)),
        baseline=_baseline(given.get("baseline"), working_directory),
        config_file=config,
        openai_api_key=key,
    )
    if problems:
        raise DocumentError(problems)
    return settings


def _section(name: str, top: Mapping[str, Node], given: Mapping[str, Node]) -> Section:
    """The nodes of one section, with the overrides laid over them."""
    nodes = top[name].fields(SECTIONS[name]) if name in top else {}
    replacing = {key: given[override] for key, override in REPLACED[name].items() if override in given}
    if name == "bot" and set(SOURCES) & set(replacing):
        nodes = {key: node for key, node in nodes.items() if key not in SOURCES}
    return Section(nodes={**nodes, **replacing})


def _supplied(store: StoreTraits, model: ModelSpecification) -> tuple[str, ...]:
    """The environment variables that the gate sets for the bot, and which the user therefore may not."""
    return (
        "PORT",
        *store.variables,
        *(("OPENAI_BASE_URL", "OPENAI_API_KEY") if model.mode != "none" else ()),
    )


def _run(
    section: Section,
    runtime: Node | None,
    shard: Node | None,
    kinds: Kinds,
    *,
    usual_runtime: str,
    others: Collection[str],
) -> RunSpecification:
    """`others` are the settings besides the runtime that rule disruptions out."""
    defaults = RunSpecification()
    place = (runtime.text if runtime else None) or usual_runtime
    unfit = {name for setting in (f"runtime: {place}", *others) for name in kinds.unfit.get(setting, ())}
    return RunSpecification(
        disruptions=read_disruptions(section, known=kinds.disruptions, unfit=unfit),
        trials=section.integer("trials", *TRIALS, defaults.trials),
        concurrency=section.integer("concurrency", *CONCURRENCY, defaults.concurrency),
        jobs=section.nodes["jobs"].integer(*JOBS) if "jobs" in section.nodes else None,
        seed=section.nodes["seed"].integer(*SEEDS) if "seed" in section.nodes else None,
        runtime=Section(nodes={"runtime": runtime}).choice(
            "runtime", kinds.runtimes, "", later=LATER_RUNTIMES
        )
        if runtime
        else None,
        shard=_shard(shard) if shard else None,
    )


def _shard(node: Node) -> Shard | None:
    """None when it is wrong, and reported."""
    shard = read_shard(node.text or "")
    if shard is not None:
        return shard
    node.problem(
        f"expected a part and how many there are, as 1/4, found {node.found}",
        hint=f"the first of four is 1/4, the last 4/4; at most {MAX_SHARDS} parts",
    )
    return None


def _policy(section: Section) -> Policy:
    defaults = Policy()
    accuracy = section.share("accuracy", defaults.accuracy)
    return Policy(
        accuracy=accuracy,
        confidence=_confidence(section, accuracy),
        max_drop=section.share("max-drop", defaults.max_drop),
        leaks=section.integer("leaks", *COUNTS, defaults.leaks),
        fabrications=section.integer("fabrications", *COUNTS, defaults.fabrications),
        max_unavailable=section.duration("max-unavailable", MAX_UNAVAILABLE_SECONDS),
        inconclusive=section.choice("inconclusive", INCONCLUSIVE, defaults.inconclusive),
    )


def _confidence(section: Section, accuracy: float) -> float | None:
    node = section.nodes.get("confidence")
    if node is None:
        return None
    lowest, highest = CONFIDENCE
    value = section.share("confidence", highest)
    if not lowest <= value <= highest:
        node.problem(f"expected a confidence from {lowest} to {highest}, found {node.found}")
    elif accuracy >= 1:
        (node.key or node).problem(
            "no number of probes can show an accuracy of 100 %",
            hint="lower the accuracy, or leave the confidence out",
        )
    return value


def _baseline(node: Node | None, folder: Path) -> Path | None:
    """The path of an earlier run's report, or of its folder; seen from the process's own directory."""
    text = node.line_of_text() if node else None
    if node is None or text is None:
        return None
    path = folder / text
    if not path.exists():
        node.problem(
            f"there is no report {quoted(text)}",
            hint="name the report.json of an earlier run; leave it out while there is none",
        )
    return path


def _scenarios(node: Node | None, folder: Path) -> tuple[Path, ...]:
    """The paths of scenarios, seen from the working directory; `folder` is the configuration file's."""
    if node is None:
        return ()
    items = node.one_or_more()
    if not items:
        node.problem("no scenario is named", hint="leave the key out for the built-in ones")
    texts = [text for item in items if (text := item.line_of_text()) is not None]
    # Normalised, because annotations are shown only on paths without "..".
    return tuple(Path(posixpath.normpath(folder / text)) if node.line else Path(text) for text in texts)
