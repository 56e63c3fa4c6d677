"""The amount of text of a bot that is kept. Recorded text stays in memory until the run is analysed."""

from __future__ import annotations

CHARACTERS = 64 * 1024 * 1024
CHARACTERS_A_TURN = 32 * 1024
ENTRIES = 5_000
ENTRIES_A_TURN = 50


class Quota:
    """A limited number of entries, and of characters in all entries together."""

    def __init__(self, *, entries: int, characters: int) -> None:
        self._entries = entries
        self._characters = characters

    @classmethod
    def for_turns(cls, turns: int) -> Quota:
        """Return a quota that suffices for any honest bot in a run of so many turns."""
        return cls(
            entries=ENTRIES + ENTRIES_A_TURN * turns, characters=CHARACTERS + CHARACTERS_A_TURN * turns
        )

    def take(self, characters: int) -> bool:
        """Take one entry of so many characters. When it exceeds the quota, take nothing, return False."""
        if self._entries < 1 or self._characters < characters:
            return False
        self._entries -= 1
        self._characters -= characters
        return True
