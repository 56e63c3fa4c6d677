"""What bots make of a store that goes away and comes back."""

import socket
import threading
from typing import Any

from healthy import Bot
from memories import ProcessMemory, RedisMemory, connected, exchanged


class FallsBack(Bot):
    """Turns to a memory of its own while its store does not answer, and says nothing about it."""

    def start(self) -> None:
        self.fallback = Bot()
        self.fallback.memory = ProcessMemory()

    def turn(self, session: str, message: str) -> str:
        try:
            return super().turn(session, message)
        except OSError:
            return self.fallback.turn(session, message)


class Link(RedisMemory):
    """One connection for all commands. Where it is found broken, a new one is made."""

    def __init__(self) -> None:
        self.using = threading.Lock()
        self.connection: socket.socket | None = None

    def command(self, *words: str) -> Any:
        with self.using:
            connection = self.whole()
            try:
                return exchanged(connection, *words)
            except OSError:
                # What comes late would be taken for the answer to the next command.
                connection.close()
                raise

    def whole(self) -> socket.socket:
        """A connection on which a command can be sent."""
        try:
            if self.connection is None:
                raise ConnectionError
            exchanged(self.connection, "PING")
        except OSError:
            if self.connection is not None:
                self.connection.close()
            self.connection = connected()
        return self.connection


class OneLink(Link):
    """One connection for all commands, for ever."""

    def whole(self) -> socket.socket:
        if self.connection is None:
            self.connection = connected()
        return self.connection


class Reconnects(Bot):
    """Keeps one connection to its store, and makes another when it is broken."""

    def start(self) -> None:
        self.memory = Link()


class NeverReconnects(Bot):
    """Keeps one connection to its store."""

    def start(self) -> None:
        self.memory = OneLink()


DEFECTS = {"falls-back": FallsBack, "never-reconnects": NeverReconnects}
TWINS = {"reconnects": Reconnects}
