"""transcript.jsonl is always complete, and shows where it was changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.core.transcript import Event, RunEnded, TurnEnded
from gate.core.transcript_lines import TranscriptError, decode
from gate.reporters.transcript_file import NAME, UNFINISHED, TranscriptFile
from tests.full_disk import fill_up

EVENTS: list[Event] = [
    *(
        TurnEnded(at=float(number), turn=f"c.{number}", status="acknowledged", reply="ORD-1.")
        for number in range(4)
    ),
    RunEnded(at=9.0),
]
Lines = list[str]


def written(folder: Path) -> Lines:
    """Return the lines of a transcript."""
    file = TranscriptFile(folder, reserve=0)
    for event in EVENTS:
        file.show(event)
    file.close()
    return (folder / NAME).read_text().splitlines()


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert list(decode(written(tmp_path))) == EVENTS
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_every_event_is_in_the_file_before_the_next_one_happens(tmp_path: Path) -> None:
    """A killed gate leaves all its events, and no reader mistakes them for a complete run."""
    file = TranscriptFile(tmp_path, reserve=0)
    for count, event in enumerate(EVENTS, start=1):
        file.show(event)
        lines = (tmp_path / UNFINISHED).read_text().splitlines()
        assert list(decode(lines)) == EVENTS[:count]
    assert not (tmp_path / NAME).exists()
    file.close()


@pytest.mark.parametrize(
    ("meddle", "named"),
    [
        (lambda lines: [*lines[:2], lines[2].replace("ORD-1", "ORD-2"), *lines[3:]], 3),
        (lambda lines: [lines[0].replace("0.0", "0.5"), *lines[1:]], 1),
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:2], lines[2][:-30], *lines[3:]], 3),
        (lambda lines: [*lines[:2], lines[2].partition(',"seal"')[0] + "}", *lines[3:]], 3),
        (lambda lines: [lines[0].partition(',"seal"')[0] + "}", *lines[1:]], 2),
        (lambda lines: [*lines[:2], lines[2].replace('"seal":"', '"seal":"0')[:-3] + '"}', *lines[3:]], 3),
    ],
    ids=["changed", "first", "cut out", "doubled", "swapped", "shorter", "bared", "bared first", "resealed"],
)
def test_a_line_that_was_meddled_with_is_named(
    tmp_path: Path, meddle: Callable[[Lines], Lines], named: int
) -> None:
    with pytest.raises(TranscriptError, match=f"line {named} of the transcript") as caught:
        list(decode(meddle(written(tmp_path))))
    assert caught.value.remedy


def test_a_full_disk_is_told_and_what_was_written_stays_whole(tmp_path: Path) -> None:
    file = TranscriptFile(tmp_path, reserve=0)
    file.show(EVENTS[0])
    fill_up(tmp_path / UNFINISHED)
    with pytest.raises(OSError, match="No space left"):
        file.show(EVENTS[1])
    assert list(decode((tmp_path / UNFINISHED).read_text().splitlines())) == EVENTS[:1]
    file.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["a link", "a pipe", "of a killed run"])
def test_what_lies_in_its_place_is_replaced_and_never_written_to(tmp_path: Path, left: str) -> None:
    """A checkout may contain a link or a pipe of that name, and opening a pipe waits for a reader."""
    (tmp_path / "precious").write_text("precious")
    folder = tmp_path / "reports"
    folder.mkdir()
    place = folder / UNFINISHED
    match left:
        case "a link":
            place.symlink_to(tmp_path / "precious")
        case "a pipe":
            os.mkfifo(place)
        case _:
            place.write_text("{}\n{")
    assert list(decode(written(folder))) == EVENTS
    assert (tmp_path / "precious").read_text() == "precious"
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert not (folder / NAME).is_symlink()


def test_a_folder_is_written_by_one_run_at_a_time(tmp_path: Path) -> None:
    first = TranscriptFile(tmp_path, reserve=0)
    first.show(EVENTS[0])
    with pytest.raises(OSError, match="another run writes into it"):
        TranscriptFile(tmp_path, reserve=0)
    for event in EVENTS[1:]:
        first.show(event)
    first.close()
    assert list(decode((tmp_path / NAME).read_text().splitlines())) == EVENTS
    assert list(decode(written(tmp_path))) == EVENTS
