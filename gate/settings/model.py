"""The `model` section: what answers the bot, and where a real model and its recorded answers are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from gate.core.specification import ModelSpecification
from gate.documents import Node, quoted
from gate.settings.bot import Base
from gate.settings.section import Section

MODEL_KEYS = ("mode", "base-url", "name", "cassette")
MODES = ("reader", "forward", "record", "replay", "none")
ASKS_REAL_MODEL = ("forward", "record")
CASSETTE = "memory-gate-cassette.jsonl"


def read_model(section: Section, *, base: Base, directory: Path, key: str) -> ModelSpecification:
    """The model as specified; `key` is the real model's. The cassette lies in `directory` by default."""
    defaults = ModelSpecification()
    nodes = section.nodes
    mode = section.choice("mode", MODES, defaults.mode)
    cassette = _path(nodes["cassette"], base) if "cassette" in nodes else directory.resolve() / CASSETTE
    place = nodes.get("mode")
    if mode in ASKS_REAL_MODEL and not key and place is not None:
        place.problem(
            f"mode {mode} needs the key of a real model",
            hint="give it as the input openai-api-key, or in the variable OPENAI_API_KEY",
        )
    if mode == "replay" and not _found(cassette.is_file):
        (nodes.get("cassette") or nodes["mode"]).problem(
            f"there is no cassette {quoted(cassette.name)}", hint="make one with mode record"
        )
    return ModelSpecification(
        mode=mode,
        base_url=read_url(nodes["base-url"], defaults.base_url) if "base-url" in nodes else defaults.base_url,
        name=section.text("name", ""),
        cassette=str(cassette),
    )


def check_key(node: Node | None, key: str) -> None:
    """Reports a key that cannot be sent, without showing it."""
    if node is not None and not all("!" <= character <= "~" for character in key):
        node.problem("the key holds a character that no key has", hint="letters, digits and signs only")


def _path(node: Node, base: Base) -> Path:
    text = node.line_of_text()
    path = base(node) / (text or CASSETTE)
    if _found(path.is_dir):
        node.problem("this is a folder", hint=f"name a file, for example {CASSETTE}")
    return path.absolute()


def _found(look: Callable[[], bool]) -> bool:
    """What a look at the disk says; False also where a name is too long to be one."""
    try:
        return look()
    except OSError:
        return False


def read_url(node: Node, default: str) -> str:
    """The base URL of an API; `default` where it is wrong and reported."""
    text = node.line_of_text()
    if text is None:
        return default
    hint = f"for example {default}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in text):
        node.problem("expected a URL that begins with http:// or https://", hint=hint)
        return default
    if parts.username is not None or parts.query or parts.fragment:
        node.problem("a base URL holds no user name, query or fragment", hint=hint)
        return default
    return text
