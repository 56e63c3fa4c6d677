"""What a bot may answer that is no reply, or no reply of its own."""

import json
import os
import sys

from healthy import Bot


class Always500(Bot):
    """Fails at every turn."""

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        return 500, b"internal error"


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
    """Answers with 8 MiB: twice what is read, and little enough for a container with many turns at once."""

    def turn(self, session: str, message: str) -> str:
        return "x" * (8 * 1024 * 1024)


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


class ShowsEnvironment(Bot):
    """Tells everybody the environment it was started with."""

    def turn(self, session: str, message: str) -> str:
        return json.dumps(dict(os.environ))


DEFECTS = {
    "always-500": Always500,
    "hangs": Hangs,
    "not-json": NotJson,
    "wrong-type": WrongType,
    "huge-reply": HugeReply,
    "knows-the-test": KnowsTheTest,
    "names-everything": NamesEverything,
    "shows-environment": ShowsEnvironment,
}
