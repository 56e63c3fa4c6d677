"""Turns in the wrong order, and too often."""

import json
import uuid
from typing import Any

from healthy import Bot
from memories import Message, redis


class PushesLeft(Bot):
    """Puts each message before the earlier ones, and turns the list round when it reads it."""

    def recall(self, key: str) -> list[Message]:
        return super().recall(key)[::-1]

    def remember(self, key: str, messages: list[Message]) -> None:
        redis("LPUSH", f"memory:{key}", *(json.dumps(one) for one in messages))


class NewestFirst(PushesLeft):
    """Forgets to turn it round."""

    def recall(self, key: str) -> list[Message]:
        return self.memory.load(key)


class StoresHistoryAgain(Bot):
    """Adds the turn before to the history once more with every turn."""

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, [*self.recall(key)[-2:], *messages])


class RedeliversOnce(Bot):
    """Writes each turn into a journal before it stores it, and goes through the journal when it starts.

    A turn has an id, and is stored only when none with that id is. The journal is emptied at the end.
    """

    once = "if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end "
    store = "return redis.call('RPUSH', KEYS[1], ARGV[2], ARGV[3])"

    def start(self) -> None:
        for line in redis("LRANGE", "journal", "0", "-1"):
            self.apply(**json.loads(line))

    def remember(self, key: str, messages: list[Message]) -> None:
        entry: dict[str, Any] = {"key": key, "turn": uuid.uuid4().hex, "messages": messages}
        redis("RPUSH", "journal", json.dumps(entry))
        self.apply(**entry)

    def apply(self, key: str, turn: str, messages: list[Message]) -> None:
        """Stores what an entry of the journal says."""
        lines = [json.dumps(one) for one in messages]
        redis("EVAL", self.once + self.store, "2", f"memory:{key}", f"turns:{key}", turn, *lines)

    def stop(self) -> None:
        redis("DEL", "journal")


class RedeliversTwice(RedeliversOnce):
    """Stores a turn of the journal whether or not it is stored already."""

    once = ""


DEFECTS = {
    "newest-first": NewestFirst,
    "stores-history-again": StoresHistoryAgain,
    "redelivers-twice": RedeliversTwice,
}
TWINS = {"pushes-left": PushesLeft, "redelivers-once": RedeliversOnce}
