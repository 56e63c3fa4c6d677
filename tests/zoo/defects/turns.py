"""Turns that are interrupted."""

from healthy import Bot
from memories import Message


class StoresHalves(Bot):
    """Stores the question when it comes, and the reply when the model has ended."""

    def turn(self, session: str, message: str) -> str:
        key = self.key(session)
        question: Message = {"role": "user", "content": message}
        history = self.recall(key)
        self.remember(key, [question])
        reply = self.think([*history, question])
        self.remember(key, [{"role": "assistant", "content": reply}])
        return reply


DEFECTS = {"stores-halves": StoresHalves}
