"""Changes to endpoints: one after the other, and not held up for ever by one that hangs."""

from __future__ import annotations

import threading

import pytest

from gate.runtimes.docker_engine.endpoints import changing_endpoints

PATIENCE_SECONDS = 60.0


def test_one_change_is_over_before_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many want to: no two are ever inside together."""
    monkeypatch.setattr("gate.runtimes.docker_engine.endpoints.PATIENCE_SECONDS", PATIENCE_SECONDS)
    inside: list[int] = []
    most: list[int] = []

    def change(number: int) -> None:
        with changing_endpoints():
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert most == [1] * 50


def test_a_change_that_hangs_holds_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever did not wait for its end does not let others in before it, either."""
    monkeypatch.setattr("gate.runtimes.docker_engine.endpoints.PATIENCE_SECONDS", 0.05)
    hangs, over = threading.Event(), threading.Event()

    def hang() -> None:
        with changing_endpoints():
            hangs.set()
            assert over.wait(PATIENCE_SECONDS)

    hanging = threading.Thread(target=hang)
    hanging.start()
    assert hangs.wait(PATIENCE_SECONDS)
    for _ in range(2):
        with changing_endpoints():
            assert hanging.is_alive()
    over.set()
    hanging.join(PATIENCE_SECONDS)
    with changing_endpoints():
        assert not hanging.is_alive()
