"""The `store` section: the kind of store that the gate starts for the bot, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, GivenByKind, Section
from gate.config.value_type import ValueType
from gate.config.values import MEMORY, codes, duration, image_name, size
from gate.core.kinds import Kinds
from gate.core.specification import StoreSpecification, StoreTraits
from gate.documents import Node

MAX_TTL_SECONDS = 10 * 365 * 86_400


def store_kind() -> ValueType:
    """Declare a registered kind of store."""
    return ValueType(
        read=lambda node, reading: node.choice(reading.kinds.stores, "kind"),
        schema=lambda kinds: {"enum": list(kinds.stores)},
        words=lambda kinds: codes(kinds.stores),
        default=lambda kinds: next(iter(kinds.stores)),
        meaning=lambda kinds: "; ".join(f"{name} {store.sentence}" for name, store in kinds.stores.items()),
    )


def persistence_word() -> ValueType:
    """Declare one of the words of the kind of store, which is checked once the kind is known."""
    return ValueType(
        read=lambda node, _: node.text,
        schema=lambda kinds: {"enum": list(persistence_words(kinds.stores))},
        words=lambda kinds: codes(persistence_words(kinds.stores)),
        default=lambda kinds: _first(usual_store(kinds).persistence),
        meaning=lambda kinds: (
            "What the store keeps on disk: "
            + ", ".join(f"{word} {kept}" for word, kept in persistence_words(kinds.stores).items())
        ),
    )


def server_image() -> ValueType:
    """Declare the image of the store's server. Its kind declares the default."""
    image = image_name()
    return ValueType(read=image.read, schema=image.schema, default=lambda kinds: usual_store(kinds).image)


class StoreSection(Section):
    """The store that the gate starts for the bot."""

    kind: Annotated[str, store_kind()] = Field(default=StoreSpecification.kind)
    image: Annotated[str, server_image(), GivenByKind()] = Field(
        default=StoreSpecification.image, description="The store's image, for the docker runtime"
    )
    persistence: Annotated[str, persistence_word()] = Field(default=StoreSpecification.persistence)
    ttl: Annotated[float | None, duration(MAX_TTL_SECONDS), Absent("that is open")] = Field(
        default=StoreSpecification.ttl,
        description="How long the bot is to keep conversations, 3600, 90min, 12h or 30d; a fact that would"
        " expire earlier is reported",
    )
    memory: Annotated[int, size(*MEMORY)] = Field(
        default=StoreSpecification.memory, description="How much memory the store's container is allowed"
    )

    def specification(self, nodes: Mapping[str, Node], kinds: Kinds) -> StoreSpecification:
        """Return the store. Its kind provides the defaults."""
        kind = self.kind or next(iter(kinds.stores))
        traits = kinds.stores[kind]
        words = traits.persistence or persistence_words(kinds.stores)
        named = nodes["persistence"].choice(words, "persistence") if "persistence" in nodes else None
        return StoreSpecification(
            **{
                **self.values(),
                "kind": kind,
                "image": self.image or traits.image,
                "persistence": named or _first(traits.persistence),
            }
        )


def usual_store(kinds: Kinds) -> StoreTraits:
    """Return the default kind of store."""
    return next(iter(kinds.stores.values()))


def persistence_words(stores: Mapping[str, StoreTraits]) -> dict[str, str]:
    """Return the words for `persistence` with their meanings. A kind without persistence takes any."""
    return {word: meaning for store in stores.values() for word, meaning in store.persistence.items()}


def _first(words: Mapping[str, str]) -> str:
    return next(iter(words), "")
