"""The places where bots run, one package per kind."""

from __future__ import annotations

RUNTIMES: dict[str, str] = {
    "docker": "the bot's image as a container on a Docker engine, as a deploy runs it",
    "process": "the bot's command as a local process beside an embedded store; needs no Docker",
}
"""Each runtime and its sentence. They are built in cli.py, each from what it needs."""

UNSUPPORTED: dict[str, dict[str, str]] = {
    "docker": {},
    "process": {
        "oom": "a local process has no limit of memory of its own that the kernel enforces",
        "store-recreate": "a local store is a process on its data folder, which store-restart starts anew",
    },
}
"""Runtime → the disruptions that it cannot do → why. The contract tests hold it to that."""
