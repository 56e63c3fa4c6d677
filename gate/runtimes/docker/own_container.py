"""Search for the gate's own container on this engine.

A mount table or a host name can belong to another engine, so the engine has to confirm each candidate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

MOUNT_TABLE = Path("/proc/self/mountinfo")
_OWN_FILE = re.compile(r"^\S+ \S+ \S+ \S*/containers/([0-9a-f]{64})/\S+ /etc/", re.MULTILINE)
"""A container's file that is mounted in /etc; on the engine's machine such folders are mounted elsewhere."""
_SHORT_ID = re.compile(r"[0-9a-f]{12}")


def find_own_container(
    client: docker.DockerClient, environment: Mapping[str, str], mount_table: Path = MOUNT_TABLE
) -> str | None:
    """Return the id of the gate's own container on this engine; None when it runs outside."""
    for candidate in _candidates(environment, mount_table):
        try:
            attributes = client.api.inspect_container(candidate)
        except (NotFound, APIError):
            continue
        if attributes["State"]["Running"]:
            return str(attributes["Id"])
    return _by_step_file(client, environment)


def _candidates(environment: Mapping[str, str], mount_table: Path) -> list[str]:
    found: list[str] = []
    if mount_table.exists():
        found += _OWN_FILE.findall(mount_table.read_text(errors="replace"))[:1]
    hostname = environment.get("HOSTNAME", "")
    if _SHORT_ID.fullmatch(hostname):
        found.append(hostname)
    return found


def _by_step_file(client: docker.DockerClient, environment: Mapping[str, str]) -> str | None:
    """Return the running container whose environment names the output file of this step."""
    step_file = environment.get("GITHUB_OUTPUT")
    if not step_file or not step_file.startswith("/github/"):
        return None
    for container in client.api.containers():
        try:
            attributes = client.api.inspect_container(container["Id"])
        except (NotFound, APIError):
            continue
        if f"GITHUB_OUTPUT={step_file}" in (attributes["Config"]["Env"] or []):
            return str(attributes["Id"])
    return None
