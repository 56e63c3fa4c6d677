"""A connection to a Redis server that keeps account of the commands it gave, so that they can be left out."""

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
"""How errors begin with which a server turns a command away. It does not count them as carried out."""


@dataclass(kw_only=True)
class OwnCommands:
    """How many commands the gate gave to one server.

    Exact as long as the gate asks one thing at a time: the server counts a command when it is carried
    out, the gate when its answer is read.
    """

    life: str = ""
    """Of the server that carried them out; a new life counts from nothing."""
    carried_out: int = 0
    unknown: int = 0
    """Those that the server does not know, and does not count."""
    by_server: int = 0
    """Those that the server gave itself as it started, as Valkey does."""

    def count(self, error: Exception | None) -> None:
        """Counts one answer."""
        if error is None or not _turned_away(error):
            self.carried_out += 1
        elif str(error).startswith("unknown"):
            self.unknown += 1

    def begin(self, life: str, *, connected: OwnCommands) -> None:
        """Takes `life` for the server's. Of an earlier life only what `connected` counted is of this one."""
        if self.life not in ("", life):
            self.carried_out, self.unknown = connected.carried_out, connected.unknown
            self.by_server = 0
        self.life = life

    def others(self, total: int) -> int | None:
        """How many of `total` commands, as INFO tells them to the gate, are not the gate's.

        The server counts INFO itself only after it has answered it. None when someone has set its
        counters back.
        """
        others = total + 1 - self.carried_out - self.by_server
        return others if others >= 0 else None


class RedisConnection:
    """A short connection whose every fault is a StoreError."""

    def __init__(self, host: str, port: int, own: OwnCommands | None = None, *, database: int = 0) -> None:
        """`own` is told of every command that is given here."""
        self.given_here = OwnCommands()
        self._own = own
        accounts = (self.given_here,) if own is None else (self.given_here, own)
        # Nothing is said on connecting but what is needed: what a server does not know it counts as an error.
        self._pool = ConnectionPool(
            connection_class=_counting(accounts),
            host=host,
            port=port,
            db=database,
            protocol=2,
            driver_info=None,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # Who waits for a server says so; the client's own retries take seconds, unasked.
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
        """A part of INFO by field name. Counters in it do not know of this very command yet."""
        found: dict[str, Any] = await self._redis.info(section)
        if self._own is not None and "run_id" in found:
            self._own.begin(str(found["run_id"]), connected=self.given_here)
            if found.get("total_connections_received") == 1:
                # Nobody but the gate was ever here.
                self._own.by_server += self._own.others(found["total_commands_processed"]) or 0
        return found

    async def ask(self, *command: Any) -> Any:
        """The answer to one command."""
        answer: Any = await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        return answer

    async def ask_if_allowed(self, *command: Any) -> Any:
        """The answer to one command; None when the server refuses it."""
        try:
            return await self.ask(*command)
        except ResponseError:
            return None

    async def ask_all(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """The answers to many commands, put at once; errors are among the answers."""
        if not commands:
            return []
        async with self._redis.pipeline(transaction=False) as asked:
            for command in commands:
                asked.execute_command(*command)
            answers: list[Any] = await asked.execute(raise_on_error=False)
        return answers


def _turned_away(error: Exception) -> bool:
    return isinstance(error, NoPermissionError) or str(error).startswith(_REFUSALS)


def _counting(accounts: Sequence[OwnCommands]) -> type[Connection]:
    def answered(error: Exception | None) -> None:
        for one in accounts:
            one.count(error)

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
