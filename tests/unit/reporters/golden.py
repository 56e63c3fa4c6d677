"""Golden files, approved by a person. `UPDATE_GOLDEN=1 pytest …` rewrites them; read them again then."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "golden"


def assert_golden(name: str, text: str) -> None:
    """Assert that `text` equals `tests/golden/<name>` to the byte."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text
