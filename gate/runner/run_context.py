"""The context in which a plan is played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from gate.core.quota import Quota
from gate.ports import Bot, Deployment, Disruption, Hold, Recorder, Runtime
from gate.runner.plan import Turn


def never_missed(_turn: Turn, _reply: str) -> bool:
    """Treat every reply as a hit."""
    return False


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """The parts and limits with which a plan is played."""

    runtime: Runtime
    connect: Callable[[Deployment], Bot]
    reply_quota: Quota
    """The limit of text of the bots that is kept, over all deployments."""
    disruptions: Mapping[str, Disruption]
    environment: Callable[[str], Mapping[str, str]]
    """Deployment → the environment variables that tell its bot about its model."""
    record: Recorder
    clock: Callable[[], float]
    """Returns the seconds since the run began."""
    concurrency: int
    """The most turns in flight at once, over all deployments. A larger parallel block is in flight alone."""
    jobs: int = 1
    """The most deployments up at once."""
    captures: bool = False
    """Whether any value of the right shape in the reply counts as a stated fact.

    Otherwise only the planned value counts: the reference model states that one.
    """
    missed: Callable[[Turn, str], bool] = never_missed
    """Whether a reply to a recall probe misses; the question is then asked again."""
    reasks: int = 2
    """How often a question is asked again at most."""
    hold: Callable[[str, Collection[str]], Hold] | None = None
    """Holds back the model's answers to a deployment's turns with these texts.

    None where the bot brings its own model.
    """
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
