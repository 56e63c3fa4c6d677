"""Out of memory: make the kernel end a container as it would in production.

cgroup v1 refuses a limit below the memory in use. So the limit is set a little above it, and a shell in the
container allocates memory. cgroup v2 is treated alike, but there an image without a shell gets a limit below
the memory in use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from gate.errors import EngineError, Unsupported
from gate.runtimes.docker.connection import explain
from gate.runtimes.docker.containers import EngineContainer

HEADROOM_BYTES = 16 * 1024 * 1024
LEAST_LIMIT_BYTES = 6 * 1024 * 1024
"""The lowest limit that the engine accepts."""
NO_SWAP_LIMIT = -1
OOM_SECONDS = 30.0
POLL_SECONDS = 0.02
MAX_OUTPUT_BYTES = 64 * 1024

SHELL = "sh"
CHOOSE_MAIN_PROCESS = "echo 1000 > /proc/1/oom_score_adj"
"""Makes the main process the kernel's first choice. Raising the score needs no privileges."""
ALLOCATE = "x=0123456789abcdef; while :; do x=$x$x; done"
"""Allocates memory with shell built-ins only, since an image may lack every other program."""


async def exhaust_memory(container: EngineContainer) -> None:
    """Return when the kernel has ended the main process; the container is stopped, and its limit restored.

    Raises Unsupported, EngineError.
    """
    engine, api = container.engine, container.engine.client.api
    machine: dict[str, Any] = await engine.call("tell its memory", api.info)
    settings: dict[str, Any] = (await container.inspect()).get("HostConfig", {})
    has_shell = await _choose_main_process(container)
    limit = await _limit_within_reach(container, settings) if has_shell else _least_limit(machine)
    try:
        await engine.call("limit the memory of the bot", lambda: _set_limit(api, container, limit, limit))
        if has_shell:
            await engine.call("allocate memory", lambda: _run(api, container, ALLOCATE, detach=True))
        await _wait_for_kernel(container, limit)
    finally:
        # The engine cannot lift a limit, so "no limit" is all of the machine's memory.
        allowed = int(settings.get("Memory") or machine["MemTotal"])
        swap = int(settings.get("MemorySwap") or NO_SWAP_LIMIT)
        await engine.call("free the memory of the bot", lambda: _set_limit(api, container, allowed, swap))


async def _choose_main_process(container: EngineContainer) -> bool:
    """Make the main process the kernel's first choice. Return whether the image has a shell for that."""
    engine, api = container.engine, container.engine.client.api
    try:
        async with asyncio.timeout(OOM_SECONDS):
            return await engine.call(
                "choose the main process", lambda: _run(api, container, CHOOSE_MAIN_PROCESS)
            )
    except TimeoutError as error:
        raise Unsupported(
            "oom is not supported here", why="the shell in the bot's image does not do what it is told"
        ) from error


async def _limit_within_reach(container: EngineContainer, settings: Mapping[str, Any]) -> int:
    """Return a limit a little above what is in use, never above the present one. Raises Unsupported."""
    engine, api = container.engine, container.engine.client.api
    statistics: dict[str, Any] = await engine.call(
        "measure memory", lambda: api.stats(container.identity, stream=False, one_shot=True)
    )
    usage = statistics.get("memory_stats", {}).get("usage")
    if usage is None:
        raise Unsupported("oom is not supported here", why="this engine does not count the bot's memory")
    limit = int(usage) + HEADROOM_BYTES
    return min(limit, int(settings["Memory"])) if settings.get("Memory") else limit


def _least_limit(machine: Mapping[str, Any]) -> int:
    """Return the least limit, which alone ends a bot on cgroup v2. Raises Unsupported elsewhere."""
    if str(machine.get("CgroupVersion", "1")) == "2":
        return LEAST_LIMIT_BYTES
    raise Unsupported(
        "oom is not supported here",
        why="the bot's image has no shell that could allocate memory,"
        " and this kernel (cgroup v1) accepts no limit below what is in use",
    )


async def _wait_for_kernel(container: EngineContainer, limit: int) -> None:
    """Return when the kernel has ended the main process for want of memory. Raises EngineError."""
    try:
        async with asyncio.timeout(OOM_SECONDS):
            await container.wait()
            # The engine learns of the end and of its cause from two separate messages.
            while not (await container.state()).get("OOMKilled"):
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise EngineError(
            f"the kernel did not end the bot within {OOM_SECONDS:g} s",
            why=f"its memory was limited to {limit} bytes and something allocated more",
        ) from error


def _set_limit(api: Any, container: EngineContainer, limit: int, swap: int) -> None:
    """Limit memory to `limit`, and memory plus swap to `swap`, in bytes; `swap` -1 is unlimited."""
    api.update_container(container.identity, mem_limit=limit, memswap_limit=swap)


def _run(api: Any, container: EngineContainer, script: str, *, detach: bool = False) -> bool:
    """Run a shell script in the container as the bot's user. Return whether there is a shell.

    Root without capabilities has fewer rights over the bot's process. Raises the client's errors.
    """
    execution = api.exec_create(container.identity, [SHELL, "-c", script])["Id"]
    output = b""
    try:
        if detach:
            api.exec_start(execution, detach=True)
        else:
            # The shell comes from the bot's image, so its output is untrusted.
            for piece in api.exec_start(execution, stream=True):
                output += piece
                if len(output) > MAX_OUTPUT_BYTES:
                    raise OSError("it prints without an end")
    except Exception as error:
        if "executable file not found" in explain(error):
            return False
        raise
    code = api.exec_inspect(execution)["ExitCode"]
    if not detach and code not in (0, 126, 127):
        raise OSError(f"exit code {code}: {output.decode('utf-8', 'replace').strip()}")
    return detach or code == 0
