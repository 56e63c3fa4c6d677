"""Who else is on the engine while gates are struck there: runs that go on, and one that is not over yet."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import docker

from gate.runtimes.docker.sweep import labels, remove_run
from tests.commands.gate_process import ZOO, Gate
from tests.kill_matrix.scenes import SCENES, configure
from tests.kill_matrix.striking import on_the_engine
from tests.kill_matrix.table import Neighbours


class Street:
    """Plays one undisturbed run after the other, in a thread, and keeps an eye on what is not the gate's."""

    def __init__(self, image: str) -> None:
        self._image = image
        self._over = threading.Event()
        self._codes: list[int] = []
        self._client = docker.from_env()
        self._run = secrets.token_hex(6)
        self._make()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def look(self) -> Neighbours:
        """What became of everybody, once the run under way has ended."""
        self._over.set()
        self._thread.join()
        return Neighbours(
            runs=len(self._codes),
            passed=self._codes.count(0),
            kept=sorted(on_the_engine(self._run)) == self._made,
        )

    def close(self) -> None:
        """Removes what was made here. Safe after `look`."""
        self._over.set()
        self._thread.join()
        remove_run(self._client, self._run)
        self._client.close()

    def _make(self) -> None:
        """A container, a network and a volume as a run makes them."""
        name, made_with = f"memory-gate-{self._run}", labels(self._run, time.time())
        self._client.volumes.create(name, labels=made_with)
        self._client.networks.create(name, internal=True, labels=made_with)
        self._client.containers.create(
            self._image, name=name, network=name, labels=made_with, volumes={name: {"bind": "/data"}}
        ).start()
        self._made = sorted(on_the_engine(self._run))

    def _play(self) -> None:
        while not self._over.is_set():
            with tempfile.TemporaryDirectory() as folder:
                gate = Gate(Path(folder))
                arguments = configure(gate, SCENES["stating"], run="", image=self._image)
                self._codes.append(gate.run(*arguments).code)


@contextlib.contextmanager
def neighbourhood(image: str) -> Iterator[Street]:
    """Nothing of it is left at the end."""
    street = Street(image)
    try:
        yield street
    finally:
        street.close()


@contextlib.contextmanager
def zoo_image() -> Iterator[str]:
    """The image of the zoo's bot."""
    tag = f"memory-gate-kill-matrix-{secrets.token_hex(4)}"
    client = docker.from_env()
    client.images.build(path=str(ZOO), tag=tag, rm=True, forcerm=True)
    yield tag
    client.images.remove(tag, force=True)
    client.close()
