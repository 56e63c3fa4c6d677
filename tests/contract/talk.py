"""Users who keep talking while a bot is disrupted, and a model that can withhold its answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gate.errors import TurnIndeterminate, TurnRefused
from gate.ports import CANDIDATE, Bot, Runtime
from tests.contract.harness import Harness, spoken_to
from tests.event_loop import until


class HeldModel:
    """A model that answers with all user messages, one a line, and can withhold its answers."""

    def __init__(self) -> None:
        self.waiting = 0
        self._open = asyncio.Event()
        self._open.set()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request, when the model is open."""
        messages = (await request.json())["messages"]
        self.waiting += 1
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1
        text = "\n".join(one["content"] for one in messages if one["role"] == "user")
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": text}}]})

    def hold(self) -> None:
        """Withhold all answers from now on."""
        self._open.clear()

    def let_go(self) -> None:
        """All that is held is answered."""
        self._open.set()


class Talk:
    """Traffic of a few sessions. Every outcome is kept, and what the model was asked meanwhile."""

    def __init__(self, bot: Bot, model: HeldModel, *sessions: str) -> None:
        self.sessions = sessions
        self.outcomes: list[str] = []
        self.failing = False
        """Whether the next thing it is asked to do fails as a harness can."""
        self._bot = bot
        self._model = model
        self._turns = 0

    async def send(self) -> None:
        """One turn of every session."""
        if self.failing:
            raise RuntimeError("the harness died")
        await asyncio.gather(*self._turn())

    @contextlib.asynccontextmanager
    async def in_flight(self) -> AsyncIterator[bool]:
        """One turn of every session is with the model."""
        if self.failing:
            raise RuntimeError("the harness died")
        self._model.hold()
        turns = [asyncio.create_task(turn) for turn in self._turn()]
        try:
            await until(lambda: self._model.waiting == len(self.sessions), "the bot asks its model")
            yield True
        finally:
            self._model.let_go()
            await asyncio.gather(*turns)

    def _turn(self) -> list[Any]:
        self._turns += 1
        return [self._say(session, f"Small talk {self._turns} of {session}.") for session in self.sessions]

    async def _say(self, session: str, text: str) -> None:
        try:
            await self._bot.open(session).say(text)
            self.outcomes.append("acknowledged")
        except TurnRefused:
            self.outcomes.append("refused")
        except TurnIndeterminate:
            self.outcomes.append("open")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A deployment, its bot and the users who talk to it."""

    runtime: Runtime
    deployment: Any
    bot: Bot
    model: HeldModel

    def talk(self, *sessions: str) -> Talk:
        """Users of these sessions."""
        return Talk(self.bot, self.model, *sessions)

    async def told(self, session: str, text: str) -> bool:
        """Whether every replica that gets turns still knows what the session said."""
        replies = [await self.bot.open(session).say("Well?") for _ in self.deployment.routed()]
        return all(text in reply.splitlines() for reply in replies)


@contextlib.asynccontextmanager
async def scene(harness: Harness, *, version: str = CANDIDATE, **fields: Any) -> AsyncIterator[Scene]:
    """A ready deployment whose bot asks the test's own model; everything is removed at the end."""
    model = HeldModel()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", model.answer)
    served = web.AppRunner(application, handler_cancellation=True)
    await served.setup()
    site = web.TCPSite(served, "0.0.0.0", 0)
    await site.start()
    port = served.addresses[0][1]
    try:
        runtime = harness.runtime(**fields)
        try:
            base = f"http://{await runtime.open()}:{port}/v1"
            deployment = await runtime.deploy("trial", {"OPENAI_BASE_URL": base}, version)
            async with spoken_to(deployment) as bot:
                yield Scene(runtime=runtime, deployment=deployment, bot=bot, model=model)
        finally:
            await runtime.close()
    finally:
        await served.cleanup()
