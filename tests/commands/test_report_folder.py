"""A report folder that cannot be written is said before the run; one that fills up in its course ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.core.transcript_lines import decode
from gate.reporters import report_files
from gate.reporters.atomic_write import DRAFT
from gate.reporters.transcript_file import RESERVE_BYTES
from tests.commands.gate_process import Gate, disruptions

MiB = 1024 * 1024
REPORT = "memory-gate-report"
Disk = Callable[..., Path]


@pytest.fixture
def disk(gate: Gate) -> Iterator[Disk]:
    """Puts a disk of so many bytes in the place of the report folder."""
    folder = gate.folder / REPORT
    mounted = False

    def mount(size: int, *options: str) -> Path:
        nonlocal mounted
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "tmpfs", str(folder)]
        as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
        try:
            done = subprocess.run([*as_root, *words], capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            pytest.skip(f"disks cannot be mounted here: {error}")
        if done.returncode:
            pytest.skip(f"disks cannot be mounted here: {done.stderr.strip()}")
        mounted = True
        return folder

    yield mount
    if mounted:
        as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
        subprocess.run([*as_root, "umount", str(folder)], check=True)


def refused_at_once(gate: Gate, *words: str) -> None:
    """Exit code 2 before anything was started, and nothing is left in the folder."""
    ended = gate.run("run", *disruptions("none"))
    assert ended.code == 2, ended.output
    assert all(word in ended.output for word in ("cannot be written", REPORT, *words)), ended.output
    assert "Traceback" not in ended.output
    assert "memory-gate 0" not in ended.output


def test_a_file_in_the_place_of_the_folder(gate: Gate) -> None:
    gate.configure("redis")
    gate.write(REPORT, "")
    refused_at_once(gate, "File exists")


@pytest.mark.parametrize("name", ["transcript.jsonl", "report.html", "benchmark.json"])
def test_a_folder_in_the_place_of_a_report(gate: Gate, name: str) -> None:
    """Not once all has been played: then nobody would find the verdict."""
    gate.configure("redis")
    gate.write(f"{REPORT}/{name}/mine.txt", "mine")
    refused_at_once(gate, name, "Is a directory")
    assert (gate.folder / REPORT / name / "mine.txt").read_text() == "mine"


def test_a_folder_that_another_run_writes(gate: Gate) -> None:
    """It is refused, and the other one goes on as if alone."""
    gate.configure("redis")
    with gate.start("run", *disruptions("restart")) as process:
        assert process.stdout is not None
        # The first line is shown once the first event is on record.
        process.stdout.readline()
        # Halted meanwhile: on a slow machine it would be over before the other one looks.
        process.send_signal(signal.SIGSTOP)
        refused_at_once(gate, "another run writes into it")
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    assert gate.ended(0, output).report["verdict"] == "passed"


def test_a_folder_that_may_not_be_written(gate: Gate, disk: Disk) -> None:
    gate.configure("redis")
    disk(MiB, "ro")
    refused_at_once(gate, "Read-only file system")


@pytest.mark.parametrize("size", [64 * 1024, 2 * MiB], ids=["no room", "no room for the reserve"])
def test_a_disk_that_is_full(gate: Gate, disk: Disk, size: int) -> None:
    """An empty file it would take."""
    gate.configure("redis")
    folder = disk(size)
    refused_at_once(gate, "No space left on device", "make room")
    assert list(folder.iterdir()) == []


def test_a_disk_without_room_for_what_is_judged_again(gate: Gate, disk: Disk) -> None:
    """It is one sentence, and no defect of the gate's."""
    gate.configure("process")
    assert gate.run("run", *disruptions("none"), "--report-dir", "first").code == 0
    folder = disk(MiB + 64 * 1024)
    (folder / "others").write_bytes(bytes(MiB))
    for words in (("merge", "first"), ("judge", "first/transcript.jsonl", "--report-dir", REPORT)):
        ended = gate.run(*words)
        assert (ended.code, "cannot be written" in ended.output) == (2, True), ended.output
    (folder / "others").write_bytes(bytes(16 * 1024))
    ended = gate.run("merge", "first")
    assert (ended.code, "cannot be written" in ended.output) == (2, True), ended.output
    ended = gate.run("judge", "first/transcript.jsonl", "--report-dir", REPORT)
    assert ended.code == 0, ended.output


def test_a_disk_that_fills_up_in_mid_run(gate: Gate, disk: Disk) -> None:
    """The run ends, what it made is removed, and what is known is written: there is a reserve for that."""
    gate.configure("redis")
    folder = disk(RESERVE_BYTES + 2 * MiB)
    (folder / "others").write_bytes(bytes(2 * MiB - 48 * 1024))
    ended = gate.run("run", *disruptions("restart", "kill"))
    assert (ended.code, ended.report["verdict"]) == (3, "inconclusive"), ended.output
    assert "the transcript could not be written any further: No space left on device" in ended.reasons
    assert "Traceback" not in ended.output
    assert "the bot remembers" not in ended.reasons
    events = list(decode((folder / "transcript.jsonl").read_text().splitlines()))
    assert len(events) > 10
    for name in ("report.html", "junit.xml", "summary.md"):
        assert (folder / name).stat().st_size > 0
    assert gate.run("judge", f"{REPORT}/transcript.jsonl").code == 3


def test_what_a_killed_run_left_half_written_goes_with_the_next_one(gate: Gate) -> None:
    """And nothing else that lies in the folder."""
    gate.configure("redis")
    for name in (f"{DRAFT}0123-report.json", "mine.txt", ".mine"):
        gate.write(f"{REPORT}/{name}", "{")
    assert gate.run("run", *disruptions("none")).code == 0
    names = {one.name for one in (gate.folder / REPORT).iterdir()}
    assert names == {".mine", "mine.txt", *report_files()}


def test_a_transcript_that_was_changed_gives_no_verdict(gate: Gate) -> None:
    """However well the change fits: the line is named, and the exit code is that of what is not known."""
    gate.configure("process")
    assert gate.run("run", *disruptions("restart"), "--seed", "7").code == 1
    path = gate.folder / REPORT / "transcript.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    number = next(place for place, line in enumerate(lines, start=1) if "I don't know." in line)
    changed = lines[number - 1].replace("I don't know.", "It is ORD-1.")
    path.write_text("".join([*lines[: number - 1], changed, *lines[number:]]))
    ended = gate.run("judge", str(path))
    assert ended.code == 3, ended.output
    assert f"line {number} of the transcript is not as the run wrote it" in ended.output
    path.write_text("".join(lines[:-1]))
    ended = gate.run("judge", str(path), "--report-dir", "again")
    assert (ended.code, f"ends with line {len(lines) - 1}" in ended.output) == (3, True), ended.output
    path.write_bytes("".join(lines[:3]).encode() + b"\xff\xfe" + "".join(lines[3:]).encode())
    ended = gate.run("judge", str(path))
    assert (ended.code, "line 4 of the transcript" in ended.output) == (3, True), ended.output
    json.loads((gate.folder / "again" / "report.json").read_text())


def test_whoever_stops_reading_the_console_does_not_change_the_verdict(gate: Gate) -> None:
    """`memory-gate run | head -1`: the pipe breaks, the run goes on, and its exit code is its own."""
    gate.configure("redis")
    with gate.start("run", *disruptions("restart")) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=240)
    ended = gate.ended(process.returncode, "")
    assert (ended.code, ended.report["verdict"]) == (0, "passed")
