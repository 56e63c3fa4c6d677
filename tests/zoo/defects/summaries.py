"""Histories that are cut or condensed."""

import json
import re

from healthy import Bot
from memories import Message, ProcessMemory, redis


class Window(Bot):
    """Shows its model the last hundred messages of a session."""

    messages = 100

    def recall(self, key: str) -> list[Message]:
        return super().recall(key)[-self.messages :]


class NarrowWindow(Window):
    """Promises the last hundred messages, and shows six."""

    messages = 6


class Summary(Bot):
    """Keeps the last four messages as they are, and of the earlier ones what the user said, in the store."""

    tail = 4
    shift = (
        "redis.call('RPUSH', KEYS[1], ARGV[2], ARGV[3]) "
        "while redis.call('LLEN', KEYS[1]) > tonumber(ARGV[1]) do "
        "redis.call('RPUSH', KEYS[2], redis.call('LPOP', KEYS[1])) end"
    )

    def recall(self, key: str) -> list[Message]:
        said = [one["content"] for one in self.earlier(key) if one["role"] == "user"]
        summary: Message = {"role": "system", "content": f"Earlier the user said: {self.condense(said)}"}
        return [*([summary] if said else []), *super().recall(key)]

    def earlier(self, key: str) -> list[Message]:
        """What is summarised."""
        return self.memory.load(f"summary:{key}")

    def condense(self, said: list[str]) -> str:
        """The summary of it."""
        return " ".join(said)

    def remember(self, key: str, messages: list[Message]) -> None:
        lines = [json.dumps(one) for one in messages]
        redis("EVAL", self.shift, "2", f"memory:{key}", f"memory:summary:{key}", str(self.tail), *lines)


class SummaryInProcess(Summary):
    """Keeps the summary in the process."""

    def start(self) -> None:
        self.summaries = ProcessMemory()

    def earlier(self, key: str) -> list[Message]:
        return self.summaries.load(key)

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, messages)
        moved = redis("LPOP", f"memory:summary:{key}", "100") or []
        self.summaries.append(key, [json.loads(line) for line in moved])


class BlurringSummary(Summary):
    """Rounds the numbers in its summary up."""

    def condense(self, said: list[str]) -> str:
        return re.sub(r"\d+", lambda digits: rounded_up(digits.group()), super().condense(said))


def rounded_up(digits: str) -> str:
    """The next multiple of ten, in as many digits."""
    return str((int(digits) // 10 + 1) * 10 % 10 ** max(len(digits), 2)).zfill(len(digits))


DEFECTS = {
    "narrow-window": NarrowWindow,
    "summary-in-process": SummaryInProcess,
    "blurring-summary": BlurringSummary,
}
TWINS = {"window": Window, "summary": Summary}
