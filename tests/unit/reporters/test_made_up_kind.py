"""A reporter is one file and one line in a dict: a made-up one is listed and writes its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gate.cli.commands import application
from gate.cli.merging import merge_command
from gate.core.report import Report
from gate.core.transcript import Event
from gate.reporters import FILE_REPORTERS, report_files
from gate.reporters.transcript_file import TranscriptFile
from tests.transcripts.runs import honest_run


class WordReporter:
    """Writes the verdict as one word."""

    name = "word"
    file = "word.txt"
    sentence = "the verdict as one word"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Do nothing: the word is about the end."""

    def finish(self, report: Report) -> None:
        """Write the file."""
        self._path.write_text(report.verdict.value, encoding="utf-8")


@pytest.fixture
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILE_REPORTERS, WordReporter.name, WordReporter)


@pytest.mark.parametrize("name", FILE_REPORTERS)
def test_every_reporter_declares_its_traits(name: str) -> None:
    kind = FILE_REPORTERS[name]
    assert kind.name == name
    assert kind.file
    assert kind.sentence
    assert [reporter.file for reporter in FILE_REPORTERS.values()].count(kind.file) == 1


@pytest.mark.usefixtures("_registered")
def test_a_made_up_reporter_is_listed() -> None:
    listed = CliRunner().invoke(application, ["list", "reporters"]).output
    assert "word.txt: the verdict as one word" in listed
    assert "word.txt" in report_files()


@pytest.mark.usefixtures("_registered")
def test_a_made_up_reporter_writes_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    transcript = TranscriptFile(tmp_path / "one", reserve=0)
    for event in honest_run().events():
        transcript.show(event)
    transcript.close()
    assert merge_command([tmp_path / "one"], Path("merged"), None, {}) == 0
    assert (tmp_path / "merged" / "word.txt").read_text(encoding="utf-8") == "passed"
