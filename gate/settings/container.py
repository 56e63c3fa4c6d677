"""`bot.container`: what the bot's container is allowed where the defaults do not suffice an honest image.

What would give a container the machine has no key at all: saying so is kinder than "unknown key".
"""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.specification import ContainerSpecification
from gate.documents import Node
from gate.settings.section import Section

CONTAINER_KEYS = ("capabilities", "memory", "cpus", "pids", "egress", "new-privileges")

CAPABILITIES = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
"""What the engine leaves to every container by default: nothing beyond it is needed by what runs there."""

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
"""Keys of other tools → what they would give, which a bot under test cannot have."""

MEMORY = (6 * 1024**2, 1024**4)
"""Bytes. The engine accepts nothing less."""
CPUS = (0.1, 1024.0)
PIDS = (16, 1_000_000)


def read_container(node: Node) -> ContainerSpecification:
    """What the bot's container is allowed."""
    defaults = ContainerSpecification()
    refused = {name: value for name, value in _entries(node).items() if name in NEVER}
    for name, value in refused.items():
        (value.key or value).problem(
            f"{NEVER[name]} cannot be had", hint="the bot is not trusted; leave it out"
        )
    nodes = node.fields((*CONTAINER_KEYS, *refused))
    section = Section(nodes=nodes)
    return ContainerSpecification(
        capabilities=_capabilities(nodes["capabilities"]) if "capabilities" in nodes else (),
        memory=section.size("memory", *MEMORY, defaults.memory),
        cpus=section.number("cpus", *CPUS, defaults.cpus),
        processes=section.integer("pids", *PIDS, defaults.processes),
        egress=nodes["egress"].boolean() if "egress" in nodes else None,
        new_privileges=bool(nodes["new-privileges"].boolean()) if "new-privileges" in nodes else False,
    )


def _entries(node: Node) -> Mapping[str, Node]:
    return node.mapping() if node.is_mapping else {}


def _capabilities(node: Node) -> tuple[str, ...]:
    chosen = [item.choice(CAPABILITIES, "capability") for item in node.one_or_more()]
    return tuple(dict.fromkeys(name for name in chosen if name is not None))
