"""What a run is told."""

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
    """Everything that a run needs to be told, checked."""

    bot: BotSpecification
    store: StoreSpecification
    model: ModelSpecification
    run: RunSpecification
    policy: Policy
    scenarios: tuple[Path, ...]
    """Files and folders; relative ones start at the working directory. Empty is the built-in library."""
    report_directory: Path
    """Where the report goes, seen from the process's own directory."""
    baseline: Path | None = None
    """The report.json of the run that this one is to be no worse than, seen from the process's directory."""
    judge: JudgeSpecification = field(default_factory=JudgeSpecification)
    config_file: Path | None
    """The file that was read, as it was given."""
    openai_api_key: str = field(default="", repr=False)
