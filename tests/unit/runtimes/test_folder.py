"""The copy of a bot's folder: what is in it, what is linked and what is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.errors import InputError
from gate.runtimes.process import folder
from gate.runtimes.process.folder import copy_folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A bot's folder, with the names of its files in them."""
    for name in ("bot.py", "data/notes.txt", ".env", ".venv/bin/python", "web/node_modules/left/pad.js"):
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    for name in (
        ".git/HEAD",
        "__pycache__/bot.pyc",
        "data/__pycache__/x.pyc",
        "memory-gate-report/report.json",
    ):
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "source"


def test_the_bots_own_files_are_copied(source: Path, tmp_path: Path) -> None:
    """Hidden ones too; a change of the copy is no change of the original."""
    copy_folder(source, tmp_path / "copy")
    for name in ("bot.py", "data/notes.txt", ".env"):
        assert (tmp_path / "copy" / name).read_text() == name
    (tmp_path / "copy" / "bot.py").write_text("changed")
    assert (source / "bot.py").read_text() == "bot.py"


def test_installed_dependencies_are_linked(source: Path, tmp_path: Path) -> None:
    """They belong to the image in a container, and copying them would take longer than the bot's start."""
    copy_folder(source, tmp_path / "copy")
    for name in (".venv", "web/node_modules"):
        link = tmp_path / "copy" / name
        assert link.is_symlink()
        assert link.resolve() == source / name
    assert (tmp_path / "copy" / ".venv/bin/python").read_text() == ".venv/bin/python"


def test_a_file_that_is_named_like_a_folder_of_dependencies_is_copied(source: Path, tmp_path: Path) -> None:
    """Some tools put a file named .venv in place of the folder."""
    (source / "data" / ".venv").write_text("elsewhere")
    copy_folder(source, tmp_path / "copy")
    assert not (tmp_path / "copy" / "data" / ".venv").is_symlink()
    assert (tmp_path / "copy" / "data" / ".venv").read_text() == "elsewhere"


def test_histories_and_caches_are_left_out(source: Path, tmp_path: Path) -> None:
    """No image has them either."""
    copy_folder(source, tmp_path / "copy")
    left = {entry.name for entry in (tmp_path / "copy").rglob("*")}
    assert left.isdisjoint({".git", "__pycache__", "memory-gate-report"})


def test_a_folder_may_be_given_relative_to_the_working_directory(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links lead to the same place from wherever they are followed."""
    monkeypatch.chdir(source)
    copy_folder(Path(), tmp_path / "copy")
    assert (tmp_path / "copy" / ".venv").resolve() == source / ".venv"


def test_links_and_run_bits_are_kept(source: Path, tmp_path: Path) -> None:
    """A start script still starts, a link within the folder leads to the copy."""
    (source / "start").write_text("#!/bin/sh\n")
    (source / "start").chmod(0o755)
    (source / "latest").symlink_to("data/notes.txt")
    (source / "dangling").symlink_to("nowhere")
    copy_folder(source, tmp_path / "copy")
    assert os.access(tmp_path / "copy" / "start", os.X_OK)
    assert (tmp_path / "copy" / "latest").resolve() == tmp_path / "copy" / "data" / "notes.txt"
    assert (tmp_path / "copy" / "dangling").is_symlink()


def test_too_many_files_are_the_users_mistake(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dependencies do not count: what is linked costs nothing."""
    monkeypatch.setattr(folder, "MAX_FILES", 100)
    for number in range(200):
        (source / ".venv" / str(number)).touch()
    copy_folder(source, tmp_path / "copy")
    for number in range(100):
        (source / "data" / str(number)).touch()
    with pytest.raises(InputError, match="more than 100 files") as caught:
        copy_folder(source, tmp_path / "another copy")
    assert "bot.directory" in caught.value.remedy


def test_what_cannot_be_copied_is_the_users_mistake(source: Path, tmp_path: Path) -> None:
    """A named pipe would be read for ever."""
    os.mkfifo(source / "pipe")
    with pytest.raises(InputError, match="cannot be copied") as caught:
        copy_folder(source, tmp_path / "copy")
    assert "pipe" in caught.value.why
