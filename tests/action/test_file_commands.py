"""The runner's reading of the file commands, fact by fact, without Docker."""

from pathlib import Path

import pytest

from tests.action.file_commands import SUMMARY_LIMIT, CommandFiles, parse_pairs


def test_both_forms_and_blank_lines() -> None:
    text = "a=1\n\nb<<END\nfirst\n\n last=x<<y\nEND\nc=x=y<<z\n"
    assert parse_pairs(text).values == {"a": "1", "b": "first\n\n last=x<<y", "c": "x=y<<z"}
    assert parse_pairs(text).error is None


def test_the_form_is_what_comes_first_in_the_line() -> None:
    assert parse_pairs("a<<E=F\nv\nE=F\n").values == {"a": "v"}
    assert parse_pairs("a=<<E\n").values == {"a": "<<E"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("a<<E\nE\n", ""), ("a<<E\n\nE\n", ""), ("a<<E\n\n\nE\n", "\n"), ("a<<E\nx\nE", "x"), ("a=", "")],
)
def test_edges_of_values(text: str, value: str) -> None:
    assert parse_pairs(text).values == {"a": value}


def test_later_values_win_and_carriage_returns_stay() -> None:
    assert parse_pairs("a=1\r\na=2\r\n").values == {"a": "2\r"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("hello\n", "Invalid format 'hello'"),
        ("=x\n", "Invalid format '=x'. Name must not be empty"),
        ("a<<\nx\n", "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty"),
        ("<<E\nx\nE\n", "Invalid format '<<E'. Name must not be empty and delimiter must not be empty"),
        ("a<<E\nx\n", "Invalid value. Matching delimiter not found 'E'"),
        ("a<<E\nx", "Invalid value. EOF marker missing new line."),
    ],
)
def test_an_invalid_line_ends_the_reading_but_keeps_what_came_before(text: str, error: str) -> None:
    pairs = parse_pairs(f"before=1\n{text}after=2\n" if "E" not in text else f"before=1\n{text}")
    assert pairs.error == error
    assert pairs.values == {"before": "1"}


def test_a_value_that_holds_its_delimiter_forges_a_name() -> None:
    value = "fine\nEOF\nverdict=passed"
    assert parse_pairs(f"reply<<EOF\n{value}\nEOF2<<EOF\nEOF\n").values["verdict"] == "passed"


def test_each_stage_has_its_own_empty_files(tmp_path: Path) -> None:
    first, second = CommandFiles(tmp_path), CommandFiles(tmp_path)
    paths = first.github_context()
    assert set(paths) >= {"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"}
    assert not set(paths.values()) & set(second.github_context().values())
    Path(paths["GITHUB_PATH"]).write_text("/a\r\n\n/b")
    assert first.read().path == ("/a", "/b")
    assert second.read().path == ()
    first.delete()
    second.delete()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "kept"), [(0, False), (SUMMARY_LIMIT, True), (SUMMARY_LIMIT + 1, False)])
def test_a_summary_is_kept_whole_or_not_at_all(tmp_path: Path, size: int, kept: bool) -> None:
    files = CommandFiles(tmp_path)
    Path(files.github_context()["GITHUB_STEP_SUMMARY"]).write_bytes(b"x" * size)
    values = files.read()
    assert (values.summary is not None) is kept
    assert values.summary_bytes == size


def test_removed_files_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    files = CommandFiles(tmp_path)
    paths = files.github_context()
    Path(paths["GITHUB_STATE"]).unlink()
    Path(paths["GITHUB_OUTPUT"]).write_bytes(b"\xef\xbb\xbfa=\xff\n")
    assert files.read().state.values == {}
    assert files.read().outputs.values == {"a": "\ufffd"}
