"""How long a look into a large store takes: 50,000 keys of every type, 1,000 values.

.venv/bin/python benchmarks/store_look.py [KEYS] [VALUES]
"""

# ruff: noqa: S603, T201
from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from redis import Redis

from gate.core.specification import StoreSpecification
from gate.runtimes.process.ports import Ports
from gate.stores.redis.server import RedisServer

LOCALHOST = "127.0.0.1"


def fill(port: int, keys: int, values: list[str]) -> None:
    """Lists, strings and hashes in turn, as frameworks leave them; each value stands in one of them."""
    with Redis(host=LOCALHOST, port=port) as redis, redis.pipeline(transaction=False) as pipeline:
        for number in range(keys):
            value = values[number % len(values)] if number < len(values) else "nothing"
            text = f'{{"type": "human", "content": "My order is {value}, \\u00e9t\\u00e9 {number}."}}'
            match number % 3:
                case 0:
                    pipeline.lpush(f"memory:{number}", text, "All right, I have noted that down for you.")
                case 1:
                    pipeline.set(f"memory:{number}", text, ex=86_400)
                case _:
                    pipeline.hset(f"memory:{number}", mapping={"content": text, "role": "user"})
            if number % 5_000 == 0:
                pipeline.execute()
        pipeline.execute()


async def main(keys: int, count: int) -> None:
    """Starts a server, fills it, looks, and prints what that took."""
    values = [f"ORD-{number:06}" for number in range(count)]
    store = RedisServer(StoreSpecification(persistence="none"))
    port = Ports().take()
    with tempfile.TemporaryDirectory() as folder:
        command = store.local_command(Path(folder), LOCALHOST, port)
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            await store.wait_until_ready(LOCALHOST, port, 20)
            fill(port, keys, values)
            began = time.perf_counter()
            view = await store.inspector(LOCALHOST, port).look(values)
            seconds = time.perf_counter() - began
        finally:
            server.kill()
            server.wait()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{view.keys} keys, {view.bytes} bytes, {len(view.values)} of {count} values")
    print(f"{seconds:.2f} s, at most {megabytes} MB")


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*(sizes or [50_000, 1_000])))
