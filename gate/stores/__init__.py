"""The stores that the gate can start for a bot, one file per kind."""

from __future__ import annotations

from collections.abc import Callable

from gate.core.specification import StoreSpecification
from gate.interfaces import Store
from gate.stores.redis_server import RedisServer

STORES: dict[str, Callable[[StoreSpecification], Store | None]] = {
    "redis": RedisServer,
    "none": lambda _specification: None,
}
