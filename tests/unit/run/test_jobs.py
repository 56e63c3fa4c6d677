"""How many deployments a machine has room for: one that is overloaded would measure itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gate.config import Settings
from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    StoreSpecification,
)
from gate.run.jobs import free_memory, most_side_by_side, sensible_jobs

GB = 1024**3
SETTINGS = Settings(
    bot=BotSpecification(image="bot"),
    store=StoreSpecification(),
    model=ModelSpecification(),
    run=RunSpecification(),
    policy=Policy(),
    scenarios=(),
    report_directory=Path("report"),
    config_file=None,
)


@pytest.mark.parametrize(
    ("processors", "free_bytes", "replicas", "jobs"),
    [
        (4, 16 * GB, 1, 4),
        (4, 16 * GB, 2, 2),
        (4, 2 * GB, 1, 3),
        (2, GB // 4, 1, 1),
        (2, 16 * GB, 3, 1),
        (64, 256 * GB, 1, 8),
        (None, 16 * GB, 1, 1),
        (4, None, 1, 1),
    ],
)
def test_each_replica_has_a_processor_and_memory(
    processors: int | None, free_bytes: int | None, replicas: int, jobs: int
) -> None:
    assert most_side_by_side(processors=processors, free_bytes=free_bytes, replicas=replicas) == jobs


def test_there_are_no_more_than_deployments_and_always_one() -> None:
    assert sensible_jobs(SETTINGS, deployments=1) == 1
    assert sensible_jobs(SETTINGS, deployments=0) == 1


def test_a_measurement_of_time_is_left_alone() -> None:
    timed = replace(SETTINGS, policy=Policy(max_unavailable=5.0))
    assert sensible_jobs(timed, deployments=4) == 1


def test_memory_is_read_where_the_machine_says_it(tmp_path: Path) -> None:
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:  8000 kB\nMemAvailable:   1000 kB\n")
    assert free_memory(file) == 1_024_000
    file.write_text("MemTotal:  8000 kB\nnothing\n")
    assert free_memory(file) is None
    assert free_memory(tmp_path / "none") is None
