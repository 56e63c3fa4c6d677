"""Limits of containers, and the limit that is the likely cause when a bot fails.

The bot is not trusted: it has no capabilities and no new privileges; memory, CPUs, processes and logs are
limited; no port is bound on the machine, and nothing of it is mounted. Only its own files have no limit,
because engines enforce one on few file systems; they are removed with the container.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docker.types import LogConfig

from gate.core.specification import ContainerSpecification

LOGS = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "1"})
NO_NEW_PRIVILEGES = "no-new-privileges"
BOT_CPU_SHARES = 512
"""Half of the default weight: where CPUs are scarce, the gate gets twice as much as a bot."""
NO_NAME_SERVER = "127.0.0.1"
"""The container itself, which refuses queries at once."""
BILLION = 1_000_000_000

STORE_PROCESSES = 512
STORE_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETPCAP", "SETUID")
"""For entrypoints of store images: they start as root, chown the data folder and drop to another user."""


def bot_options(allowed: ContainerSpecification, processors: int, *, internal: bool) -> dict[str, Any]:
    """Return options of `containers.create` for a bot, on a machine with so many processors.

    `internal` is whether its network has no way out.
    """
    return {
        **_common(allowed.memory, allowed.processes),
        "cap_add": list(allowed.capabilities),
        "security_opt": [] if allowed.new_privileges else [NO_NEW_PRIVILEGES],
        # The engine refuses more CPUs than the machine has.
        "nano_cpus": int(min(allowed.cpus, processors or allowed.cpus) * BILLION),
        "cpu_shares": BOT_CPU_SHARES,
        # The engine forwards queries for unknown names to the outside, which would be a way out.
        "dns": [NO_NAME_SERVER] if internal else None,
    }


def store_options(memory: int) -> dict[str, Any]:
    """Return options of `containers.create` for a store with so many bytes of memory."""
    return {
        **_common(memory, STORE_PROCESSES),
        "cap_add": list(STORE_CAPABILITIES),
        "security_opt": [NO_NEW_PRIVILEGES],
    }


def _common(memory: int, processes: int) -> dict[str, Any]:
    return {
        "cap_drop": ["ALL"],
        "pids_limit": processes,
        "mem_limit": memory,
        "memswap_limit": memory,
        "log_config": LOGS,
        "privileged": False,
        "publish_all_ports": False,
        # The bot cannot reach a proxy, which would only keep it from the model.
        "use_config_proxy": False,
    }


@dataclass(frozen=True, kw_only=True)
class _Sign:
    """A pattern that programs print when they meet a limit, and the key that lifts the limit."""

    printed: re.Pattern[str]
    limit: str
    key: str


_SIGNS = (
    _Sign(
        printed=re.compile(r"operation not permitted|permission denied|EPERM|EACCES", re.IGNORECASE),
        limit="its container has none of the kernel's capabilities",
        key="bot.container.capabilities, for example [CHOWN, DAC_OVERRIDE, SETGID, SETUID]",
    ),
    _Sign(
        printed=re.compile(
            r"can't start new thread|resource temporarily unavailable|pthread_create|cannot fork|EAGAIN",
            re.IGNORECASE,
        ),
        limit="its container may have so many processes and threads only",
        key="bot.container.pids",
    ),
    _Sign(
        printed=re.compile(
            r"network is unreachable|no route to host|name resolution|name or service not known|ENETUNREACH"
            r"|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|could not resolve host|no such host|timed out|ETIMEDOUT",
            re.IGNORECASE,
        ),
        limit="its network leads nowhere but to the gate and the store",
        key="bot.container.egress",
    ),
    _Sign(
        printed=re.compile(r"no new privileges|effective uid is not 0|sudo:.*setuid", re.IGNORECASE),
        limit="no program in its container may gain privileges",
        key="bot.container.new-privileges",
    ),
    _Sign(
        printed=re.compile(
            r"out of memory|cannot allocate memory|MemoryError|ENOMEM|std::bad_alloc", re.IGNORECASE
        ),
        limit="the memory of its container is limited",
        key="bot.container.memory",
    ),
)


def likely_limit(log: Sequence[str], *, out_of_memory: bool, allowed: ContainerSpecification) -> str:
    """Return the setting that would help if a limit is the likely cause of a bot's failure, else ""."""
    if out_of_memory:
        return memory_limit(allowed.memory)
    text = "\n".join(log)
    found = next((sign for sign in _SIGNS if sign.printed.search(text)), None)
    return f"{found.limit}: if it needs more, set {found.key}" if found else ""


def memory_limit(memory: int, key: str = "bot.container.memory") -> str:
    """Return the setting that would help a container that ran out of memory."""
    return f"its container is limited to {memory // 1024**2} MiB of memory: if it needs more, set {key}"
