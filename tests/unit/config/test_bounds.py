"""Every number, share, length of time and amount of memory: at its bounds, and just beyond them."""

# ruff: noqa: E501  -- a table of bounds reads best with one key a line

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.config import Settings, overrides_from_options
from gate.config.value_type import Reading
from gate.config.values import share
from gate.core.kinds import Kinds
from gate.core.specification import Shard
from gate.documents import given_node
from gate.errors import DocumentError
from tests.unit.config.texts import load, mistakes

Read = Callable[[Settings], object]

MiB, GiB = 1024**2, 1024**3
DAY = 86_400
TEN_YEARS = 3650 * DAY

BOUNDS: tuple[tuple[str, Read, dict[str, object], tuple[str, ...]], ...] = (
    ("bot.port", lambda one: one.bot.port, {"1": 1, "65535": 65535}, ("0", "65536")),
    ("bot.replicas", lambda one: one.bot.replicas, {"1": 1, "16": 16}, ("0", "17")),
    ("bot.window", lambda one: one.bot.window, {"2": 2, "1000000": 1_000_000}, ("1", "1000001")),
    ("bot.ready-timeout", lambda one: one.bot.ready_seconds, {"0.1": 0.1, "3600": 3600.0}, ("0.09", "3600.1")),
    ("bot.stop-timeout", lambda one: one.bot.stop_seconds, {"0": 0.0, "600": 600.0}, ("-0.1", "600.1")),
    ("bot.turn-timeout", lambda one: one.bot.turn_seconds, {"0.1": 0.1, "3600": 3600.0}, ("0.09", "3600.1")),
    (
        "bot.container.memory",
        lambda one: one.bot.container.memory,
        {"6m": 6 * MiB, "6291456": 6 * MiB, "6144K": 6 * MiB, "1024g": 1024 * GiB, "1024G": 1024 * GiB},
        ("6291455", "5m", "6143k", "1025g", "1099511627777"),
    ),
    ("bot.container.cpus", lambda one: one.bot.container.cpus, {"0.1": 0.1, "1024": 1024.0}, ("0.09", "1024.1")),
    ("bot.container.pids", lambda one: one.bot.container.processes, {"16": 16, "1000000": 1_000_000}, ("15", "1000001")),
    ("store.memory", lambda one: one.store.memory, {"6m": 6 * MiB, "1024g": 1024 * GiB}, ("6291455", "1025g")),
    (
        "store.ttl",
        lambda one: one.store.ttl,
        {"1": 1.0, "1s": 1.0, "1w": 7.0 * DAY, "3650d": float(TEN_YEARS), str(TEN_YEARS): float(TEN_YEARS)},
        ("0", "0s", "-1", "3651d", str(TEN_YEARS + 1), "1.5d", "1y"),
    ),
    ("run.trials", lambda one: one.run.trials, {"1": 1, "100": 100}, ("0", "101")),
    ("run.concurrency", lambda one: one.run.concurrency, {"1": 1, "1000": 1000}, ("0", "1001")),
    ("run.jobs", lambda one: one.run.jobs, {"1": 1, "16": 16}, ("0", "17")),
    ("run.seed", lambda one: one.run.seed, {"0": 0, str(2**53): 2**53}, ("-1", str(2**53 + 1))),
    (
        "gate.accuracy",
        lambda one: one.policy.accuracy,
        {"0": 0.0, "1": 1.0, "1.0": 1.0, "0 %": 0.0, "100 %": 1.0, "100%": 1.0, "99.999999999 %": 0.99999999999},
        ("-0.1", "1.0001", "100.000000001 %", "101 %", "-1 %", "1000 %", "95 percent"),
    ),
    (
        "gate.max-drop",
        lambda one: one.policy.max_drop,
        {"0": 0.0, "1": 1.0, "0 %": 0.0, "100 %": 1.0},
        ("-0.1", "1.0001", "100.1 %"),
    ),
    (
        "gate.confidence",
        lambda one: one.policy.confidence,
        {"0.5": 0.5, "50 %": 0.5, "0.999": 0.999, "99.9 %": 0.999},
        ("0.4999", "49.9 %", "0.9991", "99.91 %", "1"),
    ),
    ("gate.leaks", lambda one: one.policy.leaks, {"0": 0, "1000000": 1_000_000}, ("-1", "1000001")),
    ("gate.fabrications", lambda one: one.policy.fabrications, {"0": 0, "1000000": 1_000_000}, ("-1", "1000001")),
    (
        "gate.max-unavailable",
        lambda one: one.policy.max_unavailable,
        {"1": 1.0, "1min": 60.0, "24h": float(DAY), "1d": float(DAY), "86400": float(DAY)},
        ("0", "86401", "25h", "2d", "1441min"),
    ),
)  # fmt: skip
"""Key, where its value arrives, what may be written and what it means, and what lies just beyond."""


def written(key: str, value: str) -> str:
    """memory-gate.yml with this value."""
    section, *names = key.split(".")
    text = ": {".join(names) + f": {value}" + "}" * (len(names) - 1)
    return f"bot: {{image: a, {text}}}" if section == "bot" else f"bot: {{image: a}}\n{section}: {{{text}}}"


@pytest.mark.parametrize(
    ("key", "read", "value", "meant"),
    [
        pytest.param(key, read, value, meant, id=f"{key} {value}")
        for key, read, fitting, _ in BOUNDS
        for value, meant in fitting.items()
    ],
)
def test_a_value_at_a_bound_is_taken_as_it_is(
    tmp_path: Path, key: str, read: Read, value: str, meant: object
) -> None:
    assert read(load(tmp_path, written(key, value))) == meant


@pytest.mark.parametrize(
    ("key", "value"),
    [pytest.param(key, value, id=f"{key} {value}") for key, _, _, beyond in BOUNDS for value in beyond],
)
def test_a_value_just_beyond_a_bound_is_one_mistake(tmp_path: Path, key: str, value: str) -> None:
    """It is neither cut to the bound nor taken for something else."""
    [(_, message)] = mistakes(tmp_path, written(key, value))
    assert message.startswith("expected "), message
    assert "found" in message


@pytest.mark.parametrize(
    ("text", "shard"),
    [
        ("1/1", Shard(number=1, count=1)),
        ("4/4", Shard(number=4, count=4)),
        ("1000/1000", Shard(number=1000, count=1000)),
        ("0/1", None),
        ("5/4", None),
        ("1/0", None),
        ("1/1001", None),
        ("-1/4", None),
        ("1/4/4", None),
    ],
)
def test_a_shard_is_one_of_those_there_are(tmp_path: Path, text: str, shard: Shard | None) -> None:
    overrides = overrides_from_options({"image": "a", "shard": text})
    if shard is not None:
        assert load(tmp_path, None, overrides).run.shard == shard
        return
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, None, overrides)
    [problem] = caught.value.problems
    assert problem.message.startswith("expected a part and how many there are, as 1/4, found ")


def test_a_percentage_is_the_share_that_it_is_written_for() -> None:
    """To the last digit: a bot that knows 999 of a thousand facts reaches 99.9 %."""
    reading = Reading(kinds=Kinds(), working_directory=Path(), folder=Path())
    for tenths in range(1001):
        whole, tenth = divmod(tenths, 10)
        node = given_node("--threshold", f"{whole}.{tenth} %", problems=[])
        assert share().read(node, reading) == tenths / 1000
