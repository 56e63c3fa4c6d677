"""An action whose scripts a test sends along, for the tests of the emulated runner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.action_images import ActionImages, docker
from tests.action.emulated_runner import EmulatedRunner

BASE = "python:3.13-slim-trixie"

# One image plays every script: each test sends its own as an input, hyphen and line breaks included.
PLAYER = """\
#!/usr/local/bin/python3
import os

def put(variable, text):
    with open(os.environ["GITHUB_" + variable], "a") as file:
        file.write(text)

exec(os.environ["INPUT_{name}"])
"""

ACTION = """\
name: Player
inputs:
  main-script: {default: ""}
  post-script: {default: ""}
  max-drop: {default: 0.10}
  two words: {default: x}
outputs:
  verdict: {description: d}
runs:
  using: docker
  image: Dockerfile
  post-entrypoint: /post.py
  args: ["${{ inputs.max-drop }}", "", "a 'b' \\"c\\""]
  env: {GAP: filled, TAKEN: from-the-action}
"""


@pytest.fixture(scope="module")
def own_images() -> Iterator[ActionImages]:
    with ActionImages() as images:
        yield images
    assert docker("image", "ls", "--quiet", images.label).stdout == ""


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player")
    for name in ("main", "post"):
        script = folder / f"{name}.py"
        script.write_text(PLAYER.replace("{name}", f"{name.upper()}-SCRIPT"))
        script.chmod(0o755)
    (folder / "Dockerfile").write_text(f'FROM {BASE}\nCOPY *.py /\nENTRYPOINT ["/main.py"]\n')
    (folder / "action.yml").write_text(ACTION)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "helpdesk-bot" / "helpdesk-bot"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def runner(workspace: Path, tmp_path: Path, own_images: ActionImages) -> Iterator[EmulatedRunner]:
    # With more patience than the runner's own: how soon a container ends is the machine's to say.
    runner = EmulatedRunner(
        workspace, tmp_path / "_temp", images=own_images, stage_timeout=240, sigint_grace=200
    )
    with runner:
        yield runner
    assert runner.survivors() == []
    assert not runner.folders.temp.exists()
