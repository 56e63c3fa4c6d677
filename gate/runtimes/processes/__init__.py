"""The embedded runtime: the bot and its store as local processes, for machines without Docker."""

from __future__ import annotations

from gate.runtimes.processes.runtime import Processes

__all__ = ["Processes"]
