"""A small share of what `make fuzz` tries, the same files on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, Target

FILES = {"scenario": 200, "config": 150, "transcript": 150, "report": 100, "answer": 300, "request": 300}


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_a_mangled_file_is_read_or_cleanly_refused(target: Target, tmp_path: Path) -> None:
    """Anything but a GateError ends the test, and says which file it was."""
    came = set()
    for number in range(FILES[target.name]):
        file = tmp_path / f"mangled{target.suffix}"
        file.write_bytes(target.file(7, number))
        try:
            came.add(target.check(file))
        except Exception as error:
            pytest.fail(f"{target.name} file {number} of seed 7: {type(error).__name__}: {error}")
    # Else the mangling proves nothing: all of it is refused at once, or none of it mangles.
    assert came == {True, False}


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_what_is_mangled_is_sound_before(target: Target, tmp_path: Path) -> None:
    for original in target.originals():
        file = tmp_path / f"sound{target.suffix}"
        file.write_bytes(original)
        assert target.check(file)


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_a_number_and_a_seed_name_a_file(target: Target) -> None:
    files = [target.file(7, number) for number in range(20)]
    assert files == [target.file(7, number) for number in range(20)]
    assert len(set(files)) > 15
