"""Getting images: found, pulled or built, and whose fault it is when that fails."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import docker
import pytest

from gate.core.specification import StoreSpecification
from gate.errors import EngineError, InputError
from gate.runtimes.docker.images import build_image
from gate.runtimes.docker.sweep import RUN_LABEL
from gate.stores.redis.server import RedisServer
from tests.contract.harness import DockerHarness
from tests.docker.engine_proxy import EngineProxy
from tests.event_loop import in_event_loop

BASE = "python:3.13-slim-trixie"


class Registry:
    """A registry on this machine. `answers` are path → status and body; all else is unknown to it."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes, str]] = {"/v2/": (200, b"{}", "application/json")}
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                unknown = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
                missing = (404, json.dumps(unknown).encode(), "application/json")
                status, body, kind = registry.answers.get(self.path, missing)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that has nothing, yet."""
    found = Registry()
    yield found
    found.close()


def manifest() -> Mapping[str, object]:
    """Of an image whose parts the registry cannot give."""
    part = {"digest": f"sha256:{'ab' * 32}", "size": 7}
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **part},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **part}],
    }


@pytest.mark.parametrize("suffix", ["", ":1.2", f"@sha256:{'0' * 64}"])
@in_event_loop
async def test_an_image_that_no_registry_has_is_the_users_mistake(
    docker_harness: DockerHarness, registry: Registry, suffix: str
) -> None:
    """The error names the image and says what to do."""
    image = f"{registry.name}/no/such{suffix}"
    with pytest.raises(InputError, match="does not exist") as caught:
        async with docker_harness.opened(image=image):
            pass
    assert image in caught.value.what
    assert "bot's image" in caught.value.what
    assert caught.value.remedy


@in_event_loop
async def test_an_image_that_vanishes_in_the_middle_of_a_pull_is_the_users_mistake(
    docker_harness: DockerHarness, registry: Registry
) -> None:
    """Then the registry's no comes when the pull has already begun."""
    content = json.dumps(manifest()).encode()
    registry.answers["/v2/bot/manifests/1"] = (200, content, str(manifest()["mediaType"]))
    with pytest.raises(InputError, match="does not exist") as caught:
        async with docker_harness.opened(image=f"{registry.name}/bot:1"):
            pass
    assert "manifest unknown" in caught.value.why


@in_event_loop
async def test_a_registry_that_does_not_answer_is_not_the_users_mistake(
    docker_harness: DockerHarness,
) -> None:
    """Whether the image exists is not known then."""
    # Bound and not listened on: it refuses every connection, and nobody else can take it meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        image = f"127.0.0.1:{taken.getsockname()[1]}/bot:1"
        with pytest.raises(EngineError, match="cannot be pulled") as caught:
            async with docker_harness.opened(image=image):
                pass
    assert "refused" in caught.value.why


@pytest.mark.parametrize("status", [401, 403])
@in_event_loop
async def test_a_pull_that_is_denied_says_who_has_to_log_in(
    docker_harness: DockerHarness, registry: Registry, status: int
) -> None:
    """The registry does not reveal to strangers whether it has the image."""
    code = "UNAUTHORIZED" if status == 401 else "DENIED"
    told = {"errors": [{"code": code, "message": "requested access to the resource is denied"}]}
    for path in ("/v2/", "/v2/bot/manifests/1"):
        registry.answers[path] = (status, json.dumps(told).encode(), "application/json")
    with pytest.raises(EngineError, match="cannot be pulled") as caught:
        async with docker_harness.opened(image=f"{registry.name}/bot:1"):
            pass
    assert "denied" in caught.value.why
    assert "logged in" in caught.value.why


@in_event_loop
async def test_a_pull_that_hangs_is_given_up(
    docker_harness: DockerHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library itself would wait for ever."""
    proxy = EngineProxy(tmp_path / "engine.sock")
    proxy.swallow("POST .*/images/create")
    monkeypatch.setattr("gate.runtimes.docker.images.PULL_SECONDS", 0.2)
    try:
        with pytest.raises(EngineError, match="could not pull the image no-such-bot:1") as caught:
            async with docker_harness.opened(
                image="no-such-bot:1", gate_environment={**os.environ, "DOCKER_HOST": proxy.host}
            ):
                pass
    finally:
        proxy.cut()
    assert "did not answer within 0.2 s" in caught.value.why


@in_event_loop
async def test_a_pull_that_breaks_off_is_not_the_users_mistake(
    docker_harness: DockerHarness, registry: Registry
) -> None:
    """The registry has the image, and fails in the middle of giving it."""
    content = json.dumps(manifest()).encode()
    for name in ("1", f"sha256:{hashlib.sha256(content).hexdigest()}"):
        registry.answers[f"/v2/bot/manifests/{name}"] = (200, content, str(manifest()["mediaType"]))
    registry.answers[f"/v2/bot/blobs/sha256:{'ab' * 32}"] = (500, b"{}", "application/json")
    with pytest.raises(EngineError, match="cannot be pulled") as caught:
        async with docker_harness.opened(image=f"{registry.name}/bot:1"):
            pass
    assert "500" in caught.value.why


@pytest.mark.parametrize(
    "image", ["Bot:latest", "bot image", "bot:", "-bot", "a//b", "bot:1:2", "bot@sha256:12"]
)
@in_event_loop
async def test_a_name_that_cannot_be_one_is_the_users_mistake(
    docker_harness: DockerHarness, image: str
) -> None:
    """It is said before anything is started."""
    with pytest.raises(InputError, match="is not a name of an image") as caught:
        async with docker_harness.opened(image=image):
            pass
    assert f'"{image}"' in caught.value.what


@in_event_loop
async def test_a_missing_image_of_the_store_is_told_from_the_bots(
    docker_harness: DockerHarness, registry: Registry
) -> None:
    """Each is named for what it is."""
    store = RedisServer(StoreSpecification(image=f"{registry.name}/redis:99"))
    with pytest.raises(InputError, match="store's image"):
        async with docker_harness.opened(store=store):
            pass


@in_event_loop
async def test_neither_image_nor_build_is_the_users_mistake(docker_harness: DockerHarness) -> None:
    """The error names the way out."""
    with pytest.raises(InputError, match="needs an image") as caught:
        async with docker_harness.opened(image=None):
            pass
    assert "bot.command" in caught.value.remedy


class Workshop:
    """A folder to build from. The images that came out of it, failed ones too, carry a label of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = docker.from_env()
        self.label = f"memory-gate.test={secrets.token_hex(4)}"

    def write(self, *lines: str) -> None:
        text = "\n".join((f"FROM {BASE}", f"LABEL {self.label}", *lines))
        (self.folder / "Dockerfile").write_text(text + "\n")

    def images(self) -> list[str]:
        """Return the images, without intermediate layers."""
        return [str(one.id) for one in self.client.images.list(filters={"label": self.label})]

    def containers(self) -> list[str]:
        """Return the containers of build steps, which carry the label of the layers below them."""
        return [str(one["Id"]) for one in self.client.api.containers(all=True, filters={"label": self.label})]

    def close(self) -> None:
        for container in self.containers():
            self.client.api.remove_container(container, force=True)
        while found := self.images():
            self.client.images.remove(found[0], force=True)
        self.client.close()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """An empty folder."""
    found = Workshop(tmp_path)
    yield found
    found.close()


@in_event_loop
async def test_a_folder_is_built_once_for_as_long_as_it_stays_the_same(
    docker_harness: DockerHarness, workshop: Workshop
) -> None:
    """A second run makes no second image, so that runs do not fill the disk."""
    workshop.write('CMD ["true"]')
    ids = []
    for _ in range(2):
        ids.append(await build_image(docker_harness.engine(), str(workshop.folder)))
    assert ids[0] == ids[1]
    assert workshop.images() == ids[:1]


@in_event_loop
async def test_a_build_that_fails_shows_its_last_lines(
    docker_harness: DockerHarness, workshop: Workshop
) -> None:
    """The error has the output of the failing step, and no container of it stays."""
    workshop.write("RUN echo the compiler is missing && exit 42")
    with pytest.raises(InputError, match="cannot be built") as caught:
        async with docker_harness.opened(image=None, build=str(workshop.folder)):
            pass
    assert "42" in caught.value.why
    assert "the compiler is missing" in caught.value.log
    assert workshop.containers() == []


@in_event_loop
async def test_a_dockerfile_that_cannot_be_read_is_the_users_mistake(
    docker_harness: DockerHarness, workshop: Workshop
) -> None:
    """A misspelt instruction is found by the engine."""
    workshop.write("RUNN true")
    with pytest.raises(InputError, match="cannot be built") as caught:
        async with docker_harness.opened(image=None, build=str(workshop.folder)):
            pass
    assert "RUNN" in caught.value.why


@in_event_loop
async def test_a_folder_without_a_dockerfile_is_the_users_mistake(
    docker_harness: DockerHarness, tmp_path: Path
) -> None:
    """It is said without asking the engine."""
    with pytest.raises(InputError, match="no Dockerfile"):
        async with docker_harness.opened(image=None, build=str(tmp_path)):
            pass


@in_event_loop
async def test_a_bot_that_is_built_runs(docker_harness: DockerHarness, workshop: Workshop) -> None:
    """From the folder to a ready bot; its image stays for the next build, without the run's labels."""
    (workshop.folder / "serve.py").write_text(
        "import http.server as h, os\n"
        "class H(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers()\n"
        "h.HTTPServer(('', int(os.environ['PORT'])), H).serve_forever()\n"
    )
    workshop.write("COPY serve.py .", 'CMD ["python", "serve.py"]')
    async with docker_harness.deployed(image=None, build=str(workshop.folder), stop_seconds=1) as deployment:
        image = deployment.images()["bot"]
    labels = workshop.client.images.get(image).labels
    assert labels["memory-gate.build"] == "1"
    assert RUN_LABEL not in labels
