"""Turns that are interrupted."""

import json

from healthy import Bot
from memories import Message, redis


class StoresFirst(Bot):
    """Stores the question when it comes, and the reply when the model has ended: nothing said is lost."""

    def turn(self, session: str, message: str) -> str:
        key = self.key(session)
        question: Message = {"role": "user", "content": message}
        history = self.recall(key)
        place = self.put(key, question)
        reply = self.think([*history, question])
        self.complete(key, place, question)
        self.remember(key, [{"role": "assistant", "content": reply}])
        return reply

    def put(self, key: str, question: Message) -> int:
        """Stores the question. Its place in the history."""
        return int(redis("RPUSH", f"memory:{key}", json.dumps(question))) - 1

    def complete(self, key: str, place: int, question: Message) -> None:
        """Called when the model has ended."""


class StoresPages(StoresFirst):
    """Stores the first forty characters of a question, and the rest when the model has ended."""

    page = 40

    def put(self, key: str, question: Message) -> int:
        return super().put(key, {**question, "content": question["content"][: self.page]})

    def complete(self, key: str, place: int, question: Message) -> None:
        redis("LSET", f"memory:{key}", str(place), json.dumps(question))


DEFECTS = {"stores-pages": StoresPages}
TWINS = {"stores-first": StoresFirst}
