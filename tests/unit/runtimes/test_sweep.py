"""Sweeps on an engine in memory. A mistake would remove objects that are not the gate's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError, NotFound

from gate.runtimes.docker import sweep
from gate.runtimes.docker.sweep import (
    EXPIRY_LABEL,
    LIFETIME_SECONDS,
    RUN_LABEL,
    labels,
    remove_dead_run,
    remove_expired,
    remove_run,
)

NOW = 1_800_000_000.5
PATIENCE_SECONDS = 60.0

HANGING = """\
import sys, threading
from gate.runtimes.docker.sweep import labels, remove_run
from tests.unit.runtimes.test_sweep import FakeEngine

class Hanging(FakeEngine):
    def _remove(self, kind, name):
        begun.set()
        threading.Event().wait()

begun, engine = threading.Event(), Hanging()
engine.make("mine", labels("mine", 0.0))
threading.Thread(target=remove_run, args=(engine, "mine"), daemon=True).start()
assert begun.wait(60)
sys.exit(3)
"""


class FakeEngine:
    """An engine, its client and its API in one. It filters by labels as engines do."""

    def __init__(self) -> None:
        self.api = self
        self.things: dict[str, dict[str, Mapping[str, str]]] = {"container": {}, "network": {}, "volume": {}}
        self.removed: list[str] = []
        self.faults: dict[str, Exception] = {}
        self.refusals: dict[str, int] = {}
        """Object → number of removals that the engine refuses."""
        self.busy: list[str] = []
        """Objects that another client is removing; they are gone at the second inspection."""

    def make(self, name: str, made_with: Mapping[str, str]) -> None:
        """One of each kind."""
        for kind, found in self.things.items():
            found[f"{kind}-{name}"] = made_with

    def left(self) -> set[str]:
        """The names of what was made and still exists in all its kinds."""
        kinds = [{one.partition("-")[2] for one in found} for found in self.things.values()]
        assert kinds[0] == kinds[1] == kinds[2]
        return kinds[0]

    def containers(self, *, all: bool, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        assert all
        return self._found("container", filters, "Id")

    def networks(self, *, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._found("network", filters, "Id")

    def volumes(self, *, filters: Mapping[str, Any]) -> dict[str, Any]:
        # An engine without any says nothing instead of an empty list.
        return {"Volumes": self._found("volume", filters, "Name") or None}

    def remove_container(self, name: str, *, v: bool, force: bool) -> None:
        assert v
        assert force
        self._remove("container", name)

    def inspect_container(self, name: str) -> None:
        if name not in self.busy:
            raise NotFound("no such container")
        self.busy.remove(name)
        del self.things["container"][name]

    def inspect_network(self, name: str) -> dict[str, Any]:
        return {"Containers": None}

    def remove_network(self, name: str) -> None:
        self._remove("network", name)

    def remove_volume(self, name: str, *, force: bool) -> None:
        assert force
        self._remove("volume", name)

    def _remove(self, kind: str, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]
        if self.refusals.get(name, 0) > 0:
            self.refusals[name] -= 1
            raise APIError("volume is in use")
        if name in self.busy:
            raise APIError("conflict", response=Conflict())  # type: ignore[arg-type]
        del self.things[kind][name]
        self.removed.append(name)

    def _found(self, kind: str, filters: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        wanted: str | Sequence[str] = filters["label"]
        conditions = [wanted] if isinstance(wanted, str) else list(wanted)
        return [
            {key: name, "Labels": dict(made_with)}
            for name, made_with in self.things[kind].items()
            if all(_holds(one, made_with) for one in conditions)
        ]


class Conflict:
    """An engine's answer to who removes what is just being removed."""

    status_code = 409
    reason = "Conflict"
    url = ""


def _holds(condition: str, made_with: Mapping[str, str]) -> bool:
    name, equals, value = condition.partition("=")
    return name in made_with and (not equals or made_with[name] == value)


@pytest.fixture
def engine() -> Any:
    return FakeEngine()


def test_a_run_is_removed_and_no_other_whatever_it_is_called(engine: Any) -> None:
    for run in ("ab12", "ab1", "ab123", "xab12"):
        engine.make(run, labels(run, NOW))
    engine.make("foreign", {"com.example": "ab12"})
    engine.make("bare", {})
    assert remove_run(engine, "ab12") == 3
    assert engine.left() == {"ab1", "ab123", "xab12", "foreign", "bare"}
    # Networks and volumes that are in use cannot be removed.
    assert engine.removed == ["container-ab12", "network-ab12", "volume-ab12"]
    assert remove_run(engine, "ab12") == 0


def test_what_has_expired_is_removed_and_nothing_that_may_still_be_going_on(engine: Any) -> None:
    for name, expiry in (("long ago", 1), ("before", NOW - 1), ("now", int(NOW)), ("soon", NOW + 1)):
        engine.make(name, {RUN_LABEL: name, EXPIRY_LABEL: str(int(expiry))})
    engine.make("just begun", labels("just begun", NOW))
    assert remove_expired(engine, NOW) == 9
    assert engine.left() == {"soon", "just begun"}


def test_a_run_may_go_on_for_as_long_as_a_job_may(engine: Any) -> None:
    engine.make("long", labels("long", NOW))
    assert remove_expired(engine, NOW + LIFETIME_SECONDS - 1) == 0
    assert remove_expired(engine, NOW + LIFETIME_SECONDS) == 3
    assert LIFETIME_SECONDS == 6 * 60 * 60


def test_at_the_very_second_of_its_expiry_a_run_is_over(engine: Any) -> None:
    engine.make("over", {RUN_LABEL: "over", EXPIRY_LABEL: "1800000000"})
    assert remove_expired(engine, 1_799_999_999.9) == 0
    assert remove_expired(engine, 1_800_000_000.0) == 3


@pytest.mark.parametrize(
    "made_with",
    [
        {},
        {RUN_LABEL: "x"},
        {EXPIRY_LABEL: "1"},
        *({RUN_LABEL: "x", EXPIRY_LABEL: one} for one in ("", "soon", "-5", "1e3", "12.5", " 5", "5 ", "+5")),
        *({RUN_LABEL: "x", EXPIRY_LABEL: one} for one in ("²", "٣", "0x1", "1_0", "5\n", "9" * 5000)),
    ],
    ids=lambda one: ", ".join(f"{name} {value[:9]!r}" for name, value in one.items()) or "none",
)
def test_what_the_gate_would_not_have_written_is_not_the_gates(
    engine: Any, made_with: Mapping[str, str]
) -> None:
    """Nor does it keep the sweep from removing the rest."""
    engine.make("odd", made_with)
    engine.make("over", {RUN_LABEL: "over", EXPIRY_LABEL: "1"})
    assert remove_expired(engine, NOW) == 3
    assert engine.left() == {"odd"}


def test_what_cannot_be_removed_is_said_once_all_else_is_gone(engine: Any) -> None:
    """Else a run would be taken for removed that is not."""
    engine.make("mine", labels("mine", NOW))
    engine.faults["container-mine"] = APIError("driver failed")
    with pytest.raises(APIError, match="driver failed"):
        remove_run(engine, "mine")
    assert engine.removed == ["network-mine", "volume-mine"]


def test_what_is_gone_already_is_no_fault(engine: Any) -> None:
    """Somebody else swept as well."""
    engine.make("mine", labels("mine", NOW))
    for kind in ("container", "network", "volume"):
        engine.faults[f"{kind}-mine"] = NotFound("gone")
    remove_run(engine, "mine")


def test_what_somebody_is_removing_is_waited_for(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "GONE_POLL_SECONDS", 0.0)
    engine.make("mine", labels("mine", NOW))
    engine.busy.append("container-mine")
    assert remove_run(engine, "mine") == 3
    assert engine.left() == set()


class FakeTime:
    """Time that passes only in `sleep`, during which late objects appear."""

    def __init__(self) -> None:
        self.now = 0.0
        self.coming: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for one in [one for one in self.coming if one[0] <= self.now]:
            self.coming.remove(one)
            one[1]()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    monkeypatch.setattr(sweep, "time", clock)
    return clock


def test_what_an_engine_was_still_making_for_a_killed_gate_is_removed_too(
    engine: Any, clock: FakeTime
) -> None:
    """Each in its time, although nothing was there to begin with."""
    for late in (1.5, 3.0):
        clock.coming.append((late, partial(engine.make, f"mine-{late}", labels("mine", NOW))))
    assert remove_dead_run(engine, "mine") == 6
    assert engine.left() == set()
    assert clock.now < 3.0 + 2 * sweep.QUIET_SECONDS


def test_after_a_gate_that_ended_by_itself_one_look_is_enough(engine: Any, clock: FakeTime) -> None:
    """Unless something was left: then who knows what else will be."""
    assert remove_dead_run(engine, "mine", ended=True) == 0
    assert clock.now == 0.0
    engine.make("mine", labels("mine", NOW))
    clock.coming.append((1.0, lambda: engine.make("late", labels("mine", NOW))))
    assert remove_dead_run(engine, "mine", ended=True) == 6
    assert engine.left() == set()


@pytest.mark.parametrize("ended", [True, False])
def test_what_the_engine_does_not_let_go_is_tried_again(engine: Any, clock: FakeTime, ended: bool) -> None:
    """A container that is being made holds on to its volume."""
    engine.make("mine", labels("mine", NOW))
    engine.refusals["volume-mine"] = 3
    assert remove_dead_run(engine, "mine", ended=ended) == 3
    assert engine.left() == set()


def test_what_the_engine_never_lets_go_is_said(engine: Any, clock: FakeTime) -> None:
    """After a time that somebody waits for."""
    engine.make("mine", labels("mine", NOW))
    engine.faults["network-mine"] = APIError("has active endpoints")
    with pytest.raises(APIError, match="active endpoints"):
        remove_dead_run(engine, "mine")
    assert engine.removed == ["container-mine", "volume-mine"]
    assert sweep.SWEEP_SECONDS <= clock.now < sweep.SWEEP_SECONDS + 1


def test_a_gate_that_lives_on_keeps_nobody_sweeping_for_ever(engine: Any, clock: FakeTime) -> None:
    """It makes anew what is removed, and what it makes last is its own to remove."""

    def make() -> None:
        engine.make(f"at {clock.now}", labels("mine", NOW))
        clock.coming.append((clock.now + 1.0, make))

    make()
    assert remove_dead_run(engine, "mine") > 3
    assert clock.now < sweep.SWEEP_SECONDS + 1


def test_an_engine_that_is_gone_is_not_waited_for(engine: Any, clock: FakeTime) -> None:
    engine.make("mine", labels("mine", NOW))
    engine.faults["container-mine"] = ConnectionError("refused")
    with pytest.raises(ConnectionError):
        remove_dead_run(engine, "mine")
    assert clock.now == 0.0


def test_a_removal_that_hangs_does_not_hold_up_the_end_of_the_gate() -> None:
    """All is written by then, and nobody would learn anything more."""
    ended = subprocess.run(
        [sys.executable, "-c", HANGING], cwd=Path(__file__).parents[3], timeout=PATIENCE_SECONDS, check=False
    )
    assert ended.returncode == 3
