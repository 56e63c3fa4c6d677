"""Labels, and the removal of everything that carries them.

Everything that a run makes carries the run's name, so that it can be removed even after the gate died, and
the time after which any later run may remove it.
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
"""The longest that a GitHub job may take. Anything older belongs to a run that died."""

_WRITTEN_EXPIRY = re.compile(r"[0-9]{1,12}")

REMOVAL_THREADS = 16
REMOVAL_TURN_SECONDS = 5.0
"""The longest wait for another removal: a cancelled runner has ten seconds between its signals."""
GONE_POLL_SECONDS = 0.05
GONE_SECONDS = 30.0

QUIET_SECONDS = 2.0
"""The removal ends when nothing new of a killed gate has appeared for so long.

An engine completes what a killed gate asked for, and shows it only then.
"""
SWEEP_SECONDS = 20.0
"""After so long, the removal leaves the rest behind and reports it."""


def labels(run: str, now: float) -> dict[str, str]:
    """Return the labels of everything that `run` makes; `now` is in seconds since the epoch."""
    return {RUN_LABEL: run, EXPIRY_LABEL: str(int(now + LIFETIME_SECONDS))}


def remove_run(client: docker.DockerClient, run: str) -> int:
    """Remove every container, network and volume of `run`, in parallel. Return how many there were."""
    return _require_complete(_remove_all_of(client, run))


def remove_dead_run(client: docker.DockerClient, run: str, *, ended: bool = False) -> int:
    """Remove everything of a run whose gate may have been killed while it created things.

    Objects that the engine is still creating are removed as they appear, and failed removals are tried again.
    `ended` means that the gate ended by itself, so that nothing new can appear once nothing is left.
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
        if any(not isinstance(failure, APIError) for failure in failures):
            break  # the engine is gone
        is_quiet = not failures and (seen is None or now - seen >= QUIET_SECONDS)
        if is_quiet or now - began >= SWEEP_SECONDS:
            break
        time.sleep(GONE_POLL_SECONDS)
    return _require_complete((total, failures))


def remove_expired(client: docker.DockerClient, now: float) -> int:
    """Remove leftovers of expired runs, and nothing of a run that may still be in progress."""

    def expired(found: dict[str, str]) -> bool:
        # An object with another kind of label was not made by the gate, so it is left alone.
        expiry = found.get(EXPIRY_LABEL, "")
        return _WRITTEN_EXPIRY.fullmatch(expiry) is not None and int(expiry) <= now

    return _require_complete(_remove_labelled(client, {"label": [RUN_LABEL, EXPIRY_LABEL]}, expired))


def remove_container(client: docker.DockerClient, container: str) -> None:
    """Remove a container with its anonymous volumes, and return when it is gone."""
    try:
        with changing_endpoints(at_most=REMOVAL_TURN_SECONDS):
            client.api.remove_container(container, v=True, force=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:
            raise
        # Another client is removing it already: wait until it is gone.
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            try:
                client.api.inspect_container(container)
            except NotFound:
                return
            time.sleep(GONE_POLL_SECONDS)
        raise


def remove_network(client: docker.DockerClient, network: str) -> None:
    """Remove a network, after disconnecting every container from it, the gate's own included."""
    with contextlib.suppress(NotFound):
        for endpoint in client.api.inspect_network(network).get("Containers") or {}:
            with contextlib.suppress(NotFound, APIError), changing_endpoints():
                client.api.disconnect_container_from_network(endpoint, network, force=True)
        client.api.remove_network(network)


def remove_volume(client: docker.DockerClient, volume: str) -> None:
    """Remove a volume."""
    with contextlib.suppress(NotFound):
        client.api.remove_volume(volume, force=True)


Removal = tuple[int, list[BaseException]]
"""The number of removed objects, and the errors for the others."""


def _require_complete(removal: Removal) -> int:
    """Return how many were removed. Raises the first error if any removal failed."""
    count, failures = removal
    if failures:
        raise failures[0]
    return count


def _remove_all_of(client: docker.DockerClient, run: str) -> Removal:
    return _remove_labelled(client, {"label": f"{RUN_LABEL}={run}"}, lambda _labels: True)


def _remove_labelled(
    client: docker.DockerClient, filters: dict[str, Any], wanted: Callable[[dict[str, str]], bool]
) -> Removal:
    """Remove containers first, because networks and volumes in use cannot be removed."""
    containers = client.api.containers(all=True, filters=filters)
    networks = client.api.networks(filters=filters)
    volumes = client.api.volumes(filters=filters).get("Volumes") or []
    jobs: Iterable[tuple[Callable[[docker.DockerClient, str], None], list[str]]] = (
        (remove_container, [found["Id"] for found in containers if wanted(found.get("Labels") or {})]),
        (remove_network, [found["Id"] for found in networks if wanted(found.get("Labels") or {})]),
        (remove_volume, [found["Name"] for found in volumes if wanted(found.get("Labels") or {})]),
    )
    slots = threading.Semaphore(REMOVAL_THREADS)
    count = 0
    failures: list[BaseException] = []
    for remove, names in jobs:
        results = [in_thread(functools.partial(_with_slot, slots, remove, client, name)) for name in names]
        for result in results:
            try:
                result.result()
                count += 1
            except ENGINE_FAULTS as error:
                failures.append(error)
    return count, failures


def _with_slot(
    slots: threading.Semaphore,
    remove: Callable[[docker.DockerClient, str], None],
    client: docker.DockerClient,
    name: str,
) -> None:
    with slots:
        remove(client, name)
