"""What is said of the store, from looks as the inspector records them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from gate.analysis.analyse import analyse
from gate.analysis.history_reading import read_history
from gate.analysis.store_advice import store_advice
from gate.analysis.store_findings import diagnose_stores, early_expiries, loss_in
from gate.core.report import Verdict
from gate.core.statements import sentences
from gate.core.store_findings import Owner, StoreFinding
from gate.core.transcript import DeploymentFailed, DeploymentStarted, Event, RunStarted, StoreSeen, TurnEnded
from gate.stores import recorded_stores
from gate.stores.redis.ownership import STARTED_WITH
from gate.stores.redis.server import PERSISTENCE
from tests.transcripts.events import NOON
from tests.transcripts.runs import Run, honest_run

STORES = recorded_stores()
SAVE = "3600 1 300 100 60 10000"
AOF = {
    "save": SAVE,
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
}
LOOK: dict[str, Any] = {
    "life": "a1",
    "version": "Redis 8.0.2",
    "commands": 60,
    "connections": 4,
    "unknown_commands": 8,
    "evicted_keys": 0,
    "expired_keys": 0,
    "persistence": "aof",
    "settings": AOF,
    "modules": (),
    "snapshot_failed": False,
    "append_failed": False,
}


def looked(events: Sequence[Event], before: dict[str, Any], after: dict[str, Any]) -> list[Event]:
    """The events, with what the looks before and after a disruption saw besides the values."""
    seen = {"before": {**LOOK, **before}, "after": {**LOOK, **before, **after}}
    return [replace(one, **seen[one.moment]) if isinstance(one, StoreSeen) else one for one in events]


def advice(before: dict[str, Any], after: dict[str, Any] | None = None, run: Run | None = None) -> list[str]:
    """The findings of a run with those looks."""
    report = analyse(looked((run or honest_run()).events(), before, after or {}), stores=STORES)
    return list(report.findings)


def fault(run: Run, before: dict[str, Any], after: dict[str, Any]) -> StoreFinding | None:
    """The store's fault in the only deployment of a run."""
    history = read_history(looked(run.events(), before, after))
    return loss_in(diagnose_stores(history, STORES)["restart"])


def advised(events: Sequence[Event]) -> tuple[str, ...]:
    """What is said of the store in a run."""
    history = read_history(events)
    return sentences(store_advice(history, diagnose_stores(history, STORES)))


def test_a_store_as_the_gate_starts_it_says_nothing() -> None:
    """Nor does one that tells nothing, as on an older transcript."""
    assert advice({}) == []
    assert honest_run().analyse().findings == ()


def test_what_the_gate_starts_the_store_with_is_what_the_advice_takes_for_the_gates_own() -> None:
    """Two places that must agree."""
    options = {
        name: dict(zip((one[2:] for one in arguments[::2]), arguments[1::2], strict=True))
        for name, arguments in PERSISTENCE.items()
    }
    assert options == STARTED_WITH


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        (
            {"persistence": "none", "settings": {**AOF, "save": "", "appendonly": "no"}},
            'the store keeps nothing over its own restart (save "", appendonly no); that is the gate\'s own'
            " setting, by store: {persistence: none}",
        ),
        (
            {"settings": {**AOF, "save": "", "appendonly": "no"}, "calls": {"config|set": 2}},
            'the store keeps nothing over its own restart (save "", appendonly no); the gate did not set'
            " that: it was changed with CONFIG SET while the bot ran",
        ),
        (
            {"settings": {**AOF, "save": "", "appendonly": "no"}},
            'the store keeps nothing over its own restart (save "", appendonly no); the gate did not set'
            " that: the store's image brings it along",
        ),
        (
            {"settings": {**AOF, "save": "", "appendonly": "no"}, "version": "Redis 6.2.14"},
            'the store keeps nothing over its own restart (save "", appendonly no)',
        ),
        (
            {"persistence": "rdb", "settings": {**AOF, "appendonly": "no"}},
            f"the store keeps no more than its last snapshot (save {SAVE}, appendonly no): killed, it loses"
            " what was written since; that is the gate's own setting, by store: {persistence: rdb}",
        ),
        (
            {"settings": {**AOF, "appendfsync": "no"}, "calls": {"config|set": 1}},
            "appendfsync is no, not everysec; the gate did not set that: it was changed with CONFIG SET while"
            " the bot ran",
        ),
        (
            {
                "settings": {**AOF, "maxmemory": "1048576", "maxmemory-policy": "allkeys-lru"},
                "calls": {"config|set": 1},
            },
            "the store drops conversations when it is full (maxmemory 1048576, maxmemory-policy allkeys-lru);"
            " the gate did not set that: it was changed with CONFIG SET while the bot ran",
        ),
        (
            {
                "settings": {**AOF, "maxmemory": "1048576", "maxmemory-policy": "volatile-ttl"},
                "expiring_keys": 1,
            },
            "the store drops conversations before their TTL is over when it is full (maxmemory 1048576,"
            " maxmemory-policy volatile-ttl); the gate did not set that: the store's image brings it along",
        ),
        (
            {"evicted_keys": 12},
            "restart: the store evicted 12 keys (maxmemory 0, maxmemory-policy noeviction)",
        ),
        ({"expired_keys": 1}, "restart: 1 key of the store ran out of TTL, which the bot sets"),
        (
            {"snapshot_failed": True, "errors": {"MISCONF": 4}},
            f"restart: the store's last snapshot failed (save {SAVE}); it refused 4 commands with MISCONF",
        ),
        (
            {"append_failed": True, "settings": {}},
            "restart: the store's last write to its file failed (appendonly unknown)",
        ),
        (
            {"errors": {"OOM": 1}},
            "restart: the store refused 1 command with OOM (maxmemory 0, maxmemory-policy noeviction)",
        ),
        (
            {"unknown_commands": 13},
            "restart: the bot gave the store 13 commands that it does not know; modules loaded: none",
        ),
    ],
)
def test_each_thing_worth_knowing_is_one_sentence_that_blocks_nothing(
    look: dict[str, Any], sentence: str
) -> None:
    """It names the setting and whose it is."""
    assert advice(look) == [sentence]
    assert analyse(looked(honest_run().events(), look, {})).verdict is Verdict.PASSED


def test_a_setting_is_told_once_and_an_event_for_each_disruption() -> None:
    """However many disruptions there are."""
    settings = {**AOF, "save": "", "appendonly": "no"}
    look = {"persistence": "none", "settings": settings, "expired_keys": 2}
    found = advice(look, run=honest_run(["restart", "kill"]))
    assert [one.partition(" ")[0] for one in found] == ["the", "restart:", "kill:"]


def test_a_module_that_is_missing_is_named_by_what_the_bot_said_of_it() -> None:
    """The server counts such commands without their names; a bot that never came up has no look at all."""
    run = honest_run()
    run.instead["restart"] = [
        DeploymentFailed(
            at=NOON,
            deployment="restart",
            cause="bot",
            sentence="the bot ended before it answered",
            log=["Traceback", "redis.ResponseError: unknown command 'FT._LIST', with args beginning with: "],
        )
    ]
    [finding] = run.analyse().findings
    assert finding.startswith(
        "the bot gave the store the command FT._LIST, which it does not know: the module search"
    )
    assert "store: {image: …}" in finding


def test_a_module_is_missing_only_while_it_is_not_loaded() -> None:
    """An unknown command of a module that is there is not the image's fault."""
    events = [
        replace(one, error="HTTP 500: unknown command 'JSON.SET'") if isinstance(one, TurnEnded) else one
        for one in honest_run().events()
    ]
    [finding] = advised(looked(events, {}, {}))
    assert "JSON.SET" in finding
    assert advised(looked(events, {"modules": ["ReJSON", "search"]}, {})) == ()


# --- why facts are gone -------------------------------------------------------------------------------


def forgetful() -> tuple[Run, frozenset[str]]:
    """A run whose store loses everything between the looks."""
    run = honest_run()
    values = {value for one in run.talks for value in one.facts.values()}
    run.forgotten = values
    return run, frozenset(
        value
        for one in run.talks
        for turn in one.tellings
        for value in (one.facts[fact] for fact in turn.tells)
    )


NO_PERSISTENCE = {**AOF, "save": "", "appendonly": "no"}


@pytest.mark.parametrize(
    ("before", "after", "setting", "owner"),
    [
        ({}, {"evicted_keys": 3, "settings": {**AOF, "maxmemory": "1"}, "calls": {"config|set": 1}},
         "maxmemory-policy", Owner.BOT),
        ({"evicted_keys": 3, "settings": {}}, {"evicted_keys": 4}, "maxmemory-policy", None),
        ({"persistence": "none", "settings": NO_PERSISTENCE}, {"life": "b2"}, "save", Owner.GATE),
        ({"persistence": "rdb", "settings": {**AOF, "appendonly": "no"}}, {"life": "b2"}, "appendonly",
         Owner.GATE),
        ({}, {"calls": {"flushall": 1}}, "FLUSHALL", Owner.BOT),
        ({"calls": {"flushdb": 1}}, {"calls": {"flushdb": 2}}, "FLUSHDB", Owner.BOT),
    ],
)  # fmt: skip
def test_facts_that_vanished_are_explained_by_the_setting_that_made_them_vanish(
    before: dict[str, Any], after: dict[str, Any], setting: str, owner: Owner | None
) -> None:
    """Only the bot's own doing may be held against the bot."""
    run, told = forgetful()
    found = fault(run, before, after)
    assert found is not None
    assert (found.setting, found.owner) == (setting, owner)
    assert found.values == told
    assert f"restart: {found.sentence}" in advice(before, after, run)


def test_facts_whose_ttl_ran_out_are_explained_by_it_and_no_others() -> None:
    """The looks are at the same moment here, and what was left was less than a moment."""
    run, told = forgetful()
    one, other = sorted(told)[:2]
    found = fault(run, {"last_expiry": {one: 0.5, other: 900.0}}, {"expired_keys": 1})
    assert found is not None
    assert (found.setting, found.owner, found.values) == ("TTL", Owner.BOT, frozenset({one}))
    assert fault(run, {"last_expiry": {one: 0.5}}, {"expired_keys": 0}) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"evicted_keys": 3}, {"evicted_keys": 3}),
        ({"evicted_keys": None}, {"evicted_keys": 3}),
        ({}, {"evicted_keys": 3, "unreadable_keys": 1}),
        ({"settings": NO_PERSISTENCE}, {}),
        ({}, {"life": "b2"}),
        ({"calls": {"flushdb": 1}}, {"calls": {"flushdb": 1}}),
        ({}, {"errors": {"MISCONF": 5}}),
    ],
)
def test_a_loss_that_the_store_does_not_explain_stays_unexplained(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    """What did not rise between the looks, a restart that did not happen, refusals of what was stored."""
    run, _ = forgetful()
    assert fault(run, before, after) is None


@pytest.mark.parametrize(
    ("look", "setting", "owner"),
    [
        ({"errors": {"MISCONF": 5}, "snapshot_failed": True}, "save", Owner.GATE),
        ({"errors": {"MISCONF": 5}, "append_failed": True}, "appendonly", Owner.GATE),
        ({"errors": {"OOM": 5}, "settings": {**AOF, "maxmemory": "1"}, "calls": {"config|set": 1}},
         "maxmemory", Owner.BOT),
    ],
)  # fmt: skip
def test_facts_that_were_never_stored_are_explained_by_refused_writes(
    look: dict[str, Any], setting: str, owner: Owner
) -> None:
    """As long as nothing in the store is unreadable."""
    run, told = forgetful()
    run.never_stored = set(run.forgotten)
    found = fault(run, look, {})
    assert found is not None
    assert (found.setting, found.owner, found.values) == (setting, owner, told)
    assert fault(run, {**look, "unreadable_keys": 1}, {}) is None
    assert fault(honest_run(), look, {}) is None


def test_the_kind_that_the_transcript_names_is_asked() -> None:
    """One that names none is of the first kind there was; of one that nobody knows nothing is said."""
    run, _ = forgetful()
    first, *others = looked(run.events(), {}, {"calls": {"flushall": 1}})
    assert isinstance(first, RunStarted)
    said = {
        name: bool(
            diagnose_stores(read_history([replace(first, store=name), *others]), STORES).get("restart")
        )
        for name in ("", "redis", "none", "shelf")
    }
    assert said == {"": True, "redis": True, "none": False, "shelf": False}


# --- early expiry -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "elapsed", "declared", "early"),
    [
        (100.0, 10.0, 3_600.0, True),
        (3_595.0, 10.0, 3_600.0, False),
        (3_589.5, 10.0, 3_600.0, False),
        (3_588.0, 10.0, 3_600.0, True),
        (100.0, 10.0, None, False),
    ],
)
def test_a_ttl_is_too_short_only_where_it_was_so_when_it_was_set(
    left: float, elapsed: float, declared: float | None, early: bool
) -> None:
    """What is left at the look is less than what was set, by no more than the time since the start."""
    run = honest_run()
    value = run.talks[0].facts["order"]
    look = {"first_expiry": {value: left}, "declared_ttl": declared, "at": NOON + elapsed}
    events = looked(run.events(), look, {})
    [started] = [one for one in events if isinstance(one, DeploymentStarted)]
    assert started.at == NOON
    found = early_expiries(read_history(events), "restart")
    assert [(one.value, one.ttl, one.declared) for one in found] == (
        [(value, left + elapsed, declared)] if early else []
    )


def test_a_ttl_that_is_too_short_is_a_finding() -> None:
    """With both lengths."""
    run = honest_run()
    value = run.talks[0].facts["order"]
    assert advice({"first_expiry": {value: 3_600.0}, "declared_ttl": 2_592_000.0}, run=run) == [
        "restart: 1 told fact in keys whose TTL is at most 1 h; store: {ttl: …} declares 30 d"
    ]


# --- what the bot made of it --------------------------------------------------------------------------


def test_what_the_bot_made_of_the_store_is_told_for_each_disruption() -> None:
    """By the turns that were acknowledged before the first look, whatever came later."""
    run = honest_run()
    [result] = analyse(
        looked(run.events(), {"commands": 40, "expiring_keys": 2, "shortest_ttl": 60.0}, {"commands": 99}),
        stores=STORES,
    ).disruptions
    use = result.store
    assert use is not None
    # One arm asks its four probes before; three turns each were tellings.
    assert use.turns == 10
    assert (use.keys, use.bytes, use.bytes_per_turn, use.commands_per_turn) == (9, 999, 99.9, 4.0)
    assert (use.expiring_keys, use.shortest_ttl) == (2, 60.0)
    assert [one.partition(":")[0] for one in use.advice] == ["appendfsync everysec"]


def test_what_is_not_known_of_the_store_is_none() -> None:
    """An old transcript has no counters; a run without a store has no looks."""
    [result] = honest_run().analyse().disruptions
    assert result.store is not None
    assert (result.store.commands_per_turn, result.store.advice) == (None, ())
    events = [one for one in honest_run().events() if not isinstance(one, StoreSeen)]
    [result] = analyse(events).disruptions
    assert result.store is None
