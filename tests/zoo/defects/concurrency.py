"""Turns of one session that come at the same moment."""

import json
import threading
from collections import Counter

from healthy import Bot
from memories import Message, redis


class RewritesHistory(Bot):
    """Reads the whole history, adds to it, and writes it back when the model has answered."""

    def turn(self, session: str, message: str) -> str:
        key = f"memory:{self.key(session)}"
        history = json.loads(redis("GET", key) or "[]")
        question = {"role": "user", "content": message}
        reply = self.think([*history, question])
        redis("SET", key, json.dumps([*history, question, {"role": "assistant", "content": reply}]))
        return reply


class CreatesTwice(Bot):
    """Creates a session that it found missing when the turn began, and so empties what came meanwhile.

    The race is no matter of luck: the first turn of a session waits a moment for another first one.
    """

    MOMENT_SECONDS = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.first_turns: Counter[str] = Counter()
        self.another = threading.Condition()

    append = "return redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])"
    create = "redis.call('DEL', KEYS[1]) " + append

    def turn(self, session: str, message: str) -> str:
        key = self.key(session)
        history = self.recall(key)
        if not history:
            self.wait_for_another(key)
        question: Message = {"role": "user", "content": message}
        reply = self.think([*history, question])
        lines = [json.dumps(one) for one in (question, {"role": "assistant", "content": reply})]
        redis("EVAL", self.append if history else self.create, "1", f"memory:{key}", *lines)
        return reply

    def wait_for_another(self, key: str) -> None:
        """Returns when two turns have found the session missing, or after the moment."""
        with self.another:
            self.first_turns[key] += 1
            self.another.notify_all()
            self.another.wait_for(lambda: self.first_turns[key] > 1, self.MOMENT_SECONDS)


DEFECTS = {"rewrites-history": RewritesHistory, "creates-twice": CreatesTwice}
