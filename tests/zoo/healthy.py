"""The healthy bot: it stores both sides of a turn before it replies, and asks a model for the reply."""

import json
import os
import threading
import urllib.request
from typing import Any

from memories import MEMORIES, Message

MODEL_SECONDS = 30


class Bot:
    """The healthy bot. A defect overrides what it gets wrong."""

    obeys_sigterm = True

    def __init__(self) -> None:
        self.memory = MEMORIES[os.environ.get("MEMORY") or "process"]()
        self.stopping = threading.Event()

    def start(self) -> None:
        """Called once, before the bot listens."""

    def stop(self) -> None:
        """Called once, after the last turn of a graceful end."""

    def healthy(self) -> bool:
        """What /healthz says."""
        return True

    def key(self, session: str) -> str:
        """Under which key a session is kept."""
        return session

    def turn(self, session: str, message: str) -> str:
        """One turn: the reply, after both sides of it were stored."""
        key = self.key(session)
        question = {"role": "user", "content": message}
        reply = self.think(self.prompt(key, question))
        self.remember(key, [question, {"role": "assistant", "content": reply}])
        return reply

    def prompt(self, key: str, question: Message) -> list[Message]:
        """What the model is asked."""
        return [*self.recall(key), question]

    def recall(self, key: str) -> list[Message]:
        """What the model is told of the session so far."""
        return self.memory.load(key)

    def remember(self, key: str, messages: list[Message]) -> None:
        """Keeps both sides of a turn."""
        self.memory.append(key, messages)

    def think(self, prompt: list[Message]) -> str:
        """The model's answer; without a model, all that the user said, a line each."""
        base = os.environ.get("OPENAI_BASE_URL")
        if not base:
            return "\n".join(one["content"] for one in prompt if one["role"] == "user")
        return str(self.ask(base, {"messages": prompt})["content"])

    def ask(self, base: str, body: dict[str, object]) -> dict[str, Any]:
        """The message with which the model at `base` answers."""
        request = urllib.request.Request(
            f"{base}/chat/completions",
            json.dumps({"model": "any", **body}).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', '')}",
            },
        )
        with urllib.request.urlopen(request, timeout=MODEL_SECONDS) as answer:
            message: dict[str, Any] = json.load(answer)["choices"][0]["message"]
            return message

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        """Status and body of the answer to a turn."""
        return 200, json.dumps({"reply": self.turn(session, message)}).encode()
