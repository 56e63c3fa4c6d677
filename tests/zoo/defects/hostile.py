"""What a bot may do to those who run it."""

from healthy import Bot
from memories import redis


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


class KillsStore(Bot):
    """Shuts the store down at its third turn, and throws away what was not on disk."""

    turns = 0

    def turn(self, session: str, message: str) -> str:
        self.turns += 1
        if self.turns == 3:
            redis("SHUTDOWN", "NOSAVE")
        return super().turn(session, message)


class FloodsLog(Bot):
    """Prints a megabyte at every turn."""

    def turn(self, session: str, message: str) -> str:
        for _ in range(1024):
            print("all work and no play ".ljust(1023, "."), flush=True)
        return super().turn(session, message)


DEFECTS = {
    "hostile-text": HostileText,
    "kills-store": KillsStore,
    "floods-log": FloodsLog,
}
