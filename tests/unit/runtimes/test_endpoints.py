"""Changes to endpoints: one after the other, and not held up for ever by one that hangs."""

from __future__ import annotations

import queue
import threading
from collections import Counter

import pytest

from gate.runtimes.docker import endpoints
from gate.runtimes.docker.endpoints import changing_endpoints

PATIENCE_SECONDS = 60.0
MANY_LOOKS = 5


def test_one_change_is_over_before_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many want to: no two are ever inside together."""
    monkeypatch.setattr(endpoints, "CHANGE_SECONDS", PATIENCE_SECONDS)
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


class Clock:
    """Stands still until it is set, and counts who looks at it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks: Counter[str] = Counter()
        self._looked = threading.Condition()

    def __call__(self) -> float:
        with self._looked:
            self.looks[threading.current_thread().name] += 1
            self._looked.notify_all()
            return self.now

    def wait_for_looks(self, name: str, number: int) -> None:
        """Until this thread has looked so many more times."""
        with self._looked:
            wanted = self.looks[name] + number
            assert self._looked.wait_for(lambda: self.looks[name] >= wanted, PATIENCE_SECONDS)


def test_a_long_queue_is_no_change_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the whole patience of those behind it, however long they have been waiting for others."""
    clock = Clock()
    monkeypatch.setattr(endpoints, "CHANGE_SECONDS", 0.02)
    monkeypatch.setattr(endpoints, "monotonic", clock)
    entered: queue.Queue[str] = queue.Queue()
    may_leave = {name: threading.Event() for name in ("one", "two", "three")}

    def change() -> None:
        name = threading.current_thread().name
        with changing_endpoints():
            entered.put(name)
            assert may_leave[name].wait(PATIENCE_SECONDS)

    threads = [threading.Thread(target=change, name=name) for name in may_leave]
    for one in threads:
        one.start()
    waiting = set(may_leave)
    for _ in threads:
        inside = entered.get(timeout=PATIENCE_SECONDS)
        waiting.remove(inside)
        clock.now += 0.015
        for name in waiting:
            clock.wait_for_looks(name, MANY_LOOKS)
        assert entered.empty()
        may_leave[inside].set()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert clock.now > 0.04


def test_a_change_that_hangs_holds_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder that took over keeps the order, and the late release of the first changes nothing."""
    monkeypatch.setattr(endpoints, "CHANGE_SECONDS", 0.05)
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
    monkeypatch.setattr(endpoints, "CHANGE_SECONDS", PATIENCE_SECONDS)
    second = threading.Event()
    with changing_endpoints():
        over.set()
        hanging.join(PATIENCE_SECONDS)
        assert not hanging.is_alive()
        following = threading.Thread(target=lambda: _change(second))
        following.start()
        # What hung has left; who came after it is still inside.
        assert not second.wait(0.1)
    following.join(PATIENCE_SECONDS)
    assert second.is_set()


def test_who_is_in_a_hurry_does_not_wait_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is ended has seconds; what it could not remove by then would all be left."""
    monkeypatch.setattr(endpoints, "CHANGE_SECONDS", PATIENCE_SECONDS * 2)
    done = threading.Event()
    hurried = threading.Thread(target=_change, args=(done, 0.01))
    with changing_endpoints():
        hurried.start()
        assert done.wait(PATIENCE_SECONDS)
    hurried.join(PATIENCE_SECONDS)


def _change(done: threading.Event, at_most: float | None = None) -> None:
    with changing_endpoints(at_most):
        done.set()
