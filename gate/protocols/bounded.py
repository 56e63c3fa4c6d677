"""A bot whose replies are kept only as far as there is room for them."""

from __future__ import annotations

from gate.core.allowance import Allowance
from gate.errors import TurnRefused
from gate.interfaces import Bot


class BoundedBot:
    """Puts turns to `bot`; all bots of a run share the `allowance`."""

    def __init__(self, bot: Bot, allowance: Allowance) -> None:
        self._bot = bot
        self._allowance = allowance

    async def say(self, session: str, text: str) -> str:
        """See Bot."""
        reply = await self._bot.say(session, text)
        if not self._allowance.take(len(reply)):
            raise TurnRefused("the bot's replies are too large to be kept", why=f"this one: {len(reply):,}")
        return reply

    async def close(self) -> None:
        """See Bot."""
        await self._bot.close()
