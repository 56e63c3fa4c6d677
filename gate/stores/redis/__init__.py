"""Redis and Valkey: the kind, as the settings, runs and reports use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gate.core.specification import StoreSpecification
from gate.core.store_findings import StoreEvidence, StoreFinding
from gate.stores.redis.traits import TRAITS

if TYPE_CHECKING:
    from gate.stores.redis.server import RedisServer


class Redis:
    """The Redis kind. Its client is imported with the first server, because most commands start none."""

    traits = TRAITS

    def build(self, specification: StoreSpecification) -> RedisServer:
        """Return the server that `specification` describes; nothing is started yet."""
        from gate.stores.redis.server import RedisServer

        return RedisServer(specification)

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """Return findings from looks into a Redis server. A pure function."""
        from gate.stores.redis.diagnosis import diagnose

        return diagnose(evidence)
