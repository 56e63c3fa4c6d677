"""Ports for bots and stores: free, each given out once, and not those of outgoing connections."""

from __future__ import annotations

import socket

import pytest

from gate.errors import EngineError
from gate.runtimes.process import ports
from gate.runtimes.process.ports import OUTGOING_RANGE, Ports


def test_no_port_is_given_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even before anybody listens on it."""
    monkeypatch.setattr(ports, "HIGHEST", ports.LOWEST)
    monkeypatch.setattr(ports, "FEWEST", 20)
    source = Ports()
    given = [source.take() for _ in range(15)]
    assert len(set(given)) == len(given)


def test_a_port_in_use_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """On whichever of the machine's addresses it is used."""
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        monkeypatch.setattr(ports, "LOWEST", port)
        monkeypatch.setattr(ports, "HIGHEST", port)
        monkeypatch.setattr(ports, "FEWEST", 0)
        with pytest.raises(EngineError, match="no free port"):
            Ports().take()


def test_ports_are_not_those_of_outgoing_connections() -> None:
    """Else a connection to anywhere could take the port of a bot that is down for a moment."""
    lowest, highest = map(int, OUTGOING_RANGE.read_text().split())
    source = Ports()
    assert not any(lowest <= source.take() <= highest for _ in range(200))
