"""Bots that keep what they learn about the user, and not the conversation."""

import re

from healthy import Bot
from memories import Message, redis

CORRECTION = re.compile(r"\b(have moved|rather|changed my mind|instead)\b")


class Notes(Bot):
    """Tells its model all that the user ever said, a note each, the newest last."""

    def prompt(self, key: str, question: Message) -> list[Message]:
        notes = self.sorted_notes([one["content"] for one in self.recall(key)])
        known: Message = {"role": "system", "content": "Known about the user:\n" + "\n".join(notes)}
        return [*([known] if notes else []), question]

    def sorted_notes(self, notes: list[str]) -> list[str]:
        """The notes as the model is to see them."""
        return notes

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, [one for one in messages if one["role"] == "user"])


class OldNoteWins(Notes):
    """Files a correction before what it corrects."""

    def sorted_notes(self, notes: list[str]) -> list[str]:
        return sorted(notes, key=lambda note: not CORRECTION.search(note))


class ContradictionDeletesBoth(Notes):
    """Removes what is corrected, and the correction with it."""

    def remember(self, key: str, messages: list[Message]) -> None:
        said = messages[0]["content"]
        if not CORRECTION.search(said):
            super().remember(key, messages)
            return
        notes = redis("LRANGE", f"memory:{key}", "0", "-1")
        if notes:
            corrected = max(notes, key=lambda note: len(words(note) & words(said)))
            redis("LREM", f"memory:{key}", "1", corrected)


def words(text: str) -> set[str]:
    """What two notes may have in common."""
    return set(re.findall(r"\w{2,}", text.lower()))


DEFECTS = {"old-note-wins": OldNoteWins, "contradiction-deletes-both": ContradictionDeletesBoth}
TWINS = {"notes": Notes}
