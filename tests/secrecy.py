"""Looks for a key in whatever was written, by undoing what may have been done to it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]{8,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")


def traces(key: str, data: bytes) -> list[str]:
    """The ways in which `key` stands in `data`."""
    wanted = key.encode()
    readings = {
        "plain": (data,),
        "reversed": (data[::-1],),
        "in a URL": (unquote_to_bytes(data),),
        "hexadecimal": _hexadecimal(data),
        "base64": _base64(data),
    }
    return [name for name, decoded in readings.items() if any(wanted in one for one in decoded)]


def traces_in_folder(key: str, folder: Path) -> list[str]:
    """The same for every file in a folder, by its name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [f"{path.name}: {trace}" for path in files for trace in traces(key, path.read_bytes())]


def echoes(key: str) -> dict[str, str]:
    """The ways in which somebody who knows `key` might say it."""
    data = key.encode()
    alignments = {
        f"base64, {len(before)} before": base64.b64encode(before + data + b" and on").decode()
        for before in (b"", b"a", b"ab")
    }
    return {
        "plain": key,
        "reversed": key[::-1],
        "hexadecimal": data.hex(),
        "upper hexadecimal": data.hex().upper(),
        "in a URL": quote(f"Bearer {key}", safe=""),
        "all escaped": "".join(f"%{one:02X}" for one in data),
        "all escaped, in small letters": "".join(f"%{one:02x}" for one in data),
        "base64 for URLs": base64.urlsafe_b64encode(b"?" + data).decode(),
        **alignments,
    }


def _hexadecimal(data: bytes) -> Iterator[bytes]:
    for run in _HEXADECIMAL.findall(data):
        for start in (0, 1):
            part = run[start:]
            yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _base64(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(data.replace(b"\\n", b" ")):
        usual = run.replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            part = usual[start:]
            yield base64.b64decode(part[: len(part) // 4 * 4])
            # The last letters of a group that was cut off.
            yield base64.b64decode(part[: len(part) // 4 * 4] + (part[len(part) // 4 * 4 :] + b"AAAA")[:4])
