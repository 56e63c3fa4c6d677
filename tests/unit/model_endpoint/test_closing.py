"""The end of the endpoint ends every connection, also one that it had only just accepted."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from gate.model_endpoint.endpoint import ModelEndpoint
from gate.reference_model.builder import build_reference_model
from gate.runner.plan import Plan
from tests.event_loop import in_event_loop

SECONDS = 10.0


@pytest.mark.parametrize("rounds", range(6))
@in_event_loop
async def test_no_connection_outlives_the_endpoint(rounds: int) -> None:
    """Whatever the event loop has done with the connection when the endpoint is closed."""
    endpoint = ModelEndpoint(
        build_reference_model(Plan(seed=1, waves=())), record=lambda _event: None, clock=lambda: 0.0
    )
    url = urlsplit(await endpoint.open("127.0.0.1"))
    with socket.create_connection((str(url.hostname), url.port)) as bot:
        for _ in range(rounds):
            await asyncio.sleep(0)
        await endpoint.close()
        bot.setblocking(False)
        async with asyncio.timeout(SECONDS):
            with suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(bot, 1) == b""
