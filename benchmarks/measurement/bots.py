"""Bots whose memory is known exactly, because they run inside the measuring process.

The contract is that of any bot: `POST /chat {"session_id", "message"} → {"reply"}` and `GET /healthz`.
Each object is one life of a bot; a restart makes another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import aiohttp
from aiohttp import web
from redis.asyncio import Redis

from gate.runtimes.process.scratch import LOCALHOST

Message = dict[str, str]

GONE = "(gone)"
"""What stands where a fact was lost."""


class TurnLost(Exception):
    """The bot does not acknowledge the turn."""


class KeepsOutside:
    """The honest bot: the history of each session lies in Redis, whole, and is sent to the model whole."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` has REDIS_URL, OPENAI_BASE_URL and OPENAI_API_KEY, as every bot is told them."""
        self._redis: Redis = Redis.from_url(environment["REDIS_URL"], decode_responses=True)
        self._completions = f"{environment['OPENAI_BASE_URL']}/chat/completions"
        self._headers = {"Authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)
        application = web.Application()
        application.router.add_post("/chat", self._chat)
        application.router.add_get("/healthz", self._health)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)

    async def open(self) -> str:
        """Listens on a free port. The address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, LOCALHOST, 0).start()
        return f"http://{LOCALHOST}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """The end of this life. Safe to call twice."""
        await self._runner.cleanup()
        await self._client.close()
        await self._redis.aclose()

    async def turn(self, session: str, message: str) -> str:
        """One turn: the reply, after both sides of it were stored. Raises TurnLost."""
        prompt = [*await self.load(session), {"role": "user", "content": message}]
        reply = await self.think(session, prompt)
        await self.append(session, [prompt[-1], {"role": "assistant", "content": reply}])
        return reply

    async def load(self, session: str) -> list[Message]:
        """What was said in a session so far, oldest first."""
        return [json.loads(line) for line in await self._redis.lrange(f"memory:{session}", 0, -1)]

    async def append(self, session: str, messages: Sequence[Message]) -> None:
        """One command, so that a turn is stored whole or not at all."""
        await self._redis.rpush(f"memory:{session}", *(json.dumps(one) for one in messages))

    async def think(self, session: str, prompt: Sequence[Message]) -> str:
        """The model's answer."""
        body = {"model": "any", "messages": prompt}
        async with self._client.post(self._completions, json=body, headers=self._headers) as answer:
            answer.raise_for_status()
            return str((await answer.json())["choices"][0]["message"]["content"])

    async def _chat(self, request: web.Request) -> web.Response:
        turn = await request.json()
        try:
            reply = await self.turn(str(turn["session_id"]), str(turn["message"]))
        except TurnLost:
            return web.json_response({"error": "the turn was not taken"}, status=503)
        except aiohttp.ClientError as error:
            return web.json_response({"error": repr(error)}, status=502)
        return web.json_response({"reply": reply})

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({})


class KeepsInside(KeepsOutside):
    """Keeps conversations in its process: forgets them whenever a life ends."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self._sessions: dict[str, list[Message]] = {}

    async def load(self, session: str) -> list[Message]:
        """What was said in this life."""
        return list(self._sessions.get(session, ()))

    async def append(self, session: str, messages: Sequence[Message]) -> None:
        """For this life."""
        self._sessions.setdefault(session, []).extend(messages)


class KeepsNothing(KeepsOutside):
    """The amnesiac: every turn is the first."""

    async def load(self, session: str) -> list[Message]:
        """Nothing."""
        return []

    async def append(self, session: str, messages: Sequence[Message]) -> None:
        """Nowhere."""


class LosesAt(KeepsOutside):
    """Loses the given values at one stage of the fact trace, and nothing anywhere else."""

    def __init__(
        self, environment: Mapping[str, str], stage: str, losses: Mapping[str, Sequence[str]]
    ) -> None:
        """`losses` are the values to be lost, by session."""
        super().__init__(environment)
        self._stage = stage
        self._losses = {
            session: re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in values))
            for session, values in losses.items()
            if values
        }

    async def turn(self, session: str, message: str) -> str:
        """A fact that is lost when it is told was never acknowledged."""
        if self._without("told", session, message) != message:
            raise TurnLost
        return self._without("answered", session, await super().turn(session, message))

    async def load(self, session: str) -> list[Message]:
        """All that is stored, but for what is lost on its way from there."""
        return [
            {**one, "content": self._without("loaded", session, one["content"])}
            for one in await super().load(session)
        ]

    async def append(self, session: str, messages: Sequence[Message]) -> None:
        """All that was said, but for what is lost on its way there."""
        await super().append(
            session,
            [{**one, "content": self._without("stored", session, one["content"])} for one in messages],
        )

    def _without(self, stage: str, session: str, text: str) -> str:
        lost = self._losses.get(session) if stage == self._stage else None
        return lost.sub(GONE, text) if lost else text


class NamesItsSession(LosesAt):
    """Tells the model which session it speaks for: so it is on record whose each prompt really is."""

    async def think(self, session: str, prompt: Sequence[Message]) -> str:
        """The model's answer."""
        return await super().think(session, [{"role": "system", "content": belongs_to(session)}, *prompt])


def belongs_to(session: str) -> str:
    """What stands in each prompt that NamesItsSession makes for `session`."""
    return f"This is the session <{session}>."
