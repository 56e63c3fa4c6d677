"""A registry with a login: pulls fail without one, and succeed with the one that `docker login` wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import ImageNotFound

from gate.errors import EngineError, InputError
from gate.runtimes.docker.connection import connect
from gate.runtimes.docker.images import require_image
from tests.docker.private_registry import PrivateRegistry
from tests.event_loop import in_event_loop


@pytest.fixture
def registry() -> Iterator[PrivateRegistry]:
    """The registry; what was pulled from it is removed."""
    with PrivateRegistry() as registry:
        yield registry
        client = docker.from_env()
        try:
            client.images.remove(registry.image, force=True)
        except ImageNotFound:
            pass
        finally:
            client.close()


@pytest.fixture
def login_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the client looks for logins."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


async def pull(image: str) -> str:
    engine = connect(os.environ)
    try:
        return await require_image(engine, image, "bot's image")
    finally:
        engine.close()


@in_event_loop
async def test_without_a_login_it_is_said_how_to_get_one(
    registry: PrivateRegistry, login_folder: Path
) -> None:
    with pytest.raises(EngineError, match="does not give it to everybody") as caught:
        await pull(registry.image)
    assert registry.image in caught.value.what
    assert "DOCKER_CONFIG" in caught.value.why
    assert registry.denied


@in_event_loop
async def test_with_a_login_it_is_pulled(registry: PrivateRegistry, login_folder: Path) -> None:
    (login_folder / "config.json").write_text(registry.login())
    assert (await pull(registry.image)).startswith("sha256:")


@in_event_loop
async def test_a_wrong_password_is_the_users_mistake(registry: PrivateRegistry, login_folder: Path) -> None:
    (login_folder / "config.json").write_text(registry.login("wrong"))
    with pytest.raises(EngineError, match="does not give it to everybody"):
        await pull(registry.image)


@in_event_loop
async def test_a_helper_that_cannot_be_asked_is_named(registry: PrivateRegistry, login_folder: Path) -> None:
    (login_folder / "config.json").write_text(json.dumps({"credsStore": "no-such-helper"}))
    with pytest.raises(InputError, match="login for the bot's image") as caught:
        await pull(registry.image)
    assert "docker-credential-no-such-helper" in caught.value.why
