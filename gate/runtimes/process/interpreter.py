"""Virtual environment with pinned requirements, made once and kept in the user's cache."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

from gate.errors import GateError

TAIL_LINES = 15


async def find_interpreter(
    requirements: Path, environment: Mapping[str, str], say: Callable[[str], None]
) -> Path:
    """Return a Python that has the `requirements`; create it if there is none. Raises GateError."""
    fingerprint = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    caches = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "memory-gate" / f"article-{fingerprint}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        say("installing LangChain for the bots; only the first time takes long")
        shutil.rmtree(folder, ignore_errors=True)
        await asyncio.to_thread(venv.create, folder, with_pip=True)
        await _install(python, requirements)
        complete.touch()
    return python


async def _install(python: Path, requirements: Path) -> None:
    installing = await asyncio.create_subprocess_exec(
        python,
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "-r", requirements),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await installing.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            installing.kill()
        raise
    if installing.returncode:
        raise GateError(
            "the bots' requirements could not be installed",
            why=f"pip ended with {installing.returncode}",
            remedy="see that the package registry can be reached",
            log=output.decode("utf-8", "replace").splitlines()[-TAIL_LINES:],
        )
