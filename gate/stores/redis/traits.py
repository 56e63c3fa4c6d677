"""Facts about Redis that the settings check and explain."""

from __future__ import annotations

from gate.core.specification import StoreTraits

TRAITS = StoreTraits(
    sentence="starts a Redis for the bot",
    image="redis:8",
    image_input="redis-image",
    persistence={"aof": "every acknowledged write", "rdb": "snapshots now and then", "none": "nothing"},
    variables={"REDIS_URL": "where its store is"},
)
