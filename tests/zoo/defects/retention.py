"""What is kept too short, or too long."""

from healthy import Bot
from memories import Message, redis

MONTH_SECONDS = 30 * 86_400


class Expiring(Bot):
    """Lets a conversation expire thirty days after its last turn."""

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, messages)
        self.expire(f"memory:{key}")

    def expire(self, key: str) -> None:
        """Sets the TTL of a stored conversation."""
        redis("EXPIRE", key, str(MONTH_SECONDS))


class ExpiresEarly(Expiring):
    """Lets it expire after an hour."""

    def expire(self, key: str) -> None:
        redis("EXPIRE", key, "3600")


class NeverRefreshed(Expiring):
    """Lets it expire two seconds after its first turn, however long it goes on."""

    def expire(self, key: str) -> None:
        redis("EXPIRE", key, "2", "NX")


class Forgets(Bot):
    """Has a backup of every conversation, and on request removes a conversation and its backup."""

    def start(self) -> None:
        for name in redis("KEYS", "memory:backup:*"):
            backup = name.removeprefix("memory:")
            key = backup.removeprefix("backup:")
            if len(self.memory.load(key)) < len(self.memory.load(backup)):
                redis("COPY", name, f"memory:{key}", "REPLACE")

    def remember(self, key: str, messages: list[Message]) -> None:
        if messages[0]["content"].startswith("Please forget"):
            self.forget(key)
            return
        super().remember(key, messages)
        super().remember(f"backup:{key}", messages)

    def forget(self, key: str) -> None:
        """Removes a conversation."""
        redis("DEL", f"memory:{key}", f"memory:backup:{key}")


class ForgetsHalf(Forgets):
    """Leaves the backup, from which it restores what is missing when it starts again."""

    def forget(self, key: str) -> None:
        redis("DEL", f"memory:{key}")


class RoomyStore(Bot):
    """Keeps a long trace with each message. Allows its store 512 MiB, and tells it to refuse the rest."""

    room = 512 * 2**20
    policy = "noeviction"
    trace = "." * 20_000

    def start(self) -> None:
        information = dict(line.split(":", 1) for line in redis("INFO", "memory").splitlines() if ":" in line)
        redis("CONFIG", "SET", "maxmemory-policy", self.policy)
        if not self.memory.mark():
            redis("CONFIG", "SET", "maxmemory", str(int(information["used_memory"]) + self.room))

    def recall(self, key: str) -> list[Message]:
        return [{name: one[name] for name in ("role", "content")} for one in super().recall(key)]

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, [{**one, "trace": self.trace} for one in messages])


class EvictingStore(RoomyStore):
    """Allows its store one MiB, and tells it to throw away what was not used for the longest time."""

    room = 2**20
    policy = "allkeys-lru"


DEFECTS = {
    "expires-early": ExpiresEarly,
    "never-refreshed": NeverRefreshed,
    "forgets-half": ForgetsHalf,
    "evicting-store": EvictingStore,
}
TWINS = {"expiring": Expiring, "forgets": Forgets, "roomy-store": RoomyStore}
