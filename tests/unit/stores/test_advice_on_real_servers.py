"""Each advice and each explanation of a loss, from looks into a real server that was brought to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from gate.analysis import store_advice as judged_advice
from gate.analysis.history import History
from gate.analysis.history_reading import read_history
from gate.analysis.store_findings import diagnose_stores, loss_in
from gate.core.statements import sentences
from gate.core.store_figures import StoreFigures
from gate.core.store_findings import Owner, StoreFinding
from gate.core.transcript import (
    ACKNOWLEDGED,
    ConversationPlanned,
    DeploymentStarted,
    Event,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.core.transcript_lines import decode, encode
from gate.ports import StoreView
from gate.stores import recorded_stores
from tests.unit.stores.servers import running

FACT = "ORD-482913"
STORES = recorded_stores()


def history(*views: StoreView, seconds: float = 1.0) -> History:
    """A run in which FACT was told and the store then seen so, by way of the transcript's text."""
    told: Sequence[Event] = (
        RunStarted(
            at=0.0,
            version="",
            seed=1,
            bot="b",
            runtime="r",
            disruptions=["kill"],
            trials=1,
            model="",
            policy={},
        ),
        ConversationPlanned(
            at=0.0,
            conversation="c",
            deployment="kill",
            scenario="s",
            file="f",
            disruption="kill",
            arm="treated",
            trial=1,
            sessions={"anna": "anna-1"},
            facts={"order": FACT},
            told_by={"order": "anna"},
            decoys={},
            unguessable=["order"],
            turns=2,
            probes=1,
        ),
        DeploymentStarted(at=0.0, deployment="kill", seconds=1.0),
        TurnStarted(
            at=0.0,
            turn="t",
            conversation="c",
            speaker="anna",
            session="anna-1",
            text=FACT,
            line=1,
            tells=["order"],
        ),
        TurnEnded(at=0.0, turn="t", status=ACKNOWLEDGED, reply="All right."),
    )
    looks = [
        StoreSeen(
            at=number * seconds,
            deployment="kill",
            moment="before",
            values=sorted(view.values),
            **{one.name: getattr(view, one.name) for one in fields(StoreFigures)},
        )
        for number, view in enumerate(views)
    ]
    return read_history(decode([encode(one) for one in [*told, *looks]]))


def loss(history: History) -> StoreFinding | None:
    """Why FACT is gone, as the store shows it."""
    return loss_in(diagnose_stores(history, STORES)["kill"])


def store_advice(history: History) -> tuple[str, ...]:
    """What is said of the store."""
    return sentences(judged_advice.store_advice(history, diagnose_stores(history, STORES)))


def explained(*views: StoreView, seconds: float = 1.0) -> StoreFinding:
    """Why FACT is gone after those looks; the advice says the same."""
    found = history(*views, seconds=seconds)
    fault = loss(found)
    assert fault is not None
    assert fault.values == {FACT}
    assert f"kill: {fault.sentence}" in store_advice(found)
    return fault


def test_a_store_that_the_gate_started_for_keeping_says_nothing(tmp_path: Path) -> None:
    """`persistence: aof`, and a bot that writes."""
    with running(tmp_path) as server, server.client() as redis:
        redis.rpush("memory:anna", FACT)
        found = history(server.look(FACT), server.look(FACT))
    assert store_advice(found) == ()
    assert loss(found) is None


@pytest.mark.parametrize("persistence", ["rdb", "none"])
def test_what_a_killed_store_loses_by_the_gates_own_setting_is_not_held_against_the_bot(
    tmp_path: Path, persistence: str
) -> None:
    """SIGKILL, and another server on the same folder."""
    with running(tmp_path, persistence=persistence) as server, server.client() as redis:
        redis.rpush("memory:anna", FACT)
        before = server.look(FACT)
    with running(tmp_path, port=server.port, store=server.store) as again:
        after = again.look(FACT)
    assert FACT in before.values
    assert explained(before, after).owner is Owner.GATE
    assert any(
        f"the gate's own setting, by store: {{persistence: {persistence}}}" in one
        for one in store_advice(history(before))
    )


def test_persistence_that_the_bot_turned_off_is_the_bots(tmp_path: Path) -> None:
    """CONFIG SET is counted by the server."""
    with running(tmp_path) as server, server.client() as redis:
        redis.rpush("memory:anna", FACT)
        redis.config_set("appendonly", "no")
        redis.config_set("save", "")
        [sentence] = store_advice(history(server.look(FACT)))
    assert sentence.endswith("it was changed with CONFIG SET while the bot ran")


def test_an_image_that_brings_its_own_setting_is_not_the_bot(tmp_path: Path) -> None:
    """The server was started with it."""
    with running(tmp_path, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru") as server:
        [sentence] = store_advice(history(server.look(FACT)))
    assert "maxmemory 104857600, maxmemory-policy allkeys-lru" in sentence
    assert sentence.endswith("the store's image brings it along")


def test_an_evicted_fact_is_explained_by_the_limit(tmp_path: Path) -> None:
    """A store that is full and drops keys."""
    with running(tmp_path) as server, server.client() as redis:
        redis.rpush("memory:anna", FACT)
        before = server.look(FACT)
        redis.config_set("maxmemory-policy", "allkeys-lru")
        redis.config_set("maxmemory", "1")
        with pytest.raises(ResponseError):
            redis.set("one", "more")
        after = server.look(FACT)
    fault = explained(before, after)
    assert (fault.setting, fault.owner) == ("maxmemory-policy", Owner.BOT)
    sentences = store_advice(history(before, after))
    assert any("evicted 1 key" in one for one in sentences)
    assert any("drops conversations when it is full" in one for one in sentences)


def test_a_fact_whose_ttl_ran_out_is_explained_by_it(tmp_path: Path) -> None:
    """The look says how long it had, and the server that a key expired."""
    with running(tmp_path, ttl=86_400.0) as server, server.client() as redis:
        redis.set("memory:anna", FACT, ex=1_000)
        before = server.look(FACT)
        redis.pexpire("memory:anna", 1)
        while redis.exists("memory:anna"):
            pass
        after = server.look(FACT)
    fault = explained(before, after, seconds=5_000.0)
    assert (fault.setting, fault.owner) == ("TTL", Owner.BOT)
    assert any(
        "store: {ttl: …} declares 24 h" in one or "declares 1 d" in one
        for one in store_advice(history(before))
    )


def test_a_store_that_was_emptied_is_explained_by_the_command(tmp_path: Path) -> None:
    """The gate never empties a store."""
    with running(tmp_path) as server, server.client() as redis:
        redis.rpush("memory:anna", FACT)
        before = server.look(FACT)
        redis.flushall()
        fault = explained(before, server.look(FACT))
    assert (fault.setting, fault.owner) == ("FLUSHALL", Owner.BOT)


def test_a_fact_that_a_failed_snapshot_kept_out_is_explained_by_it(tmp_path: Path) -> None:
    """MISCONF, which is nobody's fault but the machine's."""
    with running(tmp_path, persistence="rdb") as server, server.client() as redis:
        (tmp_path / "dump.rdb").mkdir()
        redis.bgsave()
        while redis.info("persistence")["rdb_bgsave_in_progress"]:
            pass
        with pytest.raises(ResponseError, match="MISCONF"):
            redis.rpush("memory:anna", FACT)
        view = server.look(FACT)
    fault = explained(view)
    assert (fault.setting, fault.owner) == ("save", Owner.GATE)
    assert any("the store's last snapshot failed" in one for one in store_advice(history(view)))


def test_a_fact_that_a_full_store_kept_out_is_explained_by_its_limit(tmp_path: Path) -> None:
    """`noeviction` refuses writes."""
    with running(tmp_path, "--maxmemory", "1") as server, server.client() as redis:
        with pytest.raises(ResponseError, match="maxmemory"):
            redis.rpush("memory:anna", FACT)
        fault = explained(server.look(FACT))
    assert (fault.setting, fault.owner) == ("maxmemory", Owner.IMAGE)


def test_a_bot_that_asks_for_a_module_again_and_again_is_noticed(tmp_path: Path) -> None:
    """More than client libraries ask for as they connect."""
    with running(tmp_path) as server, server.client() as redis:
        for _ in range(30):
            with pytest.raises(ResponseError, match="unknown command"):
                redis.execute_command("FT.SEARCH", "memories", "*")
        [sentence] = store_advice(history(server.look(FACT)))
    assert "the bot gave the store 30 commands that it does not know" in sentence


def test_the_handshake_of_client_libraries_is_no_such_thing(tmp_path: Path) -> None:
    """Some of it is unknown to older servers, on every connection."""
    with running(tmp_path) as server:
        for _ in range(20):
            with server.client() as redis:
                for _ in range(2):
                    with pytest.raises(ResponseError):
                        redis.execute_command("CLIENT", "NOT-YET", "LIB-NAME", "x")
                redis.ping()
        assert store_advice(history(server.look(FACT))) == ()
