"""The places where bots run, one package per kind."""

from __future__ import annotations

from gate.core.disruption_traits import Need
from gate.disruptions import DISRUPTIONS

RUNTIMES: dict[str, str] = {
    "docker": "the bot's image as a container on a Docker engine, as a deploy runs it",
    "process": "the bot's command as a local process beside an embedded store; needs no Docker",
}
"""Each runtime and its sentence. They are built in cli.py, each from what it needs."""

LACKING: dict[str, dict[str, str]] = {
    "docker": {},
    "process": {
        Need.MEMORY_LIMIT: "a local process has no limit of memory of its own that the kernel enforces",
        Need.STORE_REPLACEMENT: (
            "a local store is a process on its data folder, which store-restart starts anew"
        ),
    },
}
"""Runtime → the needs of disruptions that it does not meet → why. The contract tests hold it to that."""


def unsupported_on(runtime: str) -> dict[str, str]:
    """Return the disruptions that the runtime cannot do, each with the reason."""
    return {
        name: why
        for name, disruption in DISRUPTIONS.items()
        for need, why in LACKING[runtime].items()
        if need in disruption.traits.needs
    }
