"""An emulated real model: it requires its key, and numbers its answers, so that no two are equal."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gate.core.event_stream import EVENT_STREAM
from gate.model_endpoint.chat import Chat, Completions
from gate.model_endpoint.embeddings import Embeddings
from gate.model_endpoint.responses import Responses
from gate.model_endpoint.wire import Interface, RawResponse

REAL_KEY = "sk-planted-0123456789abcdef"
PATIENCE_SECONDS = 60
ORDER_NUMBER = re.compile(r"ORD-\d{6}")


class RealModelServer:
    """Serves from a thread of its own.

    Answers the first requests with `statuses`, one each. Until `released` is set, a stream stops before
    its last event. `chatty` puts the key into every answer.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self.asked: list[tuple[str, Mapping[str, Any], Mapping[str, str]]] = []
        self.statuses: deque[int] = deque()
        self.released = threading.Event()
        self.released.set()
        self.chatty = False
        self.breaks_off = False
        self.stays_open = False
        self._routes: Mapping[str, Interface] = {
            "/v1/chat/completions": Chat(),
            "/v1/completions": Completions(),
            "/v1/responses": Responses(),
            "/v1/embeddings": Embeddings(),
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self.url = self._wait_for(self._open())

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
        application.router.add_post("/v1/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, 0).start()
        return f"http://{self._host}:{self._runner.addresses[0][1]}/v1"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append((request.path, body, dict(request.headers)))
        sent = request.headers.get("Authorization", "")
        if sent != f"Bearer {REAL_KEY}":
            return _refusal(401, f"Incorrect API key provided: {sent[7:]}")
        if self.statuses:
            status = self.statuses.popleft()
            headers = {"Location": "/v1/elsewhere"} if 300 <= status < 400 else {}
            return _refusal(status, f"no luck with {REAL_KEY}", headers)
        interface = self._routes.get(request.path)
        if interface is None or body.get("model") == "no-such-model":
            return _refusal(404, "The model `no-such-model` does not exist")
        parsed = interface.parse_request(request.path, body)
        texts = [self._say("\n".join(message.text for message in prompt)) for prompt in parsed.prompts]
        raw, answer = interface.build_response(parsed, texts)
        interface.remember(parsed, answer)
        if body.get("tools") or body.get("response_format"):
            return _with_decision(raw, body, parsed.prompts[0][-1].text)
        if raw.content_type != EVENT_STREAM:
            return web.Response(body=b"".join(raw.chunks), headers={"Content-Type": "application/json"})
        response = web.StreamResponse(headers={"Content-Type": EVENT_STREAM})
        await response.prepare(request)
        for chunk in raw.chunks[:-1]:
            await response.write(chunk)
        await asyncio.to_thread(self.released.wait, PATIENCE_SECONDS)
        if self.breaks_off and request.transport is not None:
            request.transport.abort()
            return response
        await response.write(raw.chunks[-1])
        while self.stays_open:
            # Until the gate hangs up, which ends this with a ConnectionError.
            await asyncio.sleep(0.01)
            await response.write(b": ping\n\n")
        await response.write_eof()
        return response

    def _say(self, prompt: str) -> str:
        number = ORDER_NUMBER.findall(prompt)
        asking = prompt.rstrip().endswith("?")
        said = f"It is {number[-1]}" if asking and number else "No idea" if asking else "Thank you"
        return f"{said} (my answer no. {len(self.asked)}){REAL_KEY if self.chatty else ''}."

    def _wait_for(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_SECONDS)


def _with_decision(raw: RawResponse, body: Mapping[str, Any], said: str) -> web.Response:
    """Return the answer, with `said` passed to the first tool, or its order number filled into a form."""
    content = json.loads(raw.chunks[0])
    message = content["choices"][0]["message"]
    found = ORDER_NUMBER.findall(said)
    if body.get("response_format"):
        message["content"] = json.dumps({"order number": found[0]} if found else {})
    elif found:
        function = {"name": body["tools"][0]["function"]["name"], "arguments": json.dumps({"text": said})}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return web.json_response(content)


def _refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    content = json.dumps({"error": {"message": message, "type": "x", "param": None, "code": None}})
    return web.Response(text=content, status=status, headers=headers, content_type="application/json")
