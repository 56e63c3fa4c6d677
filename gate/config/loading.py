"""Applies the overrides to the configuration file, and checks every value at its position.

The sections, and pydantic with them, are imported only here, so that the command line starts faster.
"""

from __future__ import annotations

from pathlib import Path

from gate.config.overrides import Overrides
from gate.config.settings import CONFIG_FILE, Settings
from gate.core.kinds import Kinds
from gate.documents import read_document
from gate.errors import DocumentError, Problem


def load_settings(
    *, config: Path | None, overrides: Overrides, working_directory: Path, kinds: Kinds
) -> Settings:
    """Load the settings from `config` (if None: memory-gate.yml, if it exists) and the `overrides`.

    Relative paths in the file start at its folder, those in the overrides at `working_directory`.
    Raises DocumentError with all mistakes of the file and of the overrides.
    """
    from gate.config.reading import lay_over, read_settings, require_source
    from gate.config.value_type import Reading

    problems: list[Problem] = []
    if config is None and (working_directory / CONFIG_FILE).exists():
        config = CONFIG_FILE
    root = None
    if config is not None:
        root = read_document(working_directory / config, name=config.as_posix(), problems=problems)
    nodes = lay_over(root, overrides, problems)
    if root is not None or config is None:
        require_source(root, nodes["bot"], problems)
    reading = Reading(
        kinds=kinds, working_directory=working_directory, folder=config.parent if config else Path()
    )
    settings = read_settings(nodes, reading, config)
    if problems:
        raise DocumentError(problems)
    return settings
