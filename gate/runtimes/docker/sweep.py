"""Labels, and the removal of everything that carries them.

What a run makes is labelled with the run, so that it can be removed whatever became of the gate, and
with the time after which anybody may remove it.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import docker
from docker.errors import APIError, NotFound

from gate.runtimes.docker.connection import ENGINE_FAULTS, in_thread
from gate.runtimes.docker.endpoints import changing_endpoints

RUN_LABEL = "memory-gate.run"
EXPIRY_LABEL = "memory-gate.expires"
LIFETIME_SECONDS = 6 * 60 * 60
"""The longest that a GitHub job may take: what is older belongs to a run that died."""

_WRITTEN_EXPIRY = re.compile(r"[0-9]{1,12}")

REMOVAL_THREADS = 16
REMOVAL_TURN_SECONDS = 5.0
"""How long a removal waits for others: the runner's first signal and its last are ten seconds apart."""
GONE_POLL_SECONDS = 0.05
GONE_SECONDS = 30.0

QUIET_SECONDS = 2.0
"""How long nothing of a killed gate may have come to light. An engine goes on with what it was asked for, and
shows it only when it is made."""
SWEEP_SECONDS = 20.0
"""After which what cannot be removed is left, and said."""


def labels(run: str, now: float) -> dict[str, str]:
    """The labels of everything that `run` makes; `now` is in seconds since the epoch."""
    return {RUN_LABEL: run, EXPIRY_LABEL: str(int(now + LIFETIME_SECONDS))}


def remove_run(client: docker.DockerClient, run: str) -> int:
    """Removes every container, network and volume of `run`, in parallel. How many there were."""
    return _whole(_remove_all_of(client, run))


def remove_dead_run(client: docker.DockerClient, run: str, *, ended: bool = False) -> int:
    """As `remove_run`, for a run whose gate may have been killed in the middle of making things.

    What the engine is still making for it is removed as it comes to light, and what that holds on to is tried
    again. `ended`: the gate came to its end by itself, so that nothing is to come where nothing is left.
    """
    began = time.monotonic()
    seen = None if ended else began
    total = 0
    while True:
        count, failures = _remove_all_of(client, run)
        total += count
        now = time.monotonic()
        if count or failures:
            seen = now
        if any(not isinstance(one, APIError) for one in failures):
            break  # the engine is gone
        is_quiet = not failures and (seen is None or now - seen >= QUIET_SECONDS)
        if is_quiet or now - began >= SWEEP_SECONDS:
            break
        time.sleep(GONE_POLL_SECONDS)
    return _whole((total, failures))


def remove_expired(client: docker.DockerClient, now: float) -> int:
    """Removes what runs left behind whose time is over, and nothing of a run that may still be going on."""

    def expired(found: dict[str, str]) -> bool:
        # A label that the gate would not have written marks what is not the gate's to remove.
        expiry = found.get(EXPIRY_LABEL, "")
        return _WRITTEN_EXPIRY.fullmatch(expiry) is not None and int(expiry) <= now

    return _whole(_remove_labelled(client, {"label": [RUN_LABEL, EXPIRY_LABEL]}, expired))


def remove_container(client: docker.DockerClient, container: str) -> None:
    """Removes a container with its anonymous volumes, and returns when it is gone."""
    try:
        with changing_endpoints(at_most=REMOVAL_TURN_SECONDS):
            client.api.remove_container(container, v=True, force=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:
            raise
        # Somebody is removing it already: wait until they have.
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            try:
                client.api.inspect_container(container)
            except NotFound:
                return
            time.sleep(GONE_POLL_SECONDS)
        raise


def remove_network(client: docker.DockerClient, network: str) -> None:
    """Removes a network after disconnecting whatever is still on it, the gate itself included."""
    with contextlib.suppress(NotFound):
        for endpoint in client.api.inspect_network(network).get("Containers") or {}:
            with contextlib.suppress(NotFound, APIError), changing_endpoints():
                client.api.disconnect_container_from_network(endpoint, network, force=True)
        client.api.remove_network(network)


def remove_volume(client: docker.DockerClient, volume: str) -> None:
    """Removes a volume."""
    with contextlib.suppress(NotFound):
        client.api.remove_volume(volume, force=True)


Removal = tuple[int, list[BaseException]]
"""How many were removed, and why others were not."""


def _whole(removal: Removal) -> int:
    """How many were removed. Raises why not all were."""
    count, failures = removal
    if failures:
        raise failures[0]
    return count


def _remove_all_of(client: docker.DockerClient, run: str) -> Removal:
    return _remove_labelled(client, {"label": f"{RUN_LABEL}={run}"}, lambda _labels: True)


def _remove_labelled(
    client: docker.DockerClient, filters: dict[str, Any], wanted: Callable[[dict[str, str]], bool]
) -> Removal:
    """Containers first: networks and volumes that are in use cannot be removed."""
    containers = client.api.containers(all=True, filters=filters)
    networks = client.api.networks(filters=filters)
    volumes = client.api.volumes(filters=filters).get("Volumes") or []
    jobs: Iterable[tuple[Callable[[docker.DockerClient, str], None], list[str]]] = (
        (remove_container, [one["Id"] for one in containers if wanted(one.get("Labels") or {})]),
        (remove_network, [one["Id"] for one in networks if wanted(one.get("Labels") or {})]),
        (remove_volume, [one["Name"] for one in volumes if wanted(one.get("Labels") or {})]),
    )
    room = threading.Semaphore(REMOVAL_THREADS)
    count = 0
    failures: list[BaseException] = []
    for remove, names in jobs:
        results = [in_thread(functools.partial(_within_room, room, remove, client, name)) for name in names]
        for result in results:
            try:
                result.result()
                count += 1
            except ENGINE_FAULTS as error:
                failures.append(error)
    return count, failures


def _within_room(
    room: threading.Semaphore,
    remove: Callable[[docker.DockerClient, str], None],
    client: docker.DockerClient,
    name: str,
) -> None:
    with room:
        remove(client, name)
