"""`bot.container`: permissions and limits for honest images that the defaults are too strict for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from gate.config.declaration import Absent, Section
from gate.config.value_type import Reading, ValueType
from gate.config.values import MEMORY, flag, number, size, whole
from gate.core.specification import ContainerSpecification
from gate.documents import Node

CAPABILITIES = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
"""The capabilities that the engine grants by default. No container that works there needs others."""

NEVER: Mapping[str, str] = {
    "privileged": "a privileged container",
    "socket": "the engine's socket",
    "volumes": "a folder of the machine",
    "binds": "a folder of the machine",
    "mounts": "a folder of the machine",
    "devices": "a device of the machine",
    "network": "a network of the machine",
    "pid": "the machine's processes",
    "ipc": "the machine's shared memory",
    "userns": "the machine's users",
    "security-opt": "another security profile",
}
"""Key of another tool → the permission it would give, for a better message than "unknown key"."""


def capability_names() -> ValueType:
    """Declare one or more of the grantable capabilities."""
    item = {"enum": list(CAPABILITIES)}

    def read(node: Node, _: Reading) -> tuple[str, ...]:
        chosen = [item.choice(CAPABILITIES, "capability") for item in node.one_or_more()]
        return tuple(dict.fromkeys(name for name in chosen if name is not None))

    return ValueType(
        read=read,
        schema=lambda _: {"anyOf": [item, {"type": "array", "items": item}]},
        words=lambda _: "one, or a list",
    )


class ContainerSection(Section):
    """What the bot's container is allowed, on the docker runtime."""

    refused: ClassVar[Mapping[str, str]] = NEVER

    capabilities: Annotated[tuple[str, ...], capability_names(), Absent("none")] = Field(
        default=ContainerSpecification.capabilities,
        description="Capabilities that the kernel leaves to the bot",
    )
    memory: Annotated[int, size(*MEMORY)] = Field(
        default=ContainerSpecification.memory, description="How much memory it is allowed; there is no swap"
    )
    cpus: Annotated[float, number(0.1, 1024)] = Field(
        default=ContainerSpecification.cpus, description="How many processors it may use, at most"
    )
    processes: Annotated[int, whole(16, 1_000_000)] = Field(
        alias="pids",
        default=ContainerSpecification.processes,
        description="How many processes and threads it may have, at most",
    )
    egress: Annotated[bool | None, flag(), Absent("if its model is its own")] = Field(
        default=ContainerSpecification.egress, description="Whether the bot reaches the world outside"
    )
    new_privileges: Annotated[bool, flag()] = Field(
        default=ContainerSpecification.new_privileges,
        description="Whether programs like sudo may gain privileges",
    )
