"""Finding the engine, and finding oneself on it."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

import docker
import pytest
import requests
import urllib3

from gate.cli.library import find_scenarios
from gate.config import Settings
from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    StoreSpecification,
)
from gate.errors import EngineError, InputError
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.runtimes.docker.connection import connect, reach
from gate.runtimes.docker.sweep import RUN_LABEL
from gate.stores import DEFAULT_STORE
from tests.contract.harness import DockerHarness
from tests.event_loop import PATIENCE_SECONDS, in_event_loop, until

IMAGE = "python:3.13-slim-trixie"
REPOSITORY = str(Path(__file__).parents[2])


def test_the_local_engine_is_found_without_being_named() -> None:
    """As the command line of Docker does."""
    engine = connect({})
    assert engine.client.ping()
    engine.close()


def test_the_engine_that_docker_host_names_is_used(tmp_path: Path) -> None:
    """A link to the socket is as good as the socket."""
    link = tmp_path / "engine.sock"
    link.symlink_to("/var/run/docker.sock")
    engine = connect({"DOCKER_HOST": f"unix://{link}"})
    assert engine.client.ping()
    assert engine.host == f"unix://{link}"
    engine.close()


def refusal(host: str) -> EngineError:
    """Return the error for a `host` without an engine."""
    with pytest.raises(EngineError, match="no Docker engine answers") as caught:
        connect({"DOCKER_HOST": host})
    assert "DOCKER_HOST" in caught.value.remedy
    assert "bot.command" in caught.value.remedy
    assert "/var/run/docker.sock" in caught.value.remedy
    return caught.value


def test_a_missing_socket_says_what_to_do(tmp_path: Path) -> None:
    """The error names it."""
    assert "does not exist" in refusal(f"unix://{tmp_path}/no.sock").why


def test_a_folder_in_place_of_the_socket_says_what_to_do(tmp_path: Path) -> None:
    """Docker makes one of a socket that is mounted and missing."""
    assert "is not a socket" in refusal(f"unix://{tmp_path}").why


def test_a_socket_that_nobody_listens_on_says_what_to_do(tmp_path: Path) -> None:
    """An engine that has died leaves one behind."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    assert "refused" in refusal(f"unix://{tmp_path}/dead.sock").why


@pytest.mark.parametrize(
    "host",
    [
        "bogus://engine",
        "tcp://",
        "tcp://127.0.0.1:1",
        "nonsense",
        "unix://" + "long/" * 1000,
        "ssh://",
        "http://[",
    ],
)
def test_a_bogus_docker_host_says_what_to_do(host: str) -> None:
    """With every kind of mistake."""
    assert refusal(host).why


def test_a_service_that_is_no_engine_says_what_to_do(tmp_path: Path) -> None:
    """It answers, but not as an engine does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    assert refusal(f"tcp://127.0.0.1:{server.server_port}").why
    server.shutdown()
    server.server_close()


HANGING_GATE = """
import asyncio, sys
from gate.runtimes.docker.connection import connect, reach

async def main():
    engine = connect({"DOCKER_HOST": sys.argv[1]})
    task = asyncio.create_task(engine.call("list", lambda: engine.client.api.containers()))
    await asyncio.to_thread(sys.stdin.readline)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    engine.close()
    print("closed", flush=True)

asyncio.run(main())
"""


def test_an_engine_that_hangs_does_not_hold_up_the_end_of_the_gate(tmp_path: Path) -> None:
    """There are ten seconds between the runner's first signal and its last."""
    hanging = threading.Event()
    ended = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if "containers" in self.path:
                hanging.set()
                ended.wait()
                return
            body = b'{"ApiVersion": "1.41"}' if "version" in self.path else b"OK"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name is the library's

        def address_string(self) -> str:
            return "engine"

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    path = tmp_path / "engine.sock"
    with Server(str(path), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        gate = subprocess.Popen(
            (sys.executable, "-c", HANGING_GATE, f"unix://{path}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert hanging.wait(60)
            said, _ = gate.communicate("end\n", timeout=60)
        finally:
            gate.kill()
            gate.wait()
            ended.set()
            server.shutdown()
    assert said == "closed\n"
    assert gate.returncode == 0


IMPATIENT_GATE = """
import gate.runtimes.docker.connection as connection
connection.PING_SECONDS = 600
import gate.cli
gate.cli.main()
"""


def test_a_signal_is_heeded_while_the_engine_does_not_answer_at_all(tmp_path: Path) -> None:
    """Not only when the gate has given it up: the runner does not wait for that."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "engine.sock"))
        silent.listen()
        gate = subprocess.Popen(
            (sys.executable, "-c", IMPATIENT_GATE, "run", "--image", IMAGE, "--disrupt", "restart"),
            cwd=tmp_path,
            env={**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/engine.sock", "PYTHONPATH": REPOSITORY},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                gate.send_signal(signal.SIGTERM)
                said, _ = gate.communicate(timeout=60)
        finally:
            gate.kill()
            gate.wait()
    assert gate.returncode == 130, said
    assert (tmp_path / "memory-gate-report" / "report.json").exists()
    assert "Traceback" not in said


@in_event_loop
async def test_a_call_that_hangs_is_given_up_in_the_time_of_its_kind() -> None:
    """Also where the library would wait for ever, as it does for pulls and for ends."""
    engine = connect({})
    hanging = threading.Event()
    with pytest.raises(EngineError, match="the Docker engine could not pull") as caught:
        await engine.call("pull", hanging.wait, seconds=0.05)
    assert caught.value.why == "it did not answer within 0.05 s"
    assert await engine.call("answer", lambda: 7) == 7
    hanging.set()
    engine.close()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (requests.exceptions.ReadTimeout("long"), "it did not answer in time"),
        (
            requests.exceptions.ConnectionError(
                urllib3.exceptions.ProtocolError("Aborted.", FileNotFoundError(2, "No such file"))
            ),
            "the connection to it broke (No such file)",
        ),
        (urllib3.exceptions.ProtocolError("Broken", ConnectionResetError(104, "reset")), "(reset)"),
        (http.client.IncompleteRead(b"ab"), "the connection to it broke"),
        # The types say a text; docker-py itself gives the error that it met.
        (
            docker.errors.StreamParseError(cast(str, ValueError("no JSON"))),
            "the connection to it broke (no JSON)",
        ),
        (docker.errors.APIError("x", explanation="two\nlines"), "two lines"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
@in_event_loop
async def test_every_fault_of_the_way_to_the_engine_is_one_sentence(fault: Exception, sentence: str) -> None:
    engine = connect({})

    def fail() -> None:
        raise fault

    with pytest.raises(EngineError, match="the Docker engine could not list") as caught:
        await engine.call("list", fail)
    assert sentence in caught.value.why
    assert "\n" not in caught.value.sentence
    engine.close()


@in_event_loop
async def test_what_is_being_created_when_the_run_ends_is_removed_too(docker_harness: DockerHarness) -> None:
    """The removal waits for the creation; what would be created later is refused."""
    engine = docker_harness.engine()
    runtime = docker_harness.runtime(**docker_harness.bot())
    await runtime.open()
    begun, go_on = threading.Event(), threading.Event()
    name = f"memory-gate-{docker_harness.run}-late"

    def create_slowly() -> Any:
        begun.set()
        go_on.wait()
        return docker_harness.client.volumes.create(name, labels={RUN_LABEL: docker_harness.run})

    run_engine = docker_harness.engines[-1]
    assert run_engine is not engine
    creating = asyncio.create_task(run_engine.create("create", create_slowly))
    await until(begun.is_set, "the creation begins")
    creating.cancel()
    closing = asyncio.create_task(runtime.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert docker_harness.leftovers() == []
    with pytest.raises(EngineError, match="being ended"):
        await run_engine.create("create", create_slowly)


@in_event_loop
async def test_a_run_closes_its_connections_to_the_engine(tmp_path: Path) -> None:
    """Also one that cannot begin, and while whoever holds its error still holds what it was using."""
    settings = Settings(
        bot=BotSpecification(command=("without", "an", "image")),
        store=StoreSpecification(kind=DEFAULT_STORE),
        model=ModelSpecification(),
        run=RunSpecification(disruptions=("none",), seed=1, runtime="docker"),
        policy=Policy(),
        scenarios=(),
        report_directory=tmp_path,
        config_file=None,
    )
    before = open_sockets()
    with pytest.raises(InputError) as caught:
        await execute(
            RunInputs(
                settings=settings,
                scenarios=find_scenarios((), tmp_path),
                name=run_name.new_run_name(),
                environment={},
                reporters=(),
                repeat=(),
            )
        )
    assert caught.value.what
    # What was asked of the engine beside it is not waited for; its connections close when it has ended.
    await until(lambda: open_sockets() <= before, "the end of all connections")


@in_event_loop
async def test_what_is_asked_after_the_end_leaves_no_connection_open() -> None:
    """A call of several requests may still be under way when the engine is closed."""
    before = open_sockets()
    engine = await reach({})
    asked, ended = threading.Event(), threading.Event()

    def ask_twice() -> None:
        engine.client.version()
        asked.set()
        assert ended.wait(PATIENCE_SECONDS)
        engine.client.info()

    call = asyncio.create_task(engine.call("tell its machine", ask_twice))
    await until(asked.is_set, "the first answer")
    engine.close()
    ended.set()
    await call
    # Those of this call are closed by now; others of this process may still be at theirs.
    await until(lambda: open_sockets() <= before, "the end of all connections")


def open_sockets() -> set[str]:
    """The sockets that this process has open, by the kernel's names for them."""
    names = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            names.add(str(entry.readlink()))
    return {name for name in names if name.startswith("socket:")}
