"""Readers of report.json, for comparing two runs, and of transcript.jsonl, for analysing a run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from gate.comparing.measurement import MeasuredProbe, Measurement
from gate.core.guarantees import GUARANTEES
from gate.core.transcript_lines import TranscriptError
from gate.core.typed_fields import type_errors
from gate.errors import InputError

REMEDY = "name the report.json in a report folder, as memory-gate wrote it"

MAX_REPORT_BYTES = 512 * 1024 * 1024
MAX_TRANSCRIPT_BYTES = 2 * 1024 * 1024 * 1024
"""More than a run of a hundred thousand probes writes."""
CHUNK_BYTES = 1024 * 1024

LATER_FIELDS: Mapping[str, object] = {"confidence": None, "accuracy": None, "policy": None}


class FileTooLargeError(ValueError):
    """A file that is larger than any run writes."""


def read_measurement(path: Path, called: str = "report") -> Measurement:
    """Read the measurement in the report at `path`, a report.json or its folder.

    `called` names the file in the message: "report" or "baseline". Raises InputError.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        document = json.loads(_read(file, MAX_REPORT_BYTES).decode("utf-8"))
        return _measurement(document)
    except OSError as error:
        why = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        # ValueErrors include wrong encodings and invalid JSON.
        why = str(error)
    raise InputError(f"the {called} {path} cannot be read", why=why, remedy=REMEDY)


def read_transcript(path: Path) -> list[str]:
    """Read the lines of the transcript at `path`. Raises InputError, or TranscriptError for bad text."""
    try:
        content = _read(path, MAX_TRANSCRIPT_BYTES)
    except (OSError, FileTooLargeError) as error:
        raise InputError(
            f"the transcript {path} cannot be read",
            why=getattr(error, "strerror", None) or str(error),
            remedy="name a report folder of memory-gate's, or the transcript.jsonl in one",
        ) from error
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise TranscriptError(
            f"line {number} of the transcript cannot be read",
            why=f"it is no text: {error.reason}",
            remedy="judge the transcript as the run wrote it; a part of it was cut off or changed",
        ) from error


def _read(path: Path, most: int) -> bytearray:
    """Read at most `most` bytes, since a file may be endless. Raises OSError and FileTooLargeError."""
    content = bytearray()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            content += chunk
            if len(content) > most:
                raise FileTooLargeError(f"it is larger than {most >> 20} MiB")
    return content


def _measurement(document: object) -> Measurement:
    if not isinstance(document, dict):
        raise ValueError("it is no report")
    probes = document.get("probes")
    if not isinstance(probes, list):
        raise ValueError("it has no list of probes")
    # Reports of the first versions lack these fields.
    whole = {**LATER_FIELDS, **document, "probes": [_probe(probe) for probe in probes]}
    return Measurement(**_select_fields(Measurement, whole))


def _probe(document: object) -> MeasuredProbe:
    if not isinstance(document, dict):
        raise ValueError("one of its probes is none")
    probe = MeasuredProbe(
        **_select_fields(MeasuredProbe, {"content": "", "recall": True, "scenario": "", **document})
    )
    if probe.guarantee not in GUARANTEES:
        raise ValueError(f"there is no guarantee {probe.guarantee!r}")
    return probe


def _select_fields(kind: type, document: Mapping[str, object]) -> dict[str, Any]:
    """Return the values of the fields of `kind`. Raises ValueError if one is missing or has a wrong type."""
    names = [field.name for field in fields(kind)]
    missing = [name for name in names if name not in document]
    if missing:
        raise ValueError(f"it does not say {', '.join(missing)}")
    values = {name: document[name] for name in names}
    wrong = type_errors(kind, values)
    if wrong:
        raise ValueError(f"it has no such value as {', '.join(wrong)}")
    return values
