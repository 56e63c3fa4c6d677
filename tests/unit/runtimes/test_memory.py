"""Running out of memory on engines of which only some are at hand: what each is asked, in which order."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from docker.errors import APIError

from gate.errors import EngineError, Unsupported
from gate.runtimes.docker import memory
from gate.runtimes.docker.memory import HEADROOM_BYTES, LEAST_LIMIT_BYTES, exhaust_memory
from tests.event_loop import in_event_loop

USAGE = 50_000_000
MACHINE = 8_000_000_000


class FakeEngine:
    """An engine with one container, which ends when it allocates, or when its limit is below its usage."""

    def __init__(self, cgroup: str | None = "1", *, shell: bool = True) -> None:
        self.cgroup = cgroup
        self.shell = shell
        self.shell_fault: str = ""
        self.endless = False
        self.limits: dict[str, int] = {}
        self.statistics: dict[str, Any] = {"usage": USAGE}
        self.immortal = False
        self.looks_until_cause = 0
        self.asked: list[str] = []
        self.ended = asyncio.Event()
        self.client = self
        self.api = self
        self.engine = self
        self.identity = "c" * 64

    async def call(self, purpose: str, function: Callable[[], Any]) -> Any:
        return function()

    def info(self) -> dict[str, Any]:
        return {"MemTotal": MACHINE, **({"CgroupVersion": self.cgroup} if self.cgroup else {})}

    def exec_create(self, container: str, command: list[str]) -> dict[str, str]:
        return {"Id": command[2]}

    async def inspect(self) -> dict[str, Any]:
        return {"HostConfig": self.limits}

    def exec_start(self, script: str, *, detach: bool = False, stream: bool = False) -> Iterable[bytes]:
        if not self.shell:
            raise APIError('exec: "sh": executable file not found in $PATH')
        self.asked.append("allocate" if detach else "choose")
        if detach and not self.immortal:
            self.ended.set()
        return itertools.repeat(b"x" * 1024) if self.endless else [self.shell_fault.encode()]

    def exec_inspect(self, script: str) -> dict[str, int]:
        return {"ExitCode": 2 if self.shell_fault else 0}

    def stats(self, container: str, *, stream: bool, one_shot: bool) -> dict[str, Any]:
        return {"memory_stats": self.statistics}

    def update_container(self, container: str, *, mem_limit: int, memswap_limit: int) -> None:
        self.asked.append(f"limit {mem_limit} {memswap_limit}")
        if mem_limit < USAGE and not self.immortal:
            self.ended.set()

    async def wait(self) -> None:
        await self.ended.wait()

    async def state(self) -> dict[str, Any]:
        self.looks_until_cause -= 1
        return {"Running": not self.ended.is_set(), "OOMKilled": self.looks_until_cause < 0}


FREED = f"limit {MACHINE} -1"


@pytest.mark.parametrize("cgroup", ["1", "2", None])
@in_event_loop
async def test_the_main_process_is_chosen_before_anything_allocates(cgroup: str | None) -> None:
    """With either version of cgroups; afterwards the bot has all its memory again."""
    engine: Any = FakeEngine(cgroup)
    limit = USAGE + HEADROOM_BYTES
    await exhaust_memory(engine)
    assert engine.asked == ["choose", f"limit {limit} {limit}", "allocate", FREED]


@in_event_loop
async def test_the_cause_is_waited_for_as_well_as_the_end() -> None:
    """The engine learns it a moment later."""
    engine: Any = FakeEngine()
    engine.looks_until_cause = 3
    await exhaust_memory(engine)
    assert engine.looks_until_cause < 0


@in_event_loop
async def test_without_a_shell_a_newer_kernel_is_given_a_limit_below_what_is_in_use() -> None:
    """It ends what does not fit."""
    engine: Any = FakeEngine("2", shell=False)
    await exhaust_memory(engine)
    assert engine.asked == [f"limit {LEAST_LIMIT_BYTES} {LEAST_LIMIT_BYTES}", FREED]


@pytest.mark.parametrize("cgroup", ["1", None])
@in_event_loop
async def test_without_a_shell_an_older_kernel_cannot(cgroup: str | None) -> None:
    """And nothing was changed by then."""
    engine: Any = FakeEngine(cgroup, shell=False)
    with pytest.raises(Unsupported, match="oom is not supported here") as caught:
        await exhaust_memory(engine)
    assert "no shell" in caught.value.why
    assert engine.asked == []


@in_event_loop
async def test_memory_that_is_not_counted_cannot_be_limited() -> None:
    """Some engines without privileges count nothing."""
    engine: Any = FakeEngine()
    engine.statistics = {}
    with pytest.raises(Unsupported, match="oom is not supported here"):
        await exhaust_memory(engine)


@in_event_loop
async def test_a_bot_that_does_not_end_is_the_engines_fault_and_is_freed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the bot's: it lives on with all its memory."""
    monkeypatch.setattr(memory, "OOM_SECONDS", 0.01)
    engine: Any = FakeEngine()
    engine.immortal = True
    with pytest.raises(EngineError, match="did not end the bot"):
        await exhaust_memory(engine)
    assert engine.asked[-1] == FREED


@in_event_loop
async def test_a_shell_that_may_not_choose_is_told() -> None:
    """Else another process than the main one could be the victim."""
    engine: Any = FakeEngine()
    engine.shell_fault = "Permission denied"
    with pytest.raises(OSError, match="Permission denied"):
        await exhaust_memory(engine)


@in_event_loop
async def test_the_limit_that_the_bot_had_is_the_one_that_it_gets_back() -> None:
    """And the one that ends it is no larger."""
    engine: Any = FakeEngine()
    engine.limits = {"Memory": USAGE + 1000, "MemorySwap": USAGE + 1000}
    await exhaust_memory(engine)
    given = f"limit {USAGE + 1000} {USAGE + 1000}"
    assert engine.asked == ["choose", given, "allocate", given]


@in_event_loop
async def test_a_shell_that_prints_without_an_end_fills_nothing() -> None:
    """It comes from the bot's image."""
    engine: Any = FakeEngine()
    engine.endless = True
    with pytest.raises(OSError, match="without an end"):
        await exhaust_memory(engine)
