"""The session ids of a conversation: one a speaker, with a shared random part."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

RANDOM_BITS = 64


def session_ids(seed: int, conversation: str, speakers: Iterable[str]) -> Mapping[str, str]:
    """Return speaker → session id; equal seeds and conversations give equal ids.

    The ids differ only in the speaker's name: perhaps only in letter case, or one is a prefix of another.
    That tests how the bot keys its sessions.
    """
    shared = random_part(seed, conversation)
    return {speaker: f"{speaker}-{shared}" for speaker in speakers}


def random_part(seed: int, conversation: str) -> str:
    """Return the random part, in hexadecimal, that all session ids of the conversation share."""
    source = random.Random(f"{seed}/{conversation}/session")
    return f"{source.getrandbits(RANDOM_BITS):0{RANDOM_BITS // 4}x}"
