"""What a bot may do with the store that it was given."""

import contextlib
import threading

from healthy import Bot
from memories import connected, redis


class AtTurn(Bot):
    """Does something to its store at its third turn."""

    turns = 0

    def turn(self, session: str, message: str) -> str:
        self.turns += 1
        if self.turns == 3:
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                self.harm()
        return super().turn(session, message)

    def harm(self) -> None:
        """What it does."""
        raise NotImplementedError


class Flushes(Bot):
    """Throws everything away after every turn."""

    def turn(self, session: str, message: str) -> str:
        reply = super().turn(session, message)
        redis("FLUSHALL")
        return reply


class Reconfigures(AtTurn):
    """Takes away the store's persistence and its memory."""

    def harm(self) -> None:
        for words in (("appendonly", "no"), ("save", ""), ("maxmemory-policy", "allkeys-random")):
            redis("CONFIG", "SET", *words)
        redis("CONFIG", "SET", "maxmemory", "1")


class LocksOut(AtTurn):
    """Sets a password."""

    def harm(self) -> None:
        redis("CONFIG", "SET", "requirepass", "mine")


class ShutsDown(AtTurn):
    def harm(self) -> None:
        redis("SHUTDOWN", "NOSAVE")


class Sleeps(AtTurn):
    def harm(self) -> None:
        redis("DEBUG", "SLEEP", "3600")


class Pauses(AtTurn):
    def harm(self) -> None:
        redis("CLIENT", "PAUSE", "3600000", "ALL")


class Busy(AtTurn):
    """Lets a script run for ever."""

    def harm(self) -> None:
        connection = connected()
        script = b"while true do end"
        connection.sendall(b"*3\r\n$4\r\nEVAL\r\n$%d\r\n%s\r\n$1\r\n0\r\n" % (len(script), script))


class Replicates(AtTurn):
    """Makes the store a copy of one elsewhere."""

    def harm(self) -> None:
        redis("REPLICAOF", "192.0.2.1", "6379")


class KillsConnections(Bot):
    """Hangs up on everybody who is connected to the store, so fast that nobody slips through."""

    def start(self) -> None:
        everybody = b"CLIENT KILL TYPE normal SKIPME yes\r\n"

        def kill() -> None:
            while not self.stopping.is_set():
                with contextlib.suppress(OSError), connected() as connection:
                    while not self.stopping.is_set():
                        connection.sendall(everybody)
                        if not connection.recv(64):
                            break

        threading.Thread(target=kill, daemon=True).start()


class ManyKeys(AtTurn):
    """Puts thirty thousand keys beside its own."""

    def harm(self) -> None:
        script = "for i = 1, 30000 do redis.call('SET', 'k' .. i, 'v') end"
        redis("EVAL", script, "0")


class HugeValues(AtTurn):
    """Puts a value of forty megabytes beside its own."""

    def harm(self) -> None:
        redis("SETRANGE", "huge", str(40 * 1024 * 1024), "x")


class Fills(Bot):
    """Fills the store until it is no more, before it is ready."""

    def start(self) -> None:
        for number in range(20):
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                redis("SETRANGE", f"fill-{number}", str(32 * 1024 * 1024), "x")


DEFECTS = {
    "flushes-store": Flushes,
    "reconfigures-store": Reconfigures,
    "locks-store": LocksOut,
    "shuts-store-down": ShutsDown,
    "debug-sleeps-store": Sleeps,
    "pauses-store": Pauses,
    "keeps-store-busy": Busy,
    "replicates-store": Replicates,
    "kills-connections": KillsConnections,
    "many-keys": ManyKeys,
    "huge-values": HugeValues,
    "fills-store": Fills,
}
