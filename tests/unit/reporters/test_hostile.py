"""Hostile bots, logs and pull requests forge nothing through any reporter."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.ports import Reporter
from gate.reporters import FILE_REPORTERS, ConsoleReporter, GitHubReporter, open_console
from tests.action.file_commands import parse_pairs
from tests.transcripts import samples
from tests.unit.reporters import builder, hostile

OURS = {"group", "endgroup", "error", "warning", "notice", "stop-commands"}
ANNOTATIONS = 8
"""Annotations of a hostile report: six failures, a finding, and the verdict."""


def everything_printed(folder: Path, text: str) -> str:
    """Return the output of a step whose every foreign text is `text`; files go to `folder`."""
    stream = io.StringIO()
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }
    reporters: tuple[Reporter, ...] = (
        ConsoleReporter(open_console(stream, environment), github=True, report_directory=folder),
        GitHubReporter(environment, stream, folder, report_path=folder / "report"),
        *(kind(folder / "report") for kind in FILE_REPORTERS.values()),
    )
    for event in (
        *samples.troubled(text, bot=text, version=text, disruptions=[text]),
        *samples.played(("restart",), conversations=1, reply=text),
    ):
        for reporter in reporters:
            reporter.show(event)
    for reporter in reporters:
        reporter.finish(builder.hostile_report(text))
    return stream.getvalue()


def assert_nothing_forged(output: str) -> None:
    log = hostile.runner_reads(output)
    assert log.forged == log.hidden_commands == log.unknown_commands == []
    assert log.failures == []
    tokens = {command.data for command in log.commands if command.name == "stop-commands"}
    assert {command.name for command in log.commands} - tokens <= OURS
    assert len(tokens) == 2
    assert len(log.annotations) <= ANNOTATIONS
    assert all(annotation.line is None for annotation in log.annotations if annotation.file is None)
    assert hostile.unseen_in(output) == []
    # Nor would anything be forged were the commands never stopped.
    unguarded = [line for line in output.split("\n") if not line.startswith(("::stop-commands", "::resume"))]
    log = hostile.runner_reads("\n".join(unguarded))
    assert {command.name for command in log.commands} <= OURS
    assert sum(command.name not in ("group", "endgroup") for command in log.commands) <= ANNOTATIONS
    assert log.unknown_commands == []


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_no_text_forges_anything(tmp_path: Path, text: str) -> None:
    assert_nothing_forged(everything_printed(tmp_path, text))
    pairs = parse_pairs((tmp_path / "output").read_bytes().decode())
    assert pairs.error is None
    assert (pairs.values["verdict"], pairs.values["leaks"], len(pairs.values)) == ("failed", "0", 10)
    written = (tmp_path / "report" / "report.json").read_bytes()
    assert json.loads(written)["probes"][0]["reply"] == hostile.whole_characters(text)
    files = [tmp_path / "summary", *(tmp_path / "report").iterdir()]
    assert len(files) == 8
    for file in files:
        text_of_file = file.read_bytes().decode()
        printed_by_a_later_step = hostile.runner_reads(text_of_file)
        assert printed_by_a_later_step.commands == []
        assert hostile.unseen_in(text_of_file.replace("⚠️", "")) == []


@pytest.mark.parametrize("name", hostile.HUGE)
def test_a_huge_text_is_cut_everywhere(tmp_path: Path, name: str) -> None:
    output = everything_printed(tmp_path, hostile.HUGE[name])
    assert len(output) < 100_000
    assert (tmp_path / "summary").stat().st_size < 900 * 1024
    assert_nothing_forged(output)


@hostile.LAW
@given(hostile.texts(), st.integers(min_value=30, max_value=120))
def test_no_text_forges_anything_at_any_width(text: str, width: int) -> None:
    stream = io.StringIO()
    console = open_console(stream, {})
    console.width = width
    reporter = ConsoleReporter(console)
    for event in samples.troubled(text, bot=text, version=text, disruptions=[text]):
        reporter.show(event)
    reporter.finish(builder.hostile_report(text))
    log = hostile.runner_reads(stream.getvalue())
    assert log.commands == log.unknown_commands == []
    assert hostile.unseen_in(stream.getvalue()) == []


@pytest.mark.parametrize("text", ["Zoë → ✗ 日本語 😀", "\ud800", "[bold]rich[/bold] :smile:"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_every_encoding_takes_every_text(encoding: str, text: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    reporter = ConsoleReporter(open_console(stream, {}), github=True)
    for event in samples.troubled(text, bot=text, version=text, disruptions=[text]):
        reporter.show(event)
    reporter.finish(builder.hostile_report(text))
    stream.flush()
    printed = raw.getvalue().decode(encoding)
    if text.startswith("["):
        assert f'"{text}"' in printed
