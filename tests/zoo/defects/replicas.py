"""What replicas do not know of one another."""

from healthy import Bot
from memories import Message


class CachedAgent(Bot):
    """Reads a conversation from the store once, and keeps it with the agent that answers it."""

    def start(self) -> None:
        self.agents: dict[str, list[Message]] = {}

    def recall(self, key: str) -> list[Message]:
        if key not in self.agents:
            self.agents[key] = super().recall(key)
        return list(self.agents[key])

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, messages)
        self.agents.setdefault(key, []).extend(messages)


DEFECTS = {"cached-agent": CachedAgent}
