"""An emulated judge model: an OpenAI-compatible API on a port of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

JUDGE_KEY = "sk-judge-0123456789abcdef"
PATIENCE_SECONDS = 60
YES = '{"holds": true, "reason": "It says so."}'
NO = '{"holds": false, "reason": "It says something else."}'

Say = Callable[[str, str], str]
"""Maps the system message and the judged reply to the judge's answer."""


class JudgeServer:
    """Serves from a thread of its own.

    Answers the first requests with `statuses`, one each. Sends `raw` instead of a completion. Until
    `released` is set, answers nobody; `most` is the largest number of requests that waited at once.
    """

    def __init__(self, say: Say = lambda system, reply: YES, key: str = JUDGE_KEY) -> None:
        self.say = say
        self._key = key
        self.asked: list[tuple[Mapping[str, Any], Mapping[str, str]]] = []
        self.statuses: deque[int] = deque()
        self.raw: str | None = None
        self.released = threading.Event()
        self.released.set()
        self.waiting = 0
        self.most = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self.url = self._wait_for(self._open())

    @property
    def replies(self) -> list[str]:
        """Return the replies that it was asked about, in order."""
        return [json.loads(body["messages"][-1]["content"])["reply"] for body, _ in self.asked]

    def close(self) -> None:
        """Stop serving. Safe to call twice."""
        if self._runner is None:
            return
        self.released.set()
        self._wait_for(self._runner.cleanup())
        self._runner = None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> str:
        application = web.Application(client_max_size=2**26)
        application.router.add_post("/v1/chat/completions", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append((body, dict(request.headers)))
        sent = request.headers.get("Authorization", "")
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.to_thread(self.released.wait, PATIENCE_SECONDS)
        self.waiting -= 1
        if sent != f"Bearer {self._key}":
            # As some do: the beginning and the end of it.
            return _error(401, f"Incorrect API key provided: {sent[7:15]}********{sent[-4:]}")
        if self.statuses:
            # The client waits as long as it is told before it tries again.
            return _error(self.statuses.popleft(), f"no luck with {self._key}")
        if self.raw is not None:
            return web.Response(text=self.raw, content_type="application/json")
        system, user = body["messages"]
        said = self.say(system["content"], json.loads(user["content"])["reply"])
        message = {"role": "assistant", "content": said}
        completion = {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
        return web.Response(text=json.dumps(completion), content_type="application/json")

    def _wait_for(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_SECONDS)


def _error(status: int, message: str) -> web.Response:
    content = json.dumps({"error": {"message": message, "type": "x", "param": None, "code": None}})
    headers = {"Retry-After-Ms": "1", "Location": "/v1/elsewhere"}
    return web.Response(text=content, status=status, headers=headers, content_type="application/json")
