"""Sessions that are not kept apart."""

import re

from healthy import Bot
from memories import Message


class Leaks(Bot):
    """Keeps one history for everybody."""

    def key(self, session: str) -> str:
        return "everybody"


class SharedInstance(Bot):
    """Has one object for all turns, which remembers whose turn came last and not whose turn it ends."""

    current = ""

    def turn(self, session: str, message: str) -> str:
        self.current = self.key(session)
        return super().turn(session, message)

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(self.current, messages)


class FoldsCase(Bot):
    """Takes Anna and anna for the same person."""

    def key(self, session: str) -> str:
        return session.lower()


class CutsIds(Bot):
    """Has room for 32 characters of a session's id."""

    def key(self, session: str) -> str:
        return session[:32]


class SplitsIds(Bot):
    """Takes a comma or a colon for the end of a session's id."""

    def key(self, session: str) -> str:
        return re.split("[,:]", session)[0]


DEFECTS = {
    "leaks": Leaks,
    "shared-instance": SharedInstance,
    "folds-case": FoldsCase,
    "cuts-ids": CutsIds,
    "splits-ids": SplitsIds,
}
