"""transcript.jsonl appears whole or not at all, and shows where it was meddled with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.core.transcript import Event, RunEnded, TurnEnded
from gate.core.transcript_lines import TranscriptError, decode
from gate.reporters.transcript_file import NAME, UNFINISHED, TranscriptFile

EVENTS: list[Event] = [
    *(TurnEnded(at=float(one), turn=f"c.{one}", status="acknowledged", reply="ORD-1.") for one in range(4)),
    RunEnded(at=9.0),
]
Lines = list[str]


def written(folder: Path) -> Lines:
    """The lines of a transcript."""
    file = TranscriptFile(folder, reserve=0)
    for event in EVENTS:
        file.show(event)
    file.close()
    return (folder / NAME).read_text().splitlines()


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert list(decode(written(tmp_path))) == EVENTS
    assert [one.name for one in tmp_path.iterdir()] == [NAME]


def test_every_event_is_in_the_file_before_the_next_one_happens(tmp_path: Path) -> None:
    """So that a gate which is killed leaves all it has seen, and no reader takes it for a whole run."""
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
    """/dev/full takes nothing, as a full disk."""
    (tmp_path / UNFINISHED).symlink_to("/dev/full")
    file = TranscriptFile(tmp_path, reserve=0)
    with pytest.raises(OSError, match="No space left"):
        file.show(EVENTS[0])
    file.discard()
    assert list(tmp_path.iterdir()) == []
