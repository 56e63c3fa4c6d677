"""Files that are read back may be endless, since anybody may have written them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import ExitCode, InputError
from gate.reporters import report_reading
from gate.reporters.report_reading import read_measurement, read_transcript

ENDLESS = Path("/dev/zero")
MiB = 1024 * 1024


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits so that the test is fast."""
    monkeypatch.setattr(report_reading, "MAX_REPORT_BYTES", 3 * MiB)
    monkeypatch.setattr(report_reading, "MAX_TRANSCRIPT_BYTES", 5 * MiB)


def test_a_transcript_without_an_end_is_refused() -> None:
    with pytest.raises(InputError, match="the transcript /dev/zero cannot be read") as caught:
        read_transcript(ENDLESS)
    assert (caught.value.why, caught.value.exit_code) == ("it is larger than 5 MiB", ExitCode.INPUT)


def test_a_report_without_an_end_is_refused(tmp_path: Path) -> None:
    """A pull request may replace the baseline by a link to an endless file."""
    (tmp_path / "report.json").symlink_to(ENDLESS)
    with pytest.raises(InputError, match=r"the baseline .* cannot be read") as caught:
        read_measurement(tmp_path, "baseline")
    assert caught.value.why == "it is larger than 3 MiB"


def test_what_is_as_large_as_it_may_be_is_read(tmp_path: Path) -> None:
    (tmp_path / "transcript.jsonl").write_bytes(b"x" * (5 * MiB - 1) + b"\n")
    [line] = read_transcript(tmp_path / "transcript.jsonl")
    assert len(line) == 5 * MiB - 1
