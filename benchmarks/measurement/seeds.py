"""The same measurement with many seeds, in as many processes as there are processors."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from benchmarks.measurement.runtime import StoreServer, store_server

PROCESSES = 2


@dataclass(kw_only=True)
class Tally:
    """What was compared, and what did not come out as it had to. `sizes` are further counts, by name."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def expect(self, holds: bool, sentence: str) -> None:
        """Counts one comparison."""
        self.compared += 1
        if not holds:
            self.wrong.append(sentence)

    def require(self, holds: bool, sentence: str) -> None:
        """Notes what must hold besides, without counting it."""
        if not holds:
            self.wrong.append(sentence)

    def count(self, name: str, number: int = 1) -> None:
        """Adds to one of the sizes."""
        self.sizes[name] = self.sizes.get(name, 0) + number

    def add(self, other: Tally) -> None:
        """Takes over the counts of another seed."""
        self.compared += other.compared
        self.wrong += other.wrong
        for name, number in other.sizes.items():
            self.count(name, number)


Measurement = Callable[[StoreServer, int], Awaitable[Tally]]
"""What is done with one seed."""


async def one_by_one(measure: Measurement, seeds: Iterable[int]) -> Tally:
    """All seeds, one after the other, on one store."""
    total = Tally()
    async with store_server(os.environ) as server:
        for seed in seeds:
            total.add(await measure(server, seed))
    return total


def side_by_side(measure: Measurement, seeds: Iterable[int]) -> Tally:
    """All seeds, dealt out to processes. `measure` is a function of a module. The same for any number."""
    everything = list(seeds)
    total = Tally()
    with ProcessPoolExecutor(PROCESSES) as pool:
        shares = [pool.submit(_share, measure, everything[part::PROCESSES]) for part in range(PROCESSES)]
        for share in shares:
            total.add(share.result())
    total.wrong.sort()
    return total


def _share(measure: Measurement, seeds: list[int]) -> Tally:
    return asyncio.run(one_by_one(measure, seeds))
