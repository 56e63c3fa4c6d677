"""Files that root wrote into somebody's workspace become theirs, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.cli.ownership import chown_to_workspace_owner

OWNER, STRANGER = 1001, 1002

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Another user's folder, with a report of this one in `out/report`."""
    report = tmp_path / "workspace" / "out" / "report"
    report.mkdir(parents=True)
    (report / "report.json").touch()
    os.chown(tmp_path / "workspace", OWNER, OWNER)
    return tmp_path / "workspace"


def owner(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_uid, found.st_gid


def test_what_was_written_and_the_folders_on_the_way_are_handed_over(workspace: Path) -> None:
    chown_to_workspace_owner([workspace / "out" / "report"], workspace)
    for name in ("out", "out/report", "out/report/report.json"):
        assert owner(workspace / name) == (OWNER, OWNER), name


def test_links_and_strangers_and_what_lies_outside_are_left_alone(workspace: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").touch()
    report = workspace / "out" / "report"
    (report / "link").symlink_to(outside)
    (report / "strange").touch()
    os.chown(report / "strange", STRANGER, STRANGER)
    (workspace / "away").symlink_to(outside)
    (workspace / "beside").touch()
    chown_to_workspace_owner([report, workspace / "away", outside, Path("../outside")], workspace)
    assert owner(report / "link") == (OWNER, OWNER)
    assert owner(report / "strange") == (STRANGER, STRANGER)
    for path in (outside, outside / "secret", workspace / "beside"):
        assert owner(path) == (0, os.getegid()), path


def test_a_workspace_that_is_not_there_costs_nothing(tmp_path: Path) -> None:
    chown_to_workspace_owner([tmp_path / "absent" / "report"], tmp_path / "absent")
