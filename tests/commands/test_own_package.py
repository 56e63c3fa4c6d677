"""Others name a package `gate` too. None of them is taken for memory-gate's own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gate import __version__
from gate.errors import ExitCode

REPOSITORY = Path(__file__).resolve().parents[2]
FOREIGN = "raise RuntimeError('this is the gate of somebody else')\n"
COMMANDS = {
    "console script": [str(Path(sys.executable).with_name("memory-gate")), "--version"],
    "module": [sys.executable, "-m", "memory_gate", "--version"],
}
STAGES = {
    "main stage": [sys.executable, str(REPOSITORY / "entrypoint.py")],
    "post stage": [sys.executable, str(REPOSITORY / "post_entrypoint.py")],
}


@pytest.fixture(params=["gate/__init__.py", "gate.py"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a package or a module of the name `gate`."""
    file = tmp_path / request.param
    file.parent.mkdir(exist_ok=True)
    file.write_text(FOREIGN)
    return tmp_path


def start(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder`, as nobody's action."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_"))}
    environment = {**kept, "GITHUB_WORKSPACE": str(folder), **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_another_gate_on_the_search_path_is_one_sentence(command: list[str], foreign: Path) -> None:
    """Exit code 1 would say that the bot forgot."""
    done = start(command, foreign, PYTHONPATH=str(foreign))
    assert done.returncode == ExitCode.INPUT
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert f"{foreign}/gate" in sentence
    assert f"take {foreign} out of PYTHONPATH" in sentence


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_another_gate_in_the_working_directory_is_passed_over(command: list[str], foreign: Path) -> None:
    done = start(command, foreign, PYTHONPATH="")
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.PASSED, f"{__version__}\n", "")


@pytest.mark.parametrize("on_path", [False, True])
@pytest.mark.parametrize("command", STAGES.values(), ids=STAGES)
def test_the_actions_stages_find_their_own(command: list[str], on_path: bool, foreign: Path) -> None:
    """A workflow's own PYTHONPATH reaches the action; its post stage has to sweep all the same."""
    (foreign / "memory-gate.yml").write_text("nonsense: true\n")
    done = start(command, foreign, PYTHONPATH=str(foreign) if on_path else "")
    assert "somebody else" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == (ExitCode.INPUT if "/entrypoint.py" in command[1] else ExitCode.PASSED)


def test_a_folder_that_is_no_package_hides_nothing(tmp_path: Path) -> None:
    """Python takes a folder without `__init__.py` last."""
    (tmp_path / "gate").mkdir()
    assert start(COMMANDS["module"], tmp_path, PYTHONPATH=str(tmp_path)).returncode == ExitCode.PASSED


def test_the_wheel_holds_both_packages_and_starts_the_safe_one(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert "memory-gate = memory_gate:main" in archive.read(entry_points).decode()
    assert {"gate/__init__.py", "memory_gate/__main__.py"} <= set(names)
