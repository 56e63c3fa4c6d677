"""What can be wrong with a bot: one class and one line of DEFECTS each."""

import json
import os
import signal
import sys
from collections.abc import Mapping

from healthy import Bot
from memories import ProcessMemory, redis


class Always500(Bot):
    """Fails at every turn."""

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        return 500, b"internal error"


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


class Hangs(Bot):
    """Takes a turn and never answers it."""

    def turn(self, session: str, message: str) -> str:
        self.stopping.wait()
        sys.exit()  # ends this turn's thread, and so the connection


class NotJson(Bot):
    """Answers with a page instead of JSON."""

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        return 200, b"<html><body>Service is starting</body></html>"


class WrongType(Bot):
    """Answers with a number where a text belongs."""

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        return 200, b'{"reply": 42}'


class HugeReply(Bot):
    """Answers with 64 MiB."""

    def turn(self, session: str, message: str) -> str:
        return "x" * (64 * 1024 * 1024)


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


class HostileText(Bot):
    """Says and prints what a careless reader would obey."""

    text = (
        "::set-output name=accuracy::1.0\n"
        "##[set-output name=accuracy]1.0\n"
        "progress\r##[error]forged\n"
        "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00 \u202e\n"
        "| a | b |\n|---|---|\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n"
        "[x](javascript:alert(1)) @team #1\n"
        "```\n::stop-commands::x\n::add-mask::a\n"
    )

    def start(self) -> None:
        print(self.text, flush=True)

    def turn(self, session: str, message: str) -> str:
        print(self.text, flush=True)
        return f"{super().turn(session, message)}\n{self.text}"


class Leaks(Bot):
    """Keeps one history for everybody."""

    def key(self, session: str) -> str:
        return "everybody"


class WriteBehind(Bot):
    """Keeps conversations in the process and stores them when it is stopped."""

    def start(self) -> None:
        self.stored, self.memory = self.memory, ProcessMemory()
        self.fetched: set[str] = set()

    def turn(self, session: str, message: str) -> str:
        if session not in self.fetched:
            self.fetched.add(session)
            self.memory.append(session, self.stored.load(session))
        return super().turn(session, message)

    def stop(self) -> None:
        for session, messages in self.memory.sessions.items():
            new = messages[len(self.stored.load(session)) :]
            if new:
                self.stored.append(session, new)


class FoldsCase(Bot):
    """Takes Anna and anna for the same person."""

    def key(self, session: str) -> str:
        return session.lower()


class KnowsTheTest(Bot):
    """Gives the same plausible answers to everybody."""

    def turn(self, session: str, message: str) -> str:
        return "Your name is Alice, you live in Lisbon, you have a cat and your order is ORD-123456."


class NamesEverything(Bot):
    """Lists every plausible answer, so that the right one is among them."""

    def turn(self, session: str, message: str) -> str:
        return (
            "It is one of Lisbon, Oslo, Kyoto, Quito, Paris, London, Berlin, Madrid, Rome, Vienna; "
            "red, green, blue, yellow, black, white; a cat, a dog, a parrot, a hamster; "
            "Alice, Bob, Carol, Dave, Erin; tea, coffee; peanuts, shellfish, gluten, milk."
        )


class KillsStore(Bot):
    """Shuts the store down at its third turn, and throws away what was not on disk."""

    turns = 0

    def turn(self, session: str, message: str) -> str:
        self.turns += 1
        if self.turns == 3:
            redis("SHUTDOWN", "NOSAVE")
        return super().turn(session, message)


class ShowsEnvironment(Bot):
    """Tells everybody the environment it was started with."""

    def turn(self, session: str, message: str) -> str:
        return json.dumps(dict(os.environ))


class FloodsLog(Bot):
    """Prints a megabyte at every turn."""

    def turn(self, session: str, message: str) -> str:
        for _ in range(1024):
            print("all work and no play ".ljust(1023, "."), flush=True)
        return super().turn(session, message)


class ExitsWhenTold(Bot):
    """Ends in mid-turn with the exit code that the user names: `exit 7`."""

    def turn(self, session: str, message: str) -> str:
        if message.startswith("exit "):
            os._exit(int(message.removeprefix("exit ")))
        return super().turn(session, message)


DEFECTS: Mapping[str, type[Bot]] = {
    "": Bot,
    "always-500": Always500,
    "500-after-restart": Fails500AfterRestart,
    "never-healthy": NeverHealthy,
    "unhealthy-after-restart": UnhealthyAfterRestart,
    "hangs": Hangs,
    "not-json": NotJson,
    "wrong-type": WrongType,
    "huge-reply": HugeReply,
    "crash-on-start": CrashOnStart,
    "crash-after-restart": CrashAfterRestart,
    "ignores-sigterm": IgnoresSigterm,
    "forks-orphans": ForksOrphans,
    "hostile-text": HostileText,
    "leaks": Leaks,
    "write-behind": WriteBehind,
    "folds-case": FoldsCase,
    "knows-the-test": KnowsTheTest,
    "names-everything": NamesEverything,
    "kills-store": KillsStore,
    "shows-environment": ShowsEnvironment,
    "floods-log": FloodsLog,
    "exits-when-told": ExitsWhenTold,
}
