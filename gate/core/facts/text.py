"""Long values: notes, addresses, paragraphs, with line breaks and letters beyond ASCII."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, redraw

SHORTEST, LONGEST = 20, 8192
"""In characters. There are too few shorter texts for each to belong to one conversation."""

PLAIN_WORDS = tuple(
    """
    amiable bright calm daring eager fancy gentle hollow idle jolly keen lively mellow narrow oblong placid
    quaint rustic silent tender upright vivid weary yearly zesty ankle basin cellar dagger easel ferry gravel
    hinge inkwell jigsaw ledger mantle napkin orchard parcel quiver ribbon saddle timber urchin valley
    wagon yonder bakes climbs drifts echoes folds gathers hums juggles kneels leans mends nods paints rests
    sails tiptoes unfolds ventures wanders yawns above beneath beyond during inside near onto past round
    toward under upon within always barely gladly mostly nearly often quickly rarely slowly softly today
    """.split()  # noqa: SIM905  -- a list of words reads best as prose
)
FOREIGN_WORDS = tuple(
    """
    Grüße façade naïf smörgås Łódź żółw año coração œuvre křída Straße þoka ångström ďábel őszi çiçek
    Αθήνα θάλασσα привет ёлка мир كتاب שלום 東京 山川 서울 नमस्ते 🦊 🚲
    """.split()  # noqa: SIM905  -- a list of words reads best as prose
)
"""Words that some encoding, column type or letter-case rule is known to corrupt. All composed (NFC)."""

FOREIGN_SHARE, BREAK_SHARE = 0.25, 0.1


@dataclass(frozen=True, kw_only=True)
class Text:
    """Exactly `length` characters of random words, which begin and end with a letter.

    `unicode` mixes in words and symbols of other scripts. `newlines` breaks lines between words. Every
    text has each at least once.
    """

    kind: ClassVar[str] = "text"
    name: str
    length: int = 200
    unicode: bool = False
    newlines: bool = False

    @property
    def pool(self) -> tuple[str, ...]:
        """Empty: there are too many texts to list."""
        return ()

    @property
    def guessable(self) -> bool:
        """False: no bot says the same words in the same order by chance."""
        return False

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one text, an acceptable one if possible."""
        return redraw(lambda: self._write(source), acceptable)

    def _write(self, source: random.Random) -> str:
        pieces = [source.choice(PLAIN_WORDS)]
        written = len(pieces[0])
        while written < self.length:
            first = len(pieces) == 1
            breaks = self.newlines and (first or source.random() < BREAK_SHARE)
            foreign = self.unicode and (first or source.random() < FOREIGN_SHARE)
            word = source.choice(FOREIGN_WORDS if foreign else PLAIN_WORDS)
            pieces += ["\n" if breaks else " ", word]
            written += 1 + len(word)
        text = "".join(pieces)[: self.length]
        # A bot may strip a blank at the end, and a symbol there would not end a word.
        return text if text[-1].isascii() and text[-1].isalpha() else text[:-1] + "e"
