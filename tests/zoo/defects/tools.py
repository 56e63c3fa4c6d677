"""Bots whose model decides what is kept: it calls a tool, or fills in a form."""

import json
import os
import threading

from healthy import Bot
from memories import Message

SAVE_MEMORY = {
    "type": "function",
    "function": {
        "name": "save_memory",
        "description": "Keeps what the user should not have to say twice.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    },
}


class KeepsByTool(Bot):
    """Honest: the conversation stays in the process, and what its model hands to a tool stays for good.

    A model that calls no tool leaves it with nothing after a restart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conversations: dict[str, list[Message]] = {}
        self.lock = threading.Lock()

    def turn(self, session: str, message: str) -> str:
        key = self.key(session)
        question: Message = {"role": "user", "content": message}
        known = "\n".join(one["content"] for one in self.memory.load(key))
        with self.lock:
            said = list(self.conversations.get(key, []))
        prompt = [{"role": "system", "content": f"Known about the user: {known}"}, *said, question]
        reply, kept = self.decide(prompt)
        if kept:
            self.memory.append(key, [{"role": "user", "content": text} for text in kept])
        with self.lock:
            self.conversations.setdefault(key, []).extend([question, {"role": "assistant", "content": reply}])
        return reply

    def decide(self, prompt: list[Message]) -> tuple[str, list[str]]:
        """The reply, and what is to be kept."""
        message = self.ask(os.environ["OPENAI_BASE_URL"], {"messages": prompt, "tools": [SAVE_MEMORY]})
        calls = message.get("tool_calls") or []
        return message["content"], [json.loads(one["function"]["arguments"])["text"] for one in calls]


class FillsInAForm(KeepsByTool):
    """Honest as well: keeps the fields that its model finds in a turn, and nothing where that is no JSON."""

    def decide(self, prompt: list[Message]) -> tuple[str, list[str]]:
        base = os.environ["OPENAI_BASE_URL"]
        wanted = f"Write as JSON what the user states. The user: {prompt[-1]['content']}"
        form = self.ask(
            base,
            {
                "messages": [{"role": "user", "content": wanted}],
                "response_format": {"type": "json_object"},
            },
        )["content"]
        reply = self.ask(base, {"messages": prompt})["content"]
        try:
            return reply, [f"{name}: {value}" for name, value in json.loads(form).items()]
        except ValueError:
            return reply, []


DEFECTS: dict[str, type[Bot]] = {}
TWINS = {"keeps-by-tool": KeepsByTool, "fills-in-a-form": FillsInAForm}
