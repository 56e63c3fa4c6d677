"""The conversation handles of a deployment: one a session, from its first turn to the end."""

from __future__ import annotations

from gate.core.quota import Quota
from gate.errors import TurnRefused
from gate.ports import Bot, Conversation


class ConversationHandles:
    """Keeps a handle for every session, even while the bot is replaced.

    All deployments of a run share the `quota`, because replies are kept to the end of the run.
    """

    def __init__(self, bot: Bot, quota: Quota) -> None:
        self._bot = bot
        self._quota = quota
        self._handles: dict[str, Conversation] = {}

    async def say(self, session: str, text: str) -> str:
        """Return the bot's reply to `text`. Raises TurnRefused or TurnIndeterminate."""
        handle = self._handles.get(session)
        if handle is None:
            handle = self._handles[session] = self._bot.open(session)
        reply = await handle.say(text)
        if not self._quota.take(len(reply)):
            raise TurnRefused("the bot's replies are too large to be kept", why=f"this one: {len(reply):,}")
        return reply
