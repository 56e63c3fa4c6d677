"""Copy of a bot's folder, which stands for a container's files."""

from __future__ import annotations

import shutil
from pathlib import Path

from gate.errors import InputError

LINKED_FOLDERS = (".venv", "venv", "node_modules")
"""Installed dependencies, which a container has in its image: they are linked instead of copied."""
LEFT_OUT = (".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "memory-gate-report")
MAX_FILES = 20_000


def copy_folder(source: Path, target: Path) -> None:
    """Copy the bot's folder, with links to installed dependencies. Raises InputError if it is too large."""
    source, target = source.resolve(), target.resolve()
    files = 0

    def leave_out(folder: str, names: list[str]) -> set[str]:
        nonlocal files
        files += len(names)
        if files > MAX_FILES:
            raise InputError(
                f"the bot's folder {source} holds more than {MAX_FILES} files",
                why="it is copied for every fresh instance, as an image would be",
                remedy="set bot.directory to the folder that holds the bot alone",
            )
        # When TMPDIR is inside the folder, the copy must not contain itself.
        skipped = {name for name in names if name in LEFT_OUT or target.is_relative_to(Path(folder) / name)}
        linked = {name for name in names if name in LINKED_FOLDERS and (Path(folder) / name).is_dir()}
        for name in linked:
            place = target / Path(folder).relative_to(source)
            place.mkdir(parents=True, exist_ok=True)
            (place / name).symlink_to(Path(folder) / name, target_is_directory=True)
        return skipped | linked

    try:
        shutil.copytree(source, target, symlinks=True, ignore=leave_out, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise InputError(f"the bot's folder {source} cannot be copied", why=str(error)) from error
