"""Plain nouns, such as people choose as code words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, choose

WORDS = tuple(
    """
    accordion acorn almond anvil apricot asteroid avocado badger bagpipe bamboo banjo barnacle beetle
    blizzard blueberry bonfire boomerang broccoli buffalo butterscotch cactus camel canoe caramel caravan
    cardigan cashew cauliflower chandelier cheetah chestnut chimney cinnamon clarinet cobweb coconut comet
    compass cricket crocodile cucumber daffodil dolphin domino donkey dragonfly dumpling eggplant elephant
    emerald falcon fennel flamingo fossil gazelle geyser giraffe glacier gondola gorilla granite
    grapefruit hammock harmonica hazelnut hedgehog hyacinth iceberg igloo jaguar jellyfish kangaroo
    kayak lagoon lantern lavender leopard licorice lobster magnolia magpie mandolin marigold marmalade
    marzipan meteor molasses mosaic mushroom mustard nectarine nutmeg octopus orchid ostrich otter paprika
    peacock pelican penguin peppermint pineapple pistachio platypus pomegranate porcupine pumpkin quartz
    quiche raccoon radish raspberry rhubarb saffron sapphire saxophone scarecrow seahorse sequoia sesame
    skylark spinach sycamore tambourine tangerine teapot thimble trombone truffle turmeric turquoise
    ukulele vanilla volcano walnut walrus waterfall windmill xylophone zebra zeppelin zucchini
    """.split()  # noqa: SIM905  -- a list of words reads best as prose
)
"""Words with one spelling each, and so rare that no bot says them by chance."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """One of `WORDS`."""

    kind: ClassVar[str] = "word"
    name: str

    @property
    def pool(self) -> tuple[str, ...]:
        """The whole list."""
        return WORDS

    @property
    def guessable(self) -> bool:
        """True: a value from a short list can be guessed."""
        return True

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one word, an acceptable one if there is any."""
        return choose(source, WORDS, acceptable)
