"""Runtimes, which run bots: one package per kind."""

from __future__ import annotations

from gate.core.specification import BotSpecification
from gate.disruptions import DISRUPTIONS
from gate.ports import RuntimeKind
from gate.runtimes.docker.kind import DockerKind
from gate.runtimes.process.kind import ProcessKind

RUNTIMES: dict[str, RuntimeKind] = {kind.name: kind for kind in (DockerKind(), ProcessKind())}


def choose_runtime(bot: BotSpecification, name: str | None = None) -> RuntimeKind:
    """Return the runtime called `name`, else the first that fits how the bot is given.

    A bot that fits none gets the first one, whose error says what is missing.
    """
    if name:
        return RUNTIMES[name]
    kinds = tuple(RUNTIMES.values())
    return next((kind for kind in kinds if kind.fits(bot)), kinds[0])


def unsupported_on(runtime: str) -> dict[str, str]:
    """Return the disruptions that the runtime does not support, each with the reason."""
    return {
        name: why
        for name, disruption in DISRUPTIONS.items()
        for need, why in RUNTIMES[runtime].lacking.items()
        if need in disruption.traits.needs
    }
