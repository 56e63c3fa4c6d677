"""Where the bot keeps its conversations."""

import json
import os
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Message = dict[str, str]

STORE_SECONDS = float(os.environ.get("STORE_SECONDS") or "10")


class ProcessMemory:
    """Forgotten when the process ends. Its mark outlives it, in the working directory."""

    mark_path = Path("mark")

    def __init__(self) -> None:
        self.sessions: dict[str, list[Message]] = {}
        self.lock = threading.Lock()

    def load(self, session: str) -> list[Message]:
        """What was said in a session so far, oldest first."""
        with self.lock:
            return list(self.sessions.get(session, ()))

    def append(self, session: str, messages: Iterable[Message]) -> None:
        """Remembers what was just said."""
        with self.lock:
            self.sessions.setdefault(session, []).extend(messages)

    def mark(self) -> bool:
        """Leaves a mark for later lives. Whether an earlier life left one."""
        found = self.mark_path.exists()
        self.mark_path.touch()
        return found


class FileMemory(ProcessMemory):
    """A file in the working directory: it goes when the container goes."""

    path = Path("memory.json")

    def __init__(self) -> None:
        super().__init__()
        if self.path.exists():
            self.sessions = json.loads(self.path.read_text())

    def append(self, session: str, messages: Iterable[Message]) -> None:
        """The file is whole at every moment: a kill leaves the old one or the new one."""
        super().append(session, messages)
        with self.lock:
            draft = self.path.with_suffix(".draft")
            draft.write_text(json.dumps(self.sessions))
            draft.replace(self.path)


class RedisMemory:
    """A list per session in Redis."""

    def load(self, session: str) -> list[Message]:
        """What was said in a session so far, oldest first."""
        return [json.loads(line) for line in self.command("LRANGE", f"memory:{session}", "0", "-1")]

    def append(self, session: str, messages: Iterable[Message]) -> None:
        """One command, so that a turn is stored whole or not at all."""
        self.command("RPUSH", f"memory:{session}", *(json.dumps(one) for one in messages))

    def mark(self) -> bool:
        """Leaves a mark for later lives. Whether an earlier life left one."""
        return self.command("SET", "mark", "1", "NX") is None

    def command(self, *words: str) -> Any:
        """The store's answer to one command."""
        return redis(*words)


MEMORIES = {"process": ProcessMemory, "file": FileMemory, "redis": RedisMemory}


def redis(*command: str) -> Any:
    """The answer of the server at REDIS_URL to one command, on a connection of its own."""
    with connected() as connection:
        return exchanged(connection, *command)


def connected() -> socket.socket:
    """A connection to the server at REDIS_URL."""
    place = urlsplit(os.environ["REDIS_URL"])
    return socket.create_connection((place.hostname or "localhost", place.port or 6379), STORE_SECONDS)


def exchanged(connection: socket.socket, *command: str) -> Any:
    """The server's answer to one command on this connection."""
    with connection.makefile("rwb") as stream:
        words = [word.encode() for word in command]
        stream.write(b"*%d\r\n" % len(words))
        stream.writelines(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        stream.flush()
        return _redis_answer(stream)


def _redis_answer(stream: Any) -> Any:
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the store hung up")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"-":
        raise RuntimeError(rest)
    if kind == b"+":
        return rest
    count = int(rest)
    if kind == b":" or count < 0:
        return None if count < 0 else count
    if kind == b"*":
        return [_redis_answer(stream) for _ in range(count)]
    return stream.read(count + 2)[:-2].decode()
