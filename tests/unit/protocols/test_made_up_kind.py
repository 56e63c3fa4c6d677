"""A protocol is one file and one entry of PROTOCOLS: commands and runs know a made-up one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
from typer.testing import CliRunner

from benchmarks.measurement.bots import KeepsOutside
from benchmarks.measurement.runtime import InProcessKind, store_server
from docs.reference import generated
from gate.cli.commands import application
from gate.cli.library import find_scenarios, known_kinds
from gate.config import Settings, load_settings, overrides_from_options
from gate.config.schema import settings_schema
from gate.core.event_stream import DONE
from gate.core.report import Report, Verdict
from gate.core.specification import BotSpecification, Contract, RequestShape
from gate.core.transcript import TurnStarted
from gate.core.transcript_lines import decode
from gate.errors import DocumentError, TurnIndeterminate
from gate.ports import BotProtocol, TurnRouter
from gate.protocols import PROTOCOLS
from gate.reporters.transcript_file import NAME
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.runtimes import RUNTIMES


@dataclass
class WireConversation:
    """Sends its turns over a bare connection, and counts them, as state of the conversation."""

    session: str
    route_turn: TurnRouter
    turns: int = 0

    async def say(self, text: str) -> str:
        """See Conversation."""
        self.turns += 1
        body = json.dumps({"session_id": self.session, "message": text}).encode()
        head = f"POST /chat HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            async with self.route_turn() as lease:
                place = urlsplit(lease.address)
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
                with contextlib.closing(writer):
                    writer.write(head.encode() + body)
                    answer = await reader.read()
        except OSError as error:
            raise TurnIndeterminate("the wire broke", why=str(error)) from error
        return str(json.loads(answer.partition(b"\r\n\r\n")[2])["reply"])


class WireBot:
    """A bot that is reached by a bare connection."""

    def __init__(self, route_turn: TurnRouter) -> None:
        self._route_turn = route_turn
        self.conversations: list[WireConversation] = []

    def open(self, session: str) -> WireConversation:
        """See Bot."""
        self.conversations.append(WireConversation(session, self._route_turn))
        return self.conversations[-1]

    async def close(self) -> None:
        """See Bot."""


class Wire:
    """The made-up protocol, fully defined here."""

    name = "wire"
    sentence = "a letter on a bare wire"
    contract = Contract(request=RequestShape(path="/wire", json={"letter": "{text}"}), reply="answer.0")

    def __init__(self) -> None:
        self.bots: list[WireBot] = []

    def connect(self, specification: BotSpecification, route_turn: TurnRouter) -> WireBot:
        """See BotProtocol."""
        self.bots.append(WireBot(route_turn))
        return self.bots[-1]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Register the made-up protocol while the test runs."""
    kind = Wire()
    monkeypatch.setitem(PROTOCOLS, kind.name, kind)
    return kind


def load(folder: Path, text: str, **options: str | list[str]) -> Settings:
    (folder / "memory-gate.yml").write_text(text, encoding="utf-8")
    overrides = overrides_from_options(options)
    return load_settings(config=None, overrides=overrides, working_directory=folder, kinds=known_kinds())


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_protocol_declares_its_traits(name: str) -> None:
    kind: BotProtocol = PROTOCOLS[name]
    assert kind.name == name
    assert kind.sentence
    assert not kind.sentence.endswith(".")
    assert kind.contract.request.path.startswith("/")
    assert "{text}" in json.dumps(kind.contract.request.json)
    assert "{session}" in json.dumps(kind.contract.request.json)
    assert kind.contract.end_mark == DONE


def test_a_made_up_protocol_is_listed(wire: Wire) -> None:
    listed = CliRunner().invoke(application, ["list", "protocols"]).output
    assert any(line.split() == ["wire", *wire.sentence.split()] for line in listed.splitlines())


def test_the_settings_take_it_with_its_own_contract(wire: Wire, tmp_path: Path) -> None:
    settings = load(tmp_path, "bot: {command: [a], protocol: wire}")
    assert (settings.bot.request, settings.bot.reply) == (wire.contract.request, "answer.0")
    refined = load(tmp_path, "bot: {command: [a], protocol: wire, reply: other}")
    assert (refined.bot.request.path, refined.bot.reply) == ("/wire", "other")
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, "bot: {command: [a], protocol: wirr}")
    assert "wire" in caught.value.problems[0].hint


def test_validate_schema_and_reference_know_it(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    load(tmp_path, "bot: {command: [a], protocol: wire}")
    assert CliRunner().invoke(application, ["validate"]).exit_code == 0
    written = json.loads(CliRunner().invoke(application, ["schema", "config"]).output)
    assert written == settings_schema(known_kinds())
    jsonschema.validate({"bot": {"command": ["a"], "protocol": wire.name}}, written)
    assert "| `wire` | `POST /wire` |" in generated()["protocols"]


def test_without_its_entry_it_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        load(tmp_path, "bot: {command: [a], protocol: wire}")


def test_a_run_uses_it(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run uses it from settings to report, and its conversations live as long as the run."""

    async def run() -> Report:
        async with store_server(os.environ) as server:
            here = InProcessKind(new_bot=KeepsOutside, server=server, name="here")
            monkeypatch.setitem(RUNTIMES, here.name, here)
            settings = load(
                tmp_path,
                "bot: {command: [a], protocol: wire}",
                runtime="here",
                disrupt=["restart"],
                seed="7",
                report_dir=str(tmp_path / "report"),
            )
            return await execute(
                RunInputs(
                    settings=settings,
                    scenarios=find_scenarios((), tmp_path)[:2],
                    name=run_name.new_run_name(),
                    environment={},
                    reporters=(),
                    repeat=("memory-gate", "run"),
                )
            )

    report = asyncio.run(run())
    assert report.verdict is Verdict.PASSED, report.reasons
    events = decode((tmp_path / "report" / NAME).read_text(encoding="utf-8").splitlines())
    said = Counter(event.session for event in events if isinstance(event, TurnStarted))
    [bot] = wire.bots
    assert len({handle.session for handle in bot.conversations}) == len(bot.conversations)
    assert {handle.session: handle.turns for handle in bot.conversations} == said
