"""The Docker runtime: a private network, the store and the bot as containers, all labelled with the run."""

from __future__ import annotations

from gate.runtimes.docker_engine.connection import ENGINE_FAULTS, Engine, connect, reach
from gate.runtimes.docker_engine.runtime import DockerEngine
from gate.runtimes.docker_engine.sweep import remove_dead_run, remove_expired, remove_run

__all__ = [
    "ENGINE_FAULTS",
    "DockerEngine",
    "Engine",
    "connect",
    "reach",
    "remove_dead_run",
    "remove_expired",
    "remove_run",
]
