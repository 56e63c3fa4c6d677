"""The settings of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gate.core.specification import (
    BotSpecification,
    JudgeSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    StoreSpecification,
)

CONFIG_FILE = Path("memory-gate.yml")
REPORT_DIRECTORY = Path("memory-gate-report")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run, checked."""

    bot: BotSpecification
    store: StoreSpecification
    model: ModelSpecification
    run: RunSpecification
    policy: Policy
    scenarios: tuple[Path, ...]
    """Files and folders, relative to the working directory. Empty means the built-in library."""
    report_directory: Path
    """The folder for the report, relative to the process's working directory."""
    baseline: Path | None = None
    """The report.json of the run that this one must not be worse than, relative to the same directory."""
    judge: JudgeSpecification = field(default_factory=JudgeSpecification)
    config_file: Path | None
    """The path of the configuration file, as given."""
    openai_api_key: str = field(default="", repr=False)
