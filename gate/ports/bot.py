"""The bot, as its users' clients reach it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gate.core.specification import BotSpecification, Contract


class Conversation(Protocol):
    """One session with the bot, as its user's client keeps it.

    It owns what belongs to the session and outlives every disruption, as a browser outlives a deploy.
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
    """The bot, as its users' clients reach it."""

    def open(self, session: str) -> Conversation:
        """Open a conversation. Nothing is sent before its first turn."""
        ...

    async def close(self) -> None:
        """End all conversations and free the connections. Never raises."""
        ...


class BotProtocol(Protocol):
    """How to speak to one kind of bot."""

    name: str
    """How `bot.protocol` names it."""
    sentence: str
    """What is sent, for `memory-gate list protocols`."""
    contract: Contract
    """What the settings `request` and `reply` are where they say nothing else."""

    def connect(self, specification: BotSpecification, route_turn: TurnRouter) -> Bot:
        """Return a bot that leases its way anew for each turn."""
        ...


class TurnLease(Protocol):
    """The way of one turn to one replica."""

    @property
    def address(self) -> str:
        """Where this replica listens now, as `http://host:port`. It may move when the replica restarts."""
        ...


class TurnRouter(Protocol):
    """Chooses the replica that a turn goes to."""

    def __call__(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a way for one turn: see Deployment.route_turn."""
        ...
