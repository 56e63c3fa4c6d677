"""How much a bot may put on record: what it says is kept to the end of the run, and judged from memory."""

from __future__ import annotations

CHARACTERS = 64 * 1024 * 1024
CHARACTERS_A_TURN = 32 * 1024
ENTRIES = 5_000
ENTRIES_A_TURN = 50


class Quota:
    """Some entries, and some characters in all of them together."""

    def __init__(self, *, entries: int, characters: int) -> None:
        self._entries = entries
        self._characters = characters

    @classmethod
    def for_turns(cls, turns: int) -> Quota:
        """What suffices for any honest bot in a run of so many turns."""
        return cls(
            entries=ENTRIES + ENTRIES_A_TURN * turns, characters=CHARACTERS + CHARACTERS_A_TURN * turns
        )

    def take(self, characters: int) -> bool:
        """Takes one entry of so many characters; False, and nothing taken, when there is no room for it."""
        if self._entries < 1 or self._characters < characters:
            return False
        self._entries -= 1
        self._characters -= characters
        return True
