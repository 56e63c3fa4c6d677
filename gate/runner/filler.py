"""Filler texts, which mention no fact. A run repeats none until all have been used."""

from __future__ import annotations

import itertools
import random

from gate.core.words import WholeWords

OPENINGS = (
    "By the way, I keep wondering about {}",
    "Can you say something nice about {}",
    "I was talking with a colleague about {}",
    "I read a long article about {}",
    "It is funny how people disagree about {}",
    "Let me think aloud about {}",
    "My neighbour never stops talking about {}",
    "Nobody ever told me much about {}",
    "On the radio they had a piece about {}",
    "Someone should write a song about {}",
    "There was a documentary about {}",
    "What do people usually enjoy about {}",
)
SUBJECTS = (
    "old lighthouses", "street musicians", "long train rides", "handwritten letters", "cloud shapes",
    "paper aeroplanes", "winter mornings", "wooden bridges", "quiet libraries", "garden fences",
    "steam engines", "card tricks", "folding maps", "church bells", "night buses", "sand castles",
    "village fairs", "rain on windows", "board games", "stone walls", "hot air balloons", "snow ploughs",
    "harbour cranes", "school plays",
)  # fmt: skip
ENDINGS = (
    ", just to pass the time.",
    ", nothing important.",
    ", no hurry at all.",
    ", while I wait.",
    ", if you like.",
    ", purely out of curiosity.",
    ", as one does.",
    ", for what it is worth.",
)


class FillerTexts:
    """Draws filler texts for all conversations of one run from one seed."""

    def __init__(self, seed: int) -> None:
        self._texts = [
            opening.format(subject) + ending
            for opening, subject, ending in itertools.product(OPENINGS, SUBJECTS, ENDINGS)
        ]
        random.Random(f"{seed}/small talk").shuffle(self._texts)
        self._next = 0

    def draw(self, avoid: WholeWords) -> str:
        """Return a text without any of `avoid`, the values that the conversation's facts may take."""
        for _ in range(len(self._texts)):
            text = self._texts[self._next % len(self._texts)]
            self._next += 1
            if next(avoid.occurrences(text), None) is None:
                return text
        return "Let me think for a moment."
