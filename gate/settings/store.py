"""The `store` section: the kind of store that the gate starts for the bot, and what it is allowed."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.specification import StoreSpecification, StoreTraits
from gate.settings.container import MEMORY
from gate.settings.section import Section

STORE_KEYS = ("kind", "image", "persistence", "ttl", "memory")
MAX_TTL_SECONDS = 10 * 365 * 86_400


def read_store(section: Section, kinds: Mapping[str, StoreTraits]) -> StoreSpecification:
    """Return the store as specified. `kinds` are those of this version, the default first."""
    defaults = StoreSpecification()
    kind = section.choice("kind", kinds, default_kind(kinds))
    traits = kinds[kind]
    return StoreSpecification(
        kind=kind,
        image=section.image("image") or traits.image,
        persistence=section.choice(
            "persistence", traits.words() or persistence_words(kinds), next(iter(traits.words()), "")
        ),
        ttl=section.duration("ttl", MAX_TTL_SECONDS),
        memory=section.size("memory", *MEMORY, defaults.memory),
    )


def default_kind(kinds: Mapping[str, StoreTraits]) -> str:
    """Return the kind where the settings name none."""
    return next(iter(kinds))


def persistence_words(kinds: Mapping[str, StoreTraits]) -> dict[str, str]:
    """Return all words for `persistence` with their meanings; a kind that keeps nothing takes any of them."""
    return {word: meaning for traits in kinds.values() for word, meaning in traits.persistence.items()}


def store_defaults(kinds: Mapping[str, StoreTraits]) -> dict[str, object]:
    """Return the keys' defaults that the default kind declares."""
    kind = default_kind(kinds)
    traits = kinds[kind]
    return {"kind": kind, "image": traits.image, "persistence": next(iter(traits.words()), "")}
