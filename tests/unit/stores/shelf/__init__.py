"""A made-up kind of store: a shelf of named texts, served over TCP. All that the gate has to know of it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gate.core.specification import StoreSpecification, StoreTraits
from gate.core.store_findings import Owner, StoreEvidence, StoreFinding, Topic
from gate.errors import StoreError
from gate.ports import StoreView
from gate.stores.findings import Findings
from gate.stores.places import Content, Place
from gate.stores.readiness import first_identity

SERVER = Path(__file__).with_name("server.py")
TRAITS = StoreTraits(
    sentence="starts a shelf for the bot",
    image="shelf:1",
    persistence={"journal": "every line", "nothing": "not a line"},
    variables={"SHELF_HOST": "the host of its store", "SHELF_PORT": "the port of its store"},
)


class Shelf:
    """The kind."""

    traits = TRAITS

    def build(self, specification: StoreSpecification) -> ShelfServer:
        return ShelfServer(specification)

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        for earlier, later, gone in evidence.losses():
            if earlier.life != later.life and earlier.settings.get("keep") == "nothing":
                yield StoreFinding(
                    topic=Topic.LOSS,
                    setting="keep",
                    owner=Owner.GATE,
                    sentence=f"the shelf kept nothing over its restart: {len(gone)} gone",
                    values=gone,
                )


class ShelfServer:
    """Its server."""

    program = "shelf"
    port = 7100
    data_folder = "/shelf"
    environment: Mapping[str, str] = {"SHELF_OPEN": "yes"}
    stop_signal = "SIGINT"

    def __init__(self, specification: StoreSpecification) -> None:
        self.image = specification.image
        self.persistence = specification.persistence
        self.memory = specification.memory
        self.arguments: Sequence[str] = ("--keep", specification.persistence)

    def variables(self, host: str, port: int) -> Mapping[str, str]:
        return {"SHELF_HOST": host, "SHELF_PORT": str(port)}

    def local_server(self) -> str:
        return sys.executable

    def local_command(self, folder: Path, host: str, port: int) -> Sequence[str]:
        return (self.local_server(), str(SERVER), *self.arguments, host, str(port))

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        return await first_identity(lambda: self.identity(host, port), seconds)

    async def identity(self, host: str, port: int) -> str:
        return str((await ask(host, port, {"do": "tell"}))["life"])

    def inspector(self, host: str, port: int) -> ShelfInspector:
        return ShelfInspector(host, port, self.persistence)


class ShelfInspector:
    """Reads every text on the shelf."""

    def __init__(self, host: str, port: int, persistence: str) -> None:
        self._host = host
        self._port = port
        self._persistence = persistence

    async def look(self, values: Collection[str]) -> StoreView:
        told = await ask(self._host, self._port, {"do": "tell"})
        findings = Findings(values)
        for name, texts in told["texts"].items():
            place = Place(name=name.encode())
            findings.add_place(place)
            findings.add([Content(place=place, elements=tuple(text.encode() for text in texts))])
        findings.end_page()
        return findings.view(
            life=told["life"],
            commands=told["counters"]["commands"],
            counters=told["counters"],
            settings={"keep": told["keep"]},
            persistence=self._persistence,
        )


async def ask(host: str, port: int, question: Mapping[str, Any]) -> Any:
    """Return the answer to one line. Raises StoreError."""
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(json.dumps(question).encode() + b"\n")
            answer = json.loads(await reader.readline())
            writer.close()
            return answer
    except (OSError, ValueError, TimeoutError) as error:
        raise StoreError("the shelf does not answer", why=str(error)) from error
