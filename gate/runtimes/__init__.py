"""The places where bots run, one package per kind."""

from __future__ import annotations

RUNTIMES: dict[str, str] = {
    "docker": "the bot's image as a container on a Docker engine, as a deploy runs it",
    "process": "the bot's command as a local process beside an embedded store; needs no Docker",
}
"""Each runtime and its sentence. They are built in cli.py, each from what it needs."""
