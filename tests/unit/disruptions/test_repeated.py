"""Repeated disruptions, and their written names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.evidence_details import details_of
from gate.core.disruption_names import MOST_TIMES, read_name, written
from gate.disruptions import DISRUPTIONS, NoTraffic, kind_and_times
from tests.event_loop import in_event_loop
from tests.unit.core.laws import law
from tests.unit.disruptions.fakes import FakeDeployment


@law
@given(name=st.sampled_from(sorted(DISRUPTIONS)), times=st.integers(1, MOST_TIMES))
def test_what_is_written_is_read_and_found(name: str, times: int) -> None:
    """In one way only: once is the name alone."""
    text = written(name, times)
    assert read_name(text, DISRUPTIONS) == text
    assert DISRUPTIONS[text].name == text
    assert kind_and_times(DISRUPTIONS[text]) == (name, times)
    assert read_name(f"{name}*{times}", DISRUPTIONS) == text
    assert DISRUPTIONS[text].traits == DISRUPTIONS[name].traits


@pytest.mark.parametrize(
    "text",
    ["", "*", "kill*", "kill*0", "kill*03", "kill*21", "kill*-1", "kill*1.5", "*3", "kil*3", "kill*3*3"],
)
def test_what_names_nothing_is_not_read(text: str) -> None:
    """Neither as a name nor as a key."""
    assert read_name(text, DISRUPTIONS) is None
    with pytest.raises(KeyError):
        DISRUPTIONS[text]


def test_only_the_kinds_themselves_are_listed() -> None:
    """A look at a repeated one adds none."""
    before = list(DISRUPTIONS)
    assert DISRUPTIONS["kill*3"].name == "kill*3"
    assert list(DISRUPTIONS) == before
    assert not [name for name in before if "*" in name]


@in_event_loop
async def test_it_happens_as_often_as_it_says() -> None:
    """Each time is healed before the next, and leaves its own details."""
    deployment: Any = FakeDeployment()
    evidence = await DISRUPTIONS["kill*3"].inject(deployment, NoTraffic())
    assert evidence.took_effect
    assert evidence.sentence.startswith("3 times: ")
    assert deployment.log == ["kill", "start"] * 3
    assert details_of(evidence.observed)["times"] == "3"
    assert [details_of(evidence.observed)[f"{number}: exit code"] for number in (1, 2, 3)] == ["137"] * 3


@in_event_loop
async def test_one_time_that_cannot_be_shown_is_enough_to_doubt() -> None:
    """The sentence says which."""

    class Tired(FakeDeployment):
        async def start(self) -> None:
            self.starts = self.log.count("kill") != 2
            await super().start()

    evidence = await DISRUPTIONS["kill*3"].inject(Tired(), NoTraffic())  # type: ignore[arg-type]
    assert not evidence.took_effect
    assert evidence.sentence.startswith("time 2 of 3: ")


@in_event_loop
async def test_a_stop_that_needed_sigkill_is_seen_however_often_it_is_repeated() -> None:
    """Under the same key as always."""
    deployment: Any = FakeDeployment(exit_codes={"stop": 137})
    evidence = await DISRUPTIONS["restart*2"].inject(deployment, NoTraffic())
    assert details_of(evidence.observed)["needed SIGKILL"] == "yes"
