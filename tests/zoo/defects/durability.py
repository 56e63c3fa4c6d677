"""Acknowledged turns that do not survive."""

import threading

from healthy import Bot
from memories import Message, ProcessMemory, redis


class UnusedClient(Bot):
    """Connects to the store, and keeps conversations in the process."""

    def start(self) -> None:
        redis("PING")
        self.memory = ProcessMemory()


class OverriddenMemory(Bot):
    """Writes to the store, and reads from the memory that its framework puts in the store's place."""

    def start(self) -> None:
        self.override = ProcessMemory()

    def recall(self, key: str) -> list[Message]:
        return self.override.load(key)

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, messages)
        self.override.append(key, messages)


class WriteBehind(Bot):
    """Keeps conversations in the process and stores them when it is stopped."""

    def start(self) -> None:
        self.stored, self.memory = self.memory, ProcessMemory()
        self.fetched: set[str] = set()

    def recall(self, key: str) -> list[Message]:
        if key not in self.fetched:
            self.fetched.add(key)
            self.memory.append(key, self.stored.load(key))
        return super().recall(key)

    def stop(self) -> None:
        self.flush()

    def flush(self) -> None:
        """Stores what is not stored yet."""
        for session, messages in list(self.memory.sessions.items()):
            new = messages[len(self.stored.load(session)) :]
            if new:
                self.stored.append(session, new)


class FlushesNowAndThen(WriteBehind):
    """Stores what was said once an hour, and when it is stopped."""

    seconds = 3600.0

    def start(self) -> None:
        super().start()
        threading.Thread(target=self.flush_now_and_then, daemon=True).start()

    def flush_now_and_then(self) -> None:
        """Until the bot is stopped."""
        while not self.stopping.wait(self.seconds):
            self.flush()


class FailsForOneSession(Bot):
    """Ends with 500 for the first session that comes back after a restart, whenever it speaks."""

    def start(self) -> None:
        self.lived = self.memory.mark()
        self.unlucky = ""
        self.choosing = threading.Lock()

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        with self.choosing:
            if self.lived and not self.unlucky and self.memory.load(self.key(session)):
                self.unlucky = session
        return (500, b"internal error") if session == self.unlucky else super().answer(session, message)


DEFECTS = {
    "unused-client": UnusedClient,
    "overridden-memory": OverriddenMemory,
    "write-behind": WriteBehind,
    "flushes-now-and-then": FlushesNowAndThen,
    "fails-for-one-session": FailsForOneSession,
}
