"""The name of a run, on the labels of everything it makes."""

from __future__ import annotations

import secrets


def new_run_name() -> str:
    """Return a name that nobody can guess."""
    return secrets.token_hex(6)
