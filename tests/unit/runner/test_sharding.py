"""Shards split a run and change nothing in it: together they play what the whole would have played."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.specification import RunSpecification, Shard
from gate.errors import InputError
from gate.runner.plan import Plan, PlannedConversation
from gate.runner.sharding import plan_part, scenarios_of
from tests.unit.core.laws import costly_law
from tests.unit.runner.scripts import ASK, TELL, ask, disrupt, filler, follow_up, scenario

SCENARIOS = (
    *(follow_up(name) for name in ("one", "two", "three", "four")),
    scenario(TELL, disrupt(), ASK, disrupt(), ask("alice", "Again?", contains="{order}"), name="twice"),
    scenario(TELL, ASK, name="undisturbed"),
    scenario(TELL, disrupt("kill"), ASK, name="killed"),
    scenario(TELL, filler(30), disrupt(), ASK, name="long"),
)
"""Among them one with two disruptions, one with none, and one that names its own."""


def planned(shard: Shard | None, *, seed: int = 7, window: int | None = None) -> tuple[Plan, int]:
    run = RunSpecification(disruptions=("restart", "kill"), trials=2, shard=shard)
    return plan_part(SCENARIOS, run, window=window, seed=seed)


def shards(count: int) -> list[Shard]:
    return [Shard(number=number, count=count) for number in range(1, count + 1)]


@costly_law
@given(seed=st.integers(0, 10**6), count=st.integers(1, len(SCENARIOS)))
def test_the_shards_play_exactly_what_the_whole_plays(seed: int, count: int) -> None:
    """Each conversation once, with the same facts, texts and session ids, in the same deployment."""
    whole, _ = planned(None, seed=seed)
    parts = [planned(shard, seed=seed)[0] for shard in shards(count)]
    played: list[PlannedConversation] = [one for part in parts for one in part.scripted]
    assert sorted(played, key=lambda one: one.identifier) == sorted(
        whole.scripted, key=lambda one: one.identifier
    )
    assert len({one.identifier for one in played}) == len(played)
    for part in parts:
        waves = {wave.name: wave for wave in whole.waves}
        assert all(wave.kinds == waves[wave.name].kinds for wave in part.waves)


@given(count=st.integers(1, len(SCENARIOS)))
def test_shards_are_of_one_size(count: int) -> None:
    sizes = [len(scenarios_of(SCENARIOS, shard)) for shard in shards(count)]
    assert sum(sizes) == len(SCENARIOS)
    assert max(sizes) - min(sizes) <= 1


def test_who_talks_on_does_so_in_every_deployment() -> None:
    """Without them a bot could not be killed in mid-turn, and nobody would notice that it is away."""
    whole, _ = planned(None)
    talking = {wave.name: wave.background_sessions for wave in whole.waves}
    assert any(talking.values())
    for shard in shards(3):
        part, _ = planned(shard)
        assert {wave.name: wave.background_sessions for wave in part.waves} == {
            wave.name: talking[wave.name] for wave in part.waves
        }


def test_a_scenario_given_twice_is_played_in_one_shard() -> None:
    twice = (*SCENARIOS, *SCENARIOS)
    counts = Counter(one.name for shard in shards(3) for one in scenarios_of(twice, shard))
    assert counts == {one.name: 1 for one in SCENARIOS}


def test_questions_beyond_the_window_are_left_out_once() -> None:
    """Each shard leaves out its own."""
    _, whole = planned(None, window=20)
    assert whole == 1
    assert [planned(shard, window=20)[1] for shard in shards(4)].count(1) == 1


def test_an_empty_shard_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        planned(Shard(number=9, count=9))
    assert refused.value.what == "shard 9/9 has nothing to play"
    assert str(len(SCENARIOS)) in refused.value.why
