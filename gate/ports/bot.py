"""The bot as its users' clients reach it: a protocol to speak, conversations, and a leased way per turn."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gate.core.specification import BotSpecification, Contract


class Conversation(Protocol):
    """One session with the bot, on the client's side.

    It owns the session's state, cookies for example, and survives every disruption, as a browser does.
    """

    @property
    def session(self) -> str:
        """The id of the session."""
        ...

    async def say(self, text: str) -> str:
        """Put one turn and return the bot's reply. Raises TurnRefused or TurnIndeterminate.

        The way to the bot is leased anew for each turn. Several turns may be under way at once.
        """
        ...


class Bot(Protocol):
    """The client side of one bot: it opens conversations."""

    def open(self, session: str) -> Conversation:
        """Open a conversation. Nothing is sent before its first turn."""
        ...

    async def close(self) -> None:
        """End all conversations and free the connections. Never raises."""
        ...


class BotProtocol(Protocol):
    """One way to speak to bots, for example JSON over HTTP."""

    name: str
    """Its name in `bot.protocol`."""
    sentence: str
    """A description of what is sent, for `memory-gate list protocols`."""
    contract: Contract
    """The defaults of the settings `request` and `reply`."""

    def connect(self, specification: BotSpecification, route_turn: TurnRouter) -> Bot:
        """Return a bot that leases a way from `route_turn` for each turn."""
        ...


class TurnLease(Protocol):
    """A lease of one replica for one turn."""

    @property
    def address(self) -> str:
        """Where this replica listens now, as `http://host:port`. It may move when the replica restarts."""
        ...


class TurnRouter(Protocol):
    """A function that chooses the replica for a turn."""

    def __call__(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a replica for one turn; see Deployment.route_turn."""
        ...
