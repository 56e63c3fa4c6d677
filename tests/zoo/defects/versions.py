"""Versions of a bot that do not understand each other's records. VERSION is 1 or 2, by default 2."""

import json
import os
import pickle
import sys
import types

from healthy import Bot
from memories import Message, redis

VERSION = os.environ.get("VERSION") or "2"


class Migrates(Bot):
    """Version 2 says `kind` and `text` where version 1 said `role` and `content`. Each reads both."""

    def recall(self, key: str) -> list[Message]:
        return [self.read(json.loads(line)) for line in redis("LRANGE", f"memory:{key}", "0", "-1")]

    def remember(self, key: str, messages: list[Message]) -> None:
        redis("RPUSH", f"memory:{key}", *(json.dumps(self.written(one)) for one in messages))

    def written(self, message: Message) -> dict[str, str]:
        """The record of a message."""
        if VERSION == "1":
            return message
        return {"kind": message["role"], "text": message["content"]}

    def read(self, record: dict[str, str]) -> Message:
        """The message of a record, of whichever version."""
        return {
            "role": record.get("role") or record["kind"],
            "content": record.get("content") or record["text"],
        }


class RejectsOldSchema(Migrates):
    """Version 2 knows its own records alone, and fails at others."""

    def read(self, record: dict[str, str]) -> Message:
        if VERSION == "2" and "kind" not in record:
            raise ValueError(f"kind is missing in {sorted(record)}")
        return super().read(record)


class SkipsUnknownRecords(Migrates):
    """Version 2 makes nothing of records that it does not know."""

    def recall(self, key: str) -> list[Message]:
        records = [json.loads(line) for line in redis("LRANGE", f"memory:{key}", "0", "-1")]
        return [self.read(one) for one in records if VERSION == "1" or "kind" in one]


class PicklesPlainly(Bot):
    """Pickles messages as they are."""

    def recall(self, key: str) -> list[Message]:
        return [self.loaded(line) for line in redis("LRANGE", f"memory:{key}", "0", "-1")]

    def remember(self, key: str, messages: list[Message]) -> None:
        redis("RPUSH", f"memory:{key}", *(self.dumped(one) for one in messages))

    def dumped(self, message: Message) -> str:
        """A record that is a text, too."""
        return pickle.dumps(message, protocol=0).decode("latin-1")

    def loaded(self, record: str) -> Message:
        """The message in a record."""
        return dict(pickle.loads(record.encode("latin-1")))


class PicklesClasses(PicklesPlainly):
    """Pickles messages as objects of a class, whose module has another name in each version."""

    def start(self) -> None:
        module = types.ModuleType(f"bot_v{VERSION}")
        kept = type("Kept", (dict,), {"__module__": module.__name__})
        module.Kept = kept  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        self.kept = kept

    def dumped(self, message: Message) -> str:
        return super().dumped(self.kept(message))

    def loaded(self, record: str) -> Message:
        try:
            return super().loaded(record)
        except ImportError as error:
            raise RuntimeError(str(error)) from error


DEFECTS = {
    "rejects-old-schema": RejectsOldSchema,
    "skips-unknown-records": SkipsUnknownRecords,
    "pickles-classes": PicklesClasses,
}
TWINS = {"migrates": Migrates, "pickles-plainly": PicklesPlainly}
