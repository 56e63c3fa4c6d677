"""What each key of memory-gate.yml means when it is left out, as it would be written there."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RequestShape,
    RunSpecification,
    StoreSpecification,
)

_BOT = BotSpecification()
_REQUEST = RequestShape()
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
    "store": {"kind": _STORE.kind, "image": _STORE.image, "persistence": _STORE.persistence},
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
"""Section → key → its default. Of a key that is not here the description says what leaving it out means."""
