"""Removal of objects that runs left behind."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gate.errors import EngineError
from gate.runtimes.docker.connection import ENGINE_FAULTS, connect, explain
from gate.runtimes.docker.sweep import remove_dead_run, remove_expired


def sweep_engine(run: str | None, environment: Mapping[str, str]) -> str:
    """Remove the objects of `run`, or of all expired runs. Return a sentence about it. Raises EngineError."""
    engine = connect(environment)
    try:
        count = remove_dead_run(engine.client, run) if run else remove_expired(engine.client, time.time())
    except ENGINE_FAULTS as error:
        raise EngineError(
            "not everything could be removed", why=explain(error), remedy="sweep again"
        ) from error
    finally:
        engine.close()
    whose = f"of run {run}" if run else "of runs that are over"
    things = "1 container, network or volume" if count == 1 else f"{count} containers, networks and volumes"
    return f"removed {things} {whose}" if count else f"nothing was left {whose}"
