"""Configurations in tests, and what comes of loading them."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from gate.config import (
    Overrides,
    Settings,
    load_settings,
    overrides_from_options,
)
from gate.core.kinds import Kinds
from gate.core.specification import Contract, StoreTraits
from gate.errors import DocumentError

STORES = {
    "redis": StoreTraits(
        sentence="starts a Redis for the bot",
        image="redis:8",
        persistence={"aof": "every acknowledged write", "rdb": "snapshots now and then", "none": "nothing"},
        variables={"REDIS_URL": "where its store is"},
    ),
    "none": StoreTraits(sentence="starts nothing"),
}
KINDS = Kinds(
    disruptions=("none", "restart", "kill", "recreate"),
    protocols={"http-json": Contract()},
    runtimes={"docker": lambda bot: bool(bot.image), "process": lambda bot: bool(bot.command)},
    stores=STORES,
)


NOTHING: Overrides = {}


IMAGE = overrides_from_options({"image": "my-bot:candidate"})


NOT_YET = "is not available in this version yet"


FULL = """\
bot:
  command: [python, bot.py, --port, 8000]
  directory: bot
  port: 9000
  ready: /ready
  env: {LOG_LEVEL: info, WORKERS: 2, DEBUG: no}
  protocol: http-json
  request: {method: PUT, path: "/talk/{session}", json: {q: ["{text}", 1, true, null, 0.5]}, headers: {X-Key: a}}
  reply: choices.0.message.content
  ready-timeout: 30
  stop-timeout: 2.5
  turn-timeout: 5
  container: {capabilities: [CHOWN, SETUID], memory: 3g, cpus: 1.5, pids: 300, egress: true, new-privileges: true}
store: {kind: redis, image: "redis:7", persistence: rdb, ttl: 30d, memory: 512m}
model: {mode: none, base-url: "http://127.0.0.1:9/v1", name: gpt-4o, cassette: tapes/mine.jsonl}
judge: {base-url: "http://127.0.0.1:8/v1", model: gpt-4o-mini}
run: {disruptions: [kill, recreate], trials: 3, concurrency: 8, seed: 7}
gate: {accuracy: 95 %, confidence: 99 %, max-drop: 0.1, leaks: 1, fabrications: 2, max-unavailable: 5s, inconclusive: allow}
scenarios: [tests/memory, ../more.yml]
"""


def load(
    folder: Path, text: str | None, overrides: Overrides = NOTHING, *, name: str = "memory-gate.yml"
) -> Settings:
    """The settings in `text` under the overrides."""
    if text is not None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    config = None if name == "memory-gate.yml" else Path(name)
    return load_settings(config=config, overrides=overrides, working_directory=folder, kinds=KINDS)


def mistakes(folder: Path, text: str | None, overrides: Overrides = NOTHING) -> list[tuple[str, str]]:
    """Place and message of everything wrong; the place is the origin where there is no file."""
    with pytest.raises(DocumentError) as caught:
        load(folder, text, overrides)
    return [
        (f"{one.line}:{one.column}" if one.line else one.file, one.message) for one in caught.value.problems
    ]
