"""Defects that were met in frameworks: the bots on those frameworks, and what the gate has to say of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gate.core.specification import RunSpecification
from tests.commands.gate_process import ZOO
from tests.zoo.images import Images, built_and_kept
from tests.zoo.rows import Row, Subject

FOLDER = ZOO / "frameworks"
REQUIREMENTS = FOLDER / "requirements.txt"

AT_ONCE = ("parallel-turns", "parallel-first-turns", "order-follow-up")
ALIKE = ("names-alike", "ids-with-a-comma", "order-follow-up")
EXPOSING = ("none", "recreate")
DEFAULT = RunSpecification().disruptions


@dataclass(frozen=True, kw_only=True)
class FrameworkRow(Row):
    """A defect of a framework."""

    packages: tuple[str, ...]
    """Whose defect it is, by their names in requirements.txt."""
    needs_modules: bool = True
    """Whether it needs the search and JSON modules of Redis."""


def _row(
    name: str,
    bot: str,
    twin: str,
    guarantee: str,
    *scenarios: str,
    packages: tuple[str, ...],
    lost_at: str = "",
    needs_modules: bool = True,
) -> FrameworkRow:
    return FrameworkRow(
        number=bot,
        name=name,
        patient=Subject(bot=bot),
        twin=Subject(bot=twin),
        guarantee=guarantee,
        exposing=EXPOSING,
        scenarios=scenarios,
        lost_at=lost_at,
        packages=packages,
        needs_modules=needs_modules,
    )


FRAMEWORK_ROWS: tuple[FrameworkRow, ...] = (
    _row("messages are found by a search that mixes `alice` and `ALICE`, and splits ids at a comma",
         "langchain-redis", "langchain-redis-by-digest", "isolation", *ALIKE,
         packages=("langchain-redis",)),
    _row("`RunnableWithMessageHistory` without its keys loses the messages of parallel turns",
         "runnable-without-keys", "runnable-with-keys", "no-lost-update", *AT_ONCE,
         packages=("langchain-core", "langchain-community"), lost_at="stored", needs_modules=False),
    _row("parallel turns of a thread all go on from one checkpoint, and one of them is kept",
         "langgraph", "langgraph-in-turns", "no-lost-update", *AT_ONCE,
         packages=("langgraph", "langgraph-checkpoint-redis"), lost_at="loaded"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FrameworkImages:
    """Ids of images: the bots, and two servers of one version."""

    bots: str
    searching: str
    """Redis with the search and JSON modules."""
    plain: str
    """Redis without."""

    def beside(self, store: str) -> Images:
        """The bots beside one of the servers."""
        return Images(candidate=self.bots, store=store)


def framework_images() -> FrameworkImages:
    """Built where they are not yet; the first time installs the frameworks and downloads the modules."""
    return FrameworkImages(
        bots=built_and_kept(ZOO, "memory-gate-zoo-frameworks", dockerfile="frameworks/Dockerfile"),
        searching=_server("searching"),
        plain=_server("plain"),
    )


def _server(target: str) -> str:
    return built_and_kept(
        FOLDER, f"memory-gate-zoo-redis:{target}", dockerfile="store.Dockerfile", target=target
    )


def versions(packages: tuple[str, ...], requirements: Path = REQUIREMENTS) -> str:
    """The packages with the versions that are installed, for people."""
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE))
    return ", ".join(f"{name} {locked[name]}" for name in packages)
