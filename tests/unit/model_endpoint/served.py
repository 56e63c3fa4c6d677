"""A model endpoint that serves real clients from a thread of its own."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import openai

from gate.core.quota import Quota
from gate.core.transcript import Event, FaultSeen, ModelAsked
from gate.core.transcript_lines import decode, encode
from gate.model_endpoint.endpoint import ModelEndpoint
from gate.model_endpoint.upstream import Upstream
from gate.ports import Recorder
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ACKNOWLEDGEMENT
from gate.runner.planner import plan_run
from tests.unit.runner.scripts import follow_up

PLAN = plan_run([follow_up()], ["restart"], 1, 7)
ORDER = PLAN.conversations[0].facts["order"]
TOLD = f"My order is {ORDER}."
QUESTION = "What is my order number?"
CHAT: Any = [
    {"role": "system", "content": "You are helpful."},
    {"role": "user", "content": TOLD},
    {"role": "assistant", "content": ACKNOWLEDGEMENT},
    {"role": "user", "content": QUESTION},
]
PROMPT = f"Human: {TOLD}\nAI: {ACKNOWLEDGEMENT}\nHuman: {QUESTION}\nAI:"
PATIENCE_SECONDS = 60


class Served:
    """An endpoint that serves from a thread of its own, and the events that it recorded."""

    def __init__(
        self, upstream: Callable[[Recorder], Upstream] | None = None, quota: Quota | None = None
    ) -> None:
        """`upstream` builds the model that answers in place of the reference model."""
        self.events: list[Event] = []
        self.exhausted: list[str] = []
        self._quota = quota
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._endpoint = self._wait_for(self._build(upstream))
        self.key = self._endpoint.key_of("")
        self.url = self._wait_for(self._endpoint.open("127.0.0.1"))

    def close(self) -> None:
        """Safe to call twice."""
        if self._loop.is_closed():
            return
        self._wait_for(self._endpoint.close())
        self._wait_for(self._endpoint.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def client(self, **given: Any) -> openai.OpenAI:
        return openai.OpenAI(**{"base_url": self.url, "api_key": self.key, "max_retries": 0, **given})

    def post(
        self, path: str, body: bytes | str, method: str = "POST", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Send one request. Return its status and the object in the answer, empty when it holds none."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_SECONDS)
        try:
            sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
            connection.request(method, address.path + path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.startswith(b"{") else {}
        finally:
            connection.close()

    def asked(self) -> list[ModelAsked]:
        """Return the recorded requests, after a round trip through their written form."""
        events = [next(decode([encode(event)])) for event in self.events]
        return [event for event in events if isinstance(event, ModelAsked)]

    async def _build(self, upstream: Callable[[Recorder], Upstream] | None) -> ModelEndpoint:
        return ModelEndpoint(
            build_reference_model(PLAN),
            record=self.events.append,
            clock=lambda: float(len(self.events)),
            upstream=upstream(self.events.append) if upstream else None,
            quota=self._quota,
            exhausted=lambda _deployment, sentence: self.exhausted.append(sentence),
        )

    def wait_until_asked(self, count: int) -> list[ModelAsked]:
        """Wait until `count` requests are recorded."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.asked()) < count:
            assert time.monotonic() < deadline, f"waited in vain for {count} requests on record"
            time.sleep(0.01)
        return self.asked()

    def faults(self) -> list[str]:
        """Return the sentences of the recorded faults."""
        return [event.sentence for event in self.events if isinstance(event, FaultSeen)]

    def _wait_for(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_SECONDS)
