"""Connection to a Redis server that counts its own commands, so that they can be subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from gate.errors import StoreError

ANSWER_SECONDS = 10.0

_REFUSALS = ("unknown command", "unknown subcommand", "wrong number of arguments", "syntax error", "NOAUTH")
"""Prefixes of errors for rejected commands, which the server does not count as processed."""


@dataclass(kw_only=True)
class OwnCommands:
    """Counters of the commands that the gate sent to one server.

    They are exact as long as the gate sends one command at a time: the server counts a command when it
    processes it, the gate when it reads the answer.
    """

    incarnation: str = ""
    """The run id of the server that processed them. A new incarnation counts from zero."""
    processed: int = 0
    unknown: int = 0
    """Commands that the server does not know, and does not count."""
    by_server: int = 0
    """Commands that the server ran by itself as it started, as Valkey does."""

    def count(self, error: Exception | None) -> None:
        """Count one answer."""
        if error is None or not _rejected(error):
            self.processed += 1
        elif str(error).startswith("unknown"):
            self.unknown += 1

    def note_incarnation(self, incarnation: str, *, connected: OwnCommands) -> None:
        """Note the server's incarnation.

        If it is a new one, only the commands on the present connection, counted in `connected`, belong to it.
        """
        if self.incarnation not in ("", incarnation):
            self.processed, self.unknown = connected.processed, connected.unknown
            self.by_server = 0
        self.incarnation = incarnation

    def count_others(self, total: int) -> int | None:
        """Return how many of `total` commands in INFO are not the gate's; None if the counters were reset.

        The server counts the INFO command itself only after its answer.
        """
        others = total + 1 - self.processed - self.by_server
        return others if others >= 0 else None


class RedisConnection:
    """A short-lived connection. Every error is raised as StoreError."""

    def __init__(self, host: str, port: int, own: OwnCommands | None = None, *, database: int = 0) -> None:
        """`own` counts every command of this connection too."""
        self.own_here = OwnCommands()
        self._own = own
        counters = (self.own_here,) if own is None else (self.own_here, own)
        # No optional commands on connecting: the server would count those that it does not know as errors.
        self._pool = ConnectionPool(
            connection_class=_counting(counters),
            host=host,
            port=port,
            db=database,
            protocol=2,
            driver_info=None,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # Callers that wait for a server retry by themselves; the client's own retries take seconds.
            retry=Retry(NoBackoff(), 0),
        )
        self._redis: Redis = Redis(connection_pool=self._pool)

    async def __aenter__(self) -> RedisConnection:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        await self._redis.aclose()
        await self._pool.disconnect()
        if kind is not None and issubclass(kind, (RedisError, OSError)):
            raise StoreError("the store does not answer", why=str(error))

    async def information(self, section: str) -> dict[str, Any]:
        """Return a section of INFO by field name. Its counters do not include this command yet."""
        found: dict[str, Any] = await self._redis.info(section)
        if self._own is not None and "run_id" in found:
            self._own.note_incarnation(str(found["run_id"]), connected=self.own_here)
            if found.get("total_connections_received") == 1:
                # This is the server's first connection, so all other commands are its own.
                self._own.by_server += self._own.count_others(found["total_commands_processed"]) or 0
        return found

    async def ask(self, *command: Any) -> Any:
        """Return the answer to one command."""
        answer: Any = await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        return answer

    async def ask_if_allowed(self, *command: Any) -> Any:
        """Return the answer to one command; None when the server refuses it."""
        try:
            return await self.ask(*command)
        except ResponseError:
            return None

    async def ask_all(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """Send many commands at once, and return their answers, errors among them."""
        if not commands:
            return []
        async with self._redis.pipeline(transaction=False) as asked:
            for command in commands:
                asked.execute_command(*command)
            answers: list[Any] = await asked.execute(raise_on_error=False)
        return answers


def _rejected(error: Exception) -> bool:
    return isinstance(error, NoPermissionError) or str(error).startswith(_REFUSALS)


def _counting(counters: Sequence[OwnCommands]) -> type[Connection]:
    def answered(error: Exception | None) -> None:
        for commands in counters:
            commands.count(error)

    class CountingConnection(Connection):
        async def read_response(self, *arguments: Any, **named: Any) -> Any:
            try:
                response = await super().read_response(*arguments, **named)
            except ResponseError as error:
                answered(error)
                raise
            answered(response if isinstance(response, ResponseError) else None)
            return response

    return CountingConnection
