"""Processes that will not start, stop, be quiet or stay alone."""

import os
import socket
import sys
import threading
import time
from pathlib import Path

from healthy import Bot


class Deaf(Bot):
    """Ignores SIGTERM."""

    obeys_sigterm = False


class ExitsAtOnce(Bot):
    def start(self) -> None:
        os._exit(7)


class CrashLoops(Bot):
    """Ends at its third turn, in every life."""

    turns = 0

    def turn(self, session: str, message: str) -> str:
        self.turns += 1
        if self.turns == 3:
            os._exit(7)
        return super().turn(session, message)


class NeverReady(Bot):
    def healthy(self) -> bool:
        return False


class SickAfterwards(Bot):
    """Is well in its first life, and never again."""

    def start(self) -> None:
        self.seen = self.memory.mark()

    def healthy(self) -> bool:
        return not self.seen


class FloodsLog(Bot):
    """Prints as fast as it can, for ever, and remembers as it should."""

    def start(self) -> None:
        def flood() -> None:
            line = "::error::all work and no play ".ljust(4095, ".") + "\n"
            while True:
                sys.stdout.write(line)

        threading.Thread(target=flood, daemon=True).start()


class EndlessLine(Bot):
    """Prints a hundred megabytes without an end of line."""

    def start(self) -> None:
        for _ in range(1600):
            sys.stdout.write("x" * 65536)
        sys.stdout.flush()


class Respawns(Bot):
    """Leaves children that leave children, each in a session of its own, deaf to every signal but one."""

    def start(self) -> None:
        program = (
            "import os, signal, time\n"
            "for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    if os.fork() == 0: os.setsid()\n"
            "time.sleep(3600)\n"
        )
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                os.execv(sys.executable, [sys.executable, "-c", program])


class ManyPorts(Bot):
    """Listens on hundreds of ports besides its own."""

    def start(self) -> None:
        self.held = []
        for _ in range(300):
            one = socket.socket()
            one.bind(("0.0.0.0", 0))
            one.listen()
            self.held.append(one)


class ForkBomb(Bot):
    """Forks for as long as it is let, and then some."""

    def start(self) -> None:
        def bomb() -> None:
            while True:
                try:
                    if os.fork() == 0:
                        time.sleep(3600)
                except OSError:
                    time.sleep(0.1)

        threading.Thread(target=bomb, daemon=True).start()
        time.sleep(1)


class HogsMemory(Bot):
    """Takes memory from its third turn on, until there is none."""

    turns = 0

    def turn(self, session: str, message: str) -> str:
        self.turns += 1
        if self.turns == 3:
            self.held = [bytearray(os.urandom(1) * (16 << 20)) for _ in range(4096)]
        return super().turn(session, message)


class FillsDisk(Bot):
    """Writes 256 MB to its disk, and as much as it can to shared memory, and leaves them."""

    def start(self) -> None:
        with Path("/filler").open("wb") as file:
            for _ in range(256):
                file.write(bytes(1 << 20))
        shared = Path("/dev/shm/filler")
        try:
            with shared.open("wb") as file:
                for _ in range(512):
                    file.write(bytes(1 << 20))
        except OSError as error:
            print(f"/dev/shm: {error}", flush=True)


class BurnsProcessors(Bot):
    """Keeps eight processes busy."""

    def start(self) -> None:
        for _ in range(8):
            if os.fork() == 0:
                while True:
                    pass


DEFECTS = {
    "ignores-sigterm": Deaf,
    "exits-at-once": ExitsAtOnce,
    "crash-loops": CrashLoops,
    "never-ready": NeverReady,
    "sick-afterwards": SickAfterwards,
    "floods-log": FloodsLog,
    "endless-line": EndlessLine,
    "respawns": Respawns,
    "many-ports": ManyPorts,
    "fork-bomb": ForkBomb,
    "hogs-memory": HogsMemory,
    "fills-disk": FillsDisk,
    "burns-processors": BurnsProcessors,
}
