"""Redis, or Valkey: what the settings, a run and the report need of this kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gate.core.specification import StoreSpecification
from gate.core.store_findings import StoreEvidence, StoreFinding
from gate.stores.redis.traits import TRAITS

if TYPE_CHECKING:
    from gate.stores.redis.server import RedisServer


class Redis:
    """The kind. Its client is loaded with its first server, because most commands start none."""

    traits = TRAITS

    def build(self, specification: StoreSpecification) -> RedisServer:
        """Return the server that `specification` describes; nothing is started yet."""
        from gate.stores.redis.server import RedisServer

        return RedisServer(specification)

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """Return what looks into a Redis server show. A pure function."""
        from gate.stores.redis.diagnosis import diagnose

        return diagnose(evidence)
