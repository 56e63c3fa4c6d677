"""What `memory-gate merge` tells whom, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.analysis import analyse
from gate.cli import merging
from gate.cli.merging import merge_command
from gate.errors import GateError
from gate.reporters import FILE_REPORTERS
from gate.reporters.transcript_file import TranscriptFile
from tests.action.file_commands import parse_pairs
from tests.transcripts.runs import honest_run
from tests.unit.reporters import hostile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the report of a run in `one`."""
    monkeypatch.chdir(tmp_path)
    events = list(honest_run().events())
    transcript = TranscriptFile(tmp_path / "one", reserve=0)
    for event in events:
        transcript.show(event)
    transcript.close()
    for kind in FILE_REPORTERS.values():
        kind(tmp_path / "one").finish(analyse(events))
    return tmp_path


def step(folder: Path) -> dict[str, str]:
    """What GitHub gives a step."""
    return {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(folder / "output")}


def outputs(folder: Path) -> dict[str, str]:
    pairs = parse_pairs((folder / "output").read_text(encoding="utf-8"))
    assert pairs.error is None
    return dict(pairs.values)


def test_whoever_reads_the_console_is_told_the_verdict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert merge_command([folder / "one"], Path("merged"), None, {}) == 0
    assert "PASSED" in capsys.readouterr().out.upper()
    assert (folder / "merged" / "report.json").exists()


def test_the_outputs_are_there_before_anything_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kills the step while it reads: nobody takes it for one that passed."""

    class KilledError(Exception):
        pass

    def die(paths: Sequence[Path], report_directory: Path) -> None:
        assert outputs(folder)["verdict"] == "inconclusive"
        raise KilledError

    monkeypatch.setattr(merging, "_read_parts", die)
    with pytest.raises(KilledError):
        merge_command([folder / "one"], Path("merged"), None, step(folder))
    assert outputs(folder)["verdict"] == "inconclusive"


def test_what_cannot_be_merged_is_annotated(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a workflow nobody opens the log of a step that fails to see what it said."""
    with pytest.raises(GateError):
        merge_command([folder / "nowhere"], Path("merged"), None, step(folder))
    [annotation] = hostile.runner_reads(capsys.readouterr().out).annotations
    assert annotation.level == "error"
    assert "nowhere" in annotation.message
    assert outputs(folder)["verdict"] == "inconclusive"


def test_what_was_written_is_handed_over_when_all_of_it_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later step of another user reads it, changes it and removes it."""
    seen: list[tuple[list[Path], Path, set[str]]] = []

    def chown_to_workspace_owner(written: Sequence[Path], workspace: Path) -> None:
        seen.append((list(written), workspace, {one.name for one in (folder / "merged").iterdir()}))

    monkeypatch.setattr(merging, "chown_to_workspace_owner", chown_to_workspace_owner)
    merge_command([folder / "one"], Path("merged"), None, step(folder))
    [(written, workspace, names)] = seen
    assert (written, workspace) == ([Path("merged")], folder)
    assert names == {one.name for one in (folder / "merged").iterdir()}
    assert {"report.json", "report.html", "transcript.jsonl"} <= names


def test_a_merged_run_is_compared_with_the_baseline(folder: Path) -> None:
    """As a run is; one that cannot be read is refused before anything is merged."""
    merge_command([folder / "one"], Path("merged"), folder / "one" / "report.json", step(folder))
    assert outputs(folder)["baseline"] != ""
    with pytest.raises(GateError, match="baseline"):
        merge_command([folder / "one"], Path("again"), folder / "nowhere.json", step(folder))
    assert not (folder / "again").exists()
