"""Texts that a person read and approved. `UPDATE_GOLDEN=1 pytest …` writes them anew, to be read again."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "golden"


def assert_golden(name: str, text: str) -> None:
    """`text` is, to the byte, what `tests/golden/<name>` holds."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text
