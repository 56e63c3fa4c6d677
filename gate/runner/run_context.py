"""All that a plan is played with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from gate.core.quota import Quota
from gate.ports import Bot, Deployment, Disruption, Hold, Recorder, Runtime
from gate.runner.plan import Turn


def never_missed(_turn: Turn, _reply: str) -> bool:
    """Takes every reply for a hit."""
    return False


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """All that a plan is played with. `clock` gives seconds since the run began."""

    runtime: Runtime
    connect: Callable[[Deployment], Bot]
    reply_quota: Quota
    """How much of what the bots say is kept, over all deployments."""
    disruptions: Mapping[str, Disruption]
    environment: Callable[[str], Mapping[str, str]]
    """What the bot of a deployment is told about its model."""
    record: Recorder
    clock: Callable[[], float]
    concurrency: int
    """Turns under way at once, over all deployments. A parallel block with more is under way alone."""
    jobs: int = 1
    """Deployments that are up at once."""
    captures: bool = False
    """Whether a fact that the bot is to state is whatever value of its shape the reply holds.

    Else it is the planned value or none: the model is the gate's own and states that one.
    """
    missed: Callable[[Turn, str], bool] = never_missed
    """Whether a reply to a recall probe misses; the question is then asked again."""
    reasks: int = 2
    """How often a question is asked again at most."""
    hold: Callable[[str, Collection[str]], Hold] | None = None
    """Holds the model's answers to turns of a deployment with these texts back.

    None where the bot brings its own model.
    """
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
