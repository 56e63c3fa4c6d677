"""Limits of the endpoint: a bot asks too much, too often, too slowly, or with a wrong key."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from gate.core.quota import Quota
from gate.model_endpoint import endpoint, limits
from gate.model_endpoint.endpoint import MAX_PROMPT_CHARACTERS, REFUSAL_SECONDS
from gate.model_endpoint.limits import ByteLimiter
from tests.event_loop import in_event_loop
from tests.unit.model_endpoint.served import CHAT, Served


@pytest.fixture
def scarce() -> Iterator[Served]:
    """An endpoint with a quota of three requests, and 1,000 characters in all."""
    server = Served(quota=Quota(entries=3, characters=1000))
    yield server
    server.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    """Allow enough open files for both ends of all connections, which one process holds here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * limits.MAX_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def chat(text: str) -> str:
    """Return a request with `text`."""
    return json.dumps({"messages": [{"role": "user", "content": text}]})


def connected(served: Served) -> socket.socket:
    """Open a connection, and send nothing."""
    address = urlsplit(served.url)
    return socket.create_connection((str(address.hostname), address.port), timeout=60)


def test_a_flood_of_requests_is_recorded_up_to_the_quota(scarce: Served) -> None:
    """Beyond the quota the bot is refused, and the run learns why it cannot be judged."""
    codes = [scarce.post("/chat/completions", chat("Hello"))[0] for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert len(scarce.asked()) == 3
    assert set(scarce.exhausted) == {endpoint.TOO_MANY}


def test_a_flood_of_text_is_recorded_up_to_the_quota(scarce: Served) -> None:
    """A few large prompts fill memory as well as many small ones."""
    codes = [scarce.post("/chat/completions", chat("x" * 600))[0] for _ in range(2)]
    assert codes == [200, 429]
    assert scarce.post("/chat/completions", chat("Hello"))[0] == 200


def test_requests_without_a_prompt_count_too(scarce: Served) -> None:
    """Embeddings cost processor time."""
    codes = [scarce.post("/embeddings", json.dumps({"input": "Hello"}))[0] for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_a_prompt_that_no_model_would_take_is_refused(served: Served) -> None:
    """The error has the code that clients recognise."""
    status, answer = served.post("/chat/completions", chat("x" * (MAX_PROMPT_CHARACTERS + 1)))
    assert (status, answer["error"]["code"]) == (400, "context_length_exceeded")
    assert served.asked() == []


def test_a_body_of_millions_of_values_is_refused_before_it_is_unpacked(served: Served) -> None:
    """Three bytes of JSON can take seventy in memory."""
    body = '{"messages": [' + "[]," * 2_000_000 + "[]]}"
    status, answer = served.post("/chat/completions", body)
    assert (status, "1,000,000 values" in answer["error"]["message"]) == (400, True)


def test_a_client_without_the_key_is_slowed_down(served: Served) -> None:
    """Slow refusals stop fast guessing of keys, and spare the gate's processor."""
    began = time.monotonic()
    status, _ = served.post("/chat/completions", json.dumps({"messages": CHAT}), Authorization="Bearer no")
    assert status == 401
    assert time.monotonic() - began >= REFUSAL_SECONDS


def test_a_client_beyond_the_quota_is_slowed_down(scarce: Served) -> None:
    """Otherwise the refusals of a looping bot would keep the gate busy."""
    for _ in range(3):
        scarce.post("/chat/completions", chat("Hello"))
    began = time.monotonic()
    assert scarce.post("/chat/completions", chat("Hello"))[0] == 429
    assert time.monotonic() - began >= REFUSAL_SECONDS


@pytest.mark.usefixtures("many_files")
def test_connections_beyond_the_limit_are_hung_up(served: Served) -> None:
    """Each client sends half a request only; the gate keeps serving the open connections."""
    with ExitStack() as open_ones:
        first = open_ones.enter_context(connected(served))
        crowd = [open_ones.enter_context(connected(served)) for _ in range(limits.MAX_CONNECTIONS + 20)]
        for client in crowd:
            with suppress(OSError):
                client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n")
        body = chat("Hello").encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {served.key}\r\n"
        first.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert first.recv(12) == b"HTTP/1.1 200"
        last = open_ones.enter_context(connected(served))
        last.settimeout(60)
        with suppress(ConnectionResetError):
            assert last.recv(1) == b""
    # Connections are free again as soon as the endpoint notices the closed ones.
    deadline = time.monotonic() + 60
    while not answers(served):
        assert time.monotonic() < deadline, "the places of those who are gone stay taken"


def answers(served: Served) -> bool:
    """Return whether one more request is answered."""
    try:
        return served.post("/chat/completions", chat("Hello"))[0] == 200
    except ConnectionError:
        return False


def test_a_body_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are free for others then."""
    monkeypatch.setattr(endpoint, "BODY_SECONDS", 0.3)
    served = Served()
    try:
        with connected(served) as slow:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {served.key}\r\n"
            slow.sendall(f'{head}Content-Length: 1000\r\n\r\n{{"messages": '.encode())
            assert slow.recv(12) == b"HTTP/1.1 408"
        assert served.asked() == []
    finally:
        served.close()


@in_event_loop
async def test_bodies_wait_for_free_bytes_and_give_them_back() -> None:
    """Bytes that a request announced and does not need are free at once."""
    limiter = ByteLimiter(10)
    order: list[str] = []

    async def second() -> None:
        async with limiter.lease(6):
            order.append("second")

    async with limiter.lease(8) as first:
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        order.append("first")
        first.shrink(4)
        await waiting
    assert order == ["first", "second"]
    async with limiter.lease(10):
        order.append("all")
    assert order[-1] == "all"


@in_event_loop
async def test_a_cancelled_wait_takes_no_bytes() -> None:
    """Otherwise a few slow requests would hold all bytes for ever."""
    limiter = ByteLimiter(10)

    async def enter() -> None:
        async with limiter.lease(6):
            raise AssertionError

    async with limiter.lease(8):
        waiting = asyncio.create_task(enter())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with limiter.lease(10):
        pass


def test_broken_connections_and_malformed_requests_are_not_logged(
    served: Served, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise a bot could forge log lines, workflow commands included."""
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {served.key}\r\n"
    for said in (
        f"{head}Content-Length: 1000\r\n\r\n{{",
        f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n::error::forged\r\n",
        "::error::forged\r\n\r\n",
        f"{head}Content-Length: -1\r\n\r\n::error::forged",
        "GET /::error::forged HTTP/1.1\r\nBad Header\r\n\r\n",
    ):
        with connected(served) as client:
            client.sendall(said.encode())
    assert served.post("/chat/completions", chat("Hello"))[0] == 200
    printed = capfd.readouterr()
    assert "forged" not in printed.out + printed.err
    # Other libraries in this process may log.
    assert [entry for entry in caplog.records if entry.name.startswith("aiohttp")] == []
