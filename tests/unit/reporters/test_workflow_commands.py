"""Commands and pairs reach the runner unchanged, and none becomes two."""

from __future__ import annotations

import io
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.reporters.sanitize import sanitize_line
from gate.reporters.workflow_commands import MESSAGE_LIMIT, PATH_LIMIT, format_pair, send, without_commands
from tests.action.file_commands import parse_pairs
from tests.unit.reporters import hostile


@hostile.LAW
@given(hostile.texts(), hostile.texts())
def test_a_command_is_one_line_and_one_command(title: str, data: str) -> None:
    stream = io.StringIO()
    send(stream, "warning", data, {"title": title, "line": 3, "file": ""})
    log = hostile.runner_reads(stream.getvalue())
    assert [command.name for command in log.commands] == ["warning"]
    assert log.commands[0].data == sanitize_line(data, MESSAGE_LIMIT)
    assert log.commands[0].get("line") == "3"
    assert log.commands[0].get("file") == ""
    # The runner drops blanks and "=" at the beginning of a value.
    shown = sanitize_line(title, PATH_LIMIT).lstrip("= ").rstrip()
    assert log.commands[0].get("title").lstrip("= ").rstrip() == shown
    assert log.forged == log.unknown_commands == []


def test_a_property_is_no_other_property() -> None:
    """A scenario's name may hold the separators of properties."""
    stream = io.StringIO()
    send(stream, "error", "lost", {"title": "50 %, line=9,file=a: b", "line": 3})
    [command] = hostile.runner_reads(stream.getvalue()).commands
    assert command.get("title") == "50 %, line=9,file=a: b"
    assert (command.get("line"), command.get("file"), command.data) == ("3", "", "lost")


def test_an_empty_property_is_left_out() -> None:
    """The runner would read it as a position."""
    stream = io.StringIO()
    send(stream, "error", "lost", {"title": "", "file": "", "line": 3})
    assert stream.getvalue() == "::error line=3::lost\n"


def test_a_command_without_properties_has_no_blank() -> None:
    stream = io.StringIO()
    send(stream, "endgroup")
    assert stream.getvalue() == "::endgroup::\n"


def test_a_narrow_stream_takes_every_command() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    send(stream, "error", "Zoë → ✗")
    assert raw.getvalue() == b"::error::Zo\\xeb \\u2192 \\u2717\n"


@pytest.mark.parametrize("name", ["", "a b", "error::x", "a\nb", "a=b"])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        send(io.StringIO(), name)
    with pytest.raises(ValueError, match="cannot name"):
        format_pair(name, "value")


def test_nothing_printed_between_stop_and_resume_is_a_command() -> None:
    stream = io.StringIO()

    def print_raw_and_fail() -> None:
        with without_commands(stream):
            stream.write("::set-output name=verdict::passed\n##[error]forged\n::stop-commands::x\n")
            raise RuntimeError("bot")

    with pytest.raises(RuntimeError, match="bot"):
        print_raw_and_fail()
    send(stream, "notice", "heard again")
    log = hostile.runner_reads(stream.getvalue())
    assert log.outputs == {}
    assert [annotation.message for annotation in log.annotations] == ["heard again"]


def test_the_word_that_ends_the_silence_differs_each_time() -> None:
    streams = io.StringIO(), io.StringIO()
    for stream in streams:
        with without_commands(stream):
            pass
    assert streams[0].getvalue() != streams[1].getvalue()


@hostile.LAW
@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(hostile.TEXTS[:30]))
def test_a_pair_gives_back_its_value(value: str) -> None:
    pairs = parse_pairs(format_pair("report-path", value) + format_pair("verdict", "failed"))
    assert pairs.error is None
    assert pairs.values == {"report-path": value, "verdict": "failed"}


def test_nobody_can_guess_where_a_value_ends() -> None:
    """A value with a known delimiter could end itself and add outputs."""
    assert format_pair("verdict", "failed") != format_pair("verdict", "failed")


def test_a_value_does_not_hold_its_own_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value cannot end itself even with a guessed delimiter."""
    drawn = iter(["11", "22", "33"])
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: next(drawn))
    text = format_pair("report-path", "a\nend-11\nverdict=passed\nend-22\n")
    assert text.startswith("report-path<<end-33\n")
    assert parse_pairs(text).values == {"report-path": "a\nend-11\nverdict=passed\nend-22\n"}
