"""What can be wrong with how a bot starts, lives and ends."""

import os
import signal
import sys

from healthy import Bot


class Fails500AfterRestart(Bot):
    """Fails at every turn of every life but the first."""

    def start(self) -> None:
        self.lived = self.memory.mark()

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        return (500, b"internal error") if self.lived else super().answer(session, message)


class NeverHealthy(Bot):
    """Answers its health check with 503."""

    def healthy(self) -> bool:
        return False


class UnhealthyAfterRestart(Bot):
    """Is healthy in its first life only."""

    def start(self) -> None:
        self.lived = self.memory.mark()

    def healthy(self) -> bool:
        return not self.lived


class CrashOnStart(Bot):
    """Says what is wrong, in as many writes as a traceback takes, and ends."""

    def start(self) -> None:
        for number in range(1, 16):
            print(f"starting, step {number} of 15", flush=True)
        print("fatal: no configuration", file=sys.stderr, flush=True)
        sys.exit(3)


class CrashAfterRestart(Bot):
    """Ends as it starts in every life but the first."""

    def start(self) -> None:
        if self.memory.mark():
            sys.exit("fatal: the mark is there already")


class IgnoresSigterm(Bot):
    """Has to be killed."""

    obeys_sigterm = False


class ForksOrphans(Bot):
    """Leaves sleeping processes behind that are nobody's children."""

    def start(self) -> None:
        for _ in range(2):
            child = os.fork()
            if child == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                        signal.signal(number, signal.SIG_IGN)
                    while True:
                        signal.pause()
                os._exit(0)
            os.waitpid(child, 0)


class ExitsWhenTold(Bot):
    """Ends in mid-turn with the exit code that the user names: `exit 7`."""

    def turn(self, session: str, message: str) -> str:
        if message.startswith("exit "):
            os._exit(int(message.removeprefix("exit ")))
        return super().turn(session, message)


DEFECTS = {
    "500-after-restart": Fails500AfterRestart,
    "never-healthy": NeverHealthy,
    "unhealthy-after-restart": UnhealthyAfterRestart,
    "crash-on-start": CrashOnStart,
    "crash-after-restart": CrashAfterRestart,
    "ignores-sigterm": IgnoresSigterm,
    "forks-orphans": ForksOrphans,
    "exits-when-told": ExitsWhenTold,
}
