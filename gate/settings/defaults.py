"""What each key of memory-gate.yml means when it is left out, as it would be written there."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.specification import (
    BotSpecification,
    ContainerSpecification,
    ModelSpecification,
    Policy,
    RequestShape,
    RunSpecification,
    StoreSpecification,
)

_BOT = BotSpecification()
_REQUEST = RequestShape()
_CONTAINER = ContainerSpecification()
_STORE = StoreSpecification()
_MODEL = ModelSpecification()
_RUN = RunSpecification()
_POLICY = Policy()

REQUEST_DEFAULTS: Mapping[str, object] = {
    "method": _REQUEST.method,
    "path": _REQUEST.path,
    "json": _REQUEST.json,
    "headers": _REQUEST.headers,
}


def _size(amount: int) -> str:
    """Bytes, as they are written."""
    gibibytes, rest = divmod(amount, 1024**3)
    return f"{amount // 1024**2}m" if rest else f"{gibibytes}g"


CONTAINER_DEFAULTS: Mapping[str, object] = {
    "memory": _size(_CONTAINER.memory),
    "cpus": _CONTAINER.cpus,
    "pids": _CONTAINER.processes,
    "new-privileges": _CONTAINER.new_privileges,
}

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "bot": {
        "directory": _BOT.directory,
        "replicas": _BOT.replicas,
        "port": _BOT.port,
        "ready": _BOT.ready,
        "env": _BOT.environment,
        "protocol": _BOT.protocol,
        "reply": _BOT.reply,
        "ready-timeout": _BOT.ready_seconds,
        "stop-timeout": _BOT.stop_seconds,
        "turn-timeout": _BOT.turn_seconds,
    },
    "store": {"memory": _size(_STORE.memory)},
    "model": {"mode": _MODEL.mode, "base-url": _MODEL.base_url, "cassette": _MODEL.cassette},
    "judge": {},
    "run": {
        "disruptions": list(_RUN.disruptions),
        "trials": _RUN.trials,
        "concurrency": _RUN.concurrency,
    },
    "gate": {
        "accuracy": _POLICY.accuracy,
        "max-drop": _POLICY.max_drop,
        "leaks": _POLICY.leaks,
        "fabrications": _POLICY.fabrications,
        "inconclusive": _POLICY.inconclusive,
    },
}
"""Section → key → its default; the kind of store declares more. Of any other key that is not here the
description says what leaving it out means."""
