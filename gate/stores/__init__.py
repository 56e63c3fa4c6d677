"""The stores that the gate can start for a bot, one package or file per kind."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.specification import StoreTraits
from gate.ports import StoreKind
from gate.stores.none import NoStore
from gate.stores.redis import Redis

STORES: dict[str, StoreKind] = {
    # The first is the default.
    "redis": Redis(),
    "none": NoStore(),
}

DEFAULT_STORE = next(iter(STORES))
UNNAMED_STORE = "redis"
"""The kind of old transcripts, which name none because there was only one."""


def store_traits() -> Mapping[str, StoreTraits]:
    """Return the facts that the settings need about each kind."""
    return {name: kind.traits for name, kind in STORES.items()}


def store_image_input() -> str:
    """Return the name of the option, and of the action's input, that gives the store's image."""
    return STORES[DEFAULT_STORE].traits.image_input


def recorded_stores() -> Mapping[str, StoreKind]:
    """Return the kinds by their names in transcripts, where "" is UNNAMED_STORE."""
    return {"": STORES[UNNAMED_STORE], **STORES}
