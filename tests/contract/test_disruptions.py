"""Every disruption proves that it took effect, everywhere; what cannot be proved is not claimed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from gate.disruptions import DISRUPTIONS
from gate.errors import BotNotReady, Unsupported
from gate.interfaces import Instance
from tests.contract.places import Place, spoken_to
from tests.event_loop import in_event_loop

DETAILS: Mapping[str, frozenset[str]] = {
    "none": frozenset({"instance"}),
    "restart": frozenset({"instance", "started before", "started after", "exit code"}),
    "kill": frozenset({"instance", "started before", "started after", "exit code"}),
    "recreate": frozenset({"before", "after", "exit code"}),
}
"""What the report is told of each, by name."""

EXIT_CODES = {"restart": "0", "kill": "137", "recreate": "0"}

SURVIVES: Mapping[str, frozenset[str]] = {
    "process": frozenset({"none"}),
    "file": frozenset({"none", "restart", "kill"}),
    "redis": frozenset(DISRUPTIONS),
}
"""Memory → the disruptions over which it lasts: what each disruption is for."""


@pytest.mark.parametrize("name", DISRUPTIONS)
@in_event_loop
async def test_a_disruption_takes_effect_and_says_by_what_that_is_seen(place: Place, name: str) -> None:
    """The bot is ready afterwards, and the store was left alone."""
    async with place.deployed(**place.bot(memory="redis")) as deployment, spoken_to(deployment) as bot:
        await bot.say("anna-1", "One.")
        evidence = await DISRUPTIONS[name].inflict(deployment)
        assert evidence.took_effect, evidence.sentence
        assert evidence.sentence
        assert set(evidence.details) == DETAILS[name]
        assert all(evidence.details.values())
        assert evidence.details.get("exit code") == EXIT_CODES.get(name)
        assert await bot.say("anna-1", "Two.") == "One.\nTwo."
        assert await deployment.store_fault() is None


@pytest.mark.parametrize("memory", SURVIVES)
@in_event_loop
async def test_each_memory_lasts_over_the_disruptions_that_it_should(place: Place, memory: str) -> None:
    """A restart loses the process, a new instance its files too, and Redis nothing."""
    survived = set()
    async with place.deployed(**place.bot(memory=memory)) as deployment, spoken_to(deployment) as bot:
        for name in DISRUPTIONS:
            session = f"anna-{name}"
            await bot.say(session, "One.")
            assert (await DISRUPTIONS[name].inflict(deployment)).took_effect
            if await bot.say(session, "Two.") == "One.\nTwo.":
                survived.add(name)
    assert survived == SURVIVES[memory]


@in_event_loop
async def test_a_restart_of_a_bot_that_had_to_be_killed_shows_it(place: Place) -> None:
    """It took effect, and the exit code says that it was not graceful."""
    fields = place.bot(defect="ignores-sigterm")
    async with place.deployed(stop_seconds=1, **fields) as deployment:
        evidence = await DISRUPTIONS["restart"].inflict(deployment)
    assert evidence.took_effect
    assert evidence.details["exit code"] == "137"


@in_event_loop
async def test_a_kill_of_a_bot_that_was_dead_already_is_not_claimed(place: Place) -> None:
    """It ended by itself; that is not the kill's doing."""
    async with place.deployed(**place.bot()) as deployment:
        await deployment.stop()
        evidence = await DISRUPTIONS["kill"].inflict(deployment)
    assert not evidence.took_effect
    assert "exit code 0" in evidence.sentence


@in_event_loop
async def test_a_bot_that_crashes_when_it_starts_again_is_not_ready(place: Place) -> None:
    """The disruption ends with what the bot printed."""
    fields = place.bot(memory="redis", defect="crash-after-restart")
    async with place.deployed(**fields) as deployment:
        with pytest.raises(BotNotReady, match="stopped before it was healthy") as caught:
            await DISRUPTIONS["restart"].inflict(deployment)
    assert "fatal: the mark is there already" in caught.value.log


class Fake:
    """A deployment in memory. What it claims to do it does as its fields say."""

    def __init__(self, **lies: object) -> None:
        self.life = Instance(identity="a" * 64, started="1")
        self.exit_codes = {"stop": 0, "kill": 137}
        self.starts = True
        self.replaces = True
        self.new_identity_at_start = False
        self.runs_after = True
        self.restarted_by_others = False
        for name, lie in lies.items():
            setattr(self, name, lie)

    async def instance(self) -> Instance:
        return self.life

    async def wait_until_ready(self) -> None:
        if self.restarted_by_others:
            self.life = dataclasses.replace(self.life, started="2")

    async def stop(self) -> int | None:
        return self.exit_codes["stop"]

    async def kill(self) -> int | None:
        return self.exit_codes["kill"]

    async def start(self) -> None:
        if self.starts:
            self.life = dataclasses.replace(self.life, started="2", running=self.runs_after)
        if self.new_identity_at_start:
            self.life = dataclasses.replace(self.life, identity="b" * 64)

    async def replace(self) -> int | None:
        if self.replaces:
            self.life = Instance(identity="b" * 64, started="3", running=self.runs_after)
        return 0


@pytest.mark.parametrize("name", DISRUPTIONS)
@in_event_loop
async def test_a_fake_that_does_what_it_says_is_believed(name: str) -> None:
    """Else the lies below would prove nothing."""
    assert (await DISRUPTIONS[name].inflict(Fake())).took_effect  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "lies", "sentence"),
    [
        ("none", {"restarted_by_others": True}, "restarted by someone else"),
        ("restart", {"starts": False}, "shows no new start"),
        ("restart", {"new_identity_at_start": True}, "was replaced, not restarted"),
        ("restart", {"runs_after": False}, "does not run"),
        ("kill", {"starts": False}, "shows no new start"),
        ("kill", {"new_identity_at_start": True}, "was replaced, not killed"),
        ("kill", {"runs_after": False}, "does not run"),
        ("kill", {"exit_codes": {"kill": 0}}, "exit code 0, not 137"),
        ("kill", {"exit_codes": {"kill": None}}, "not 137"),
        ("recreate", {"replaces": False}, "still the same instance"),
        ("recreate", {"runs_after": False}, "does not run"),
    ],
)
@in_event_loop
async def test_a_deployment_that_lies_is_not_believed(
    name: str, lies: Mapping[str, object], sentence: str
) -> None:
    """What was seen afterwards counts, and the sentence says what that was."""
    evidence = await DISRUPTIONS[name].inflict(Fake(**lies))  # type: ignore[arg-type]
    assert not evidence.took_effect
    assert sentence in evidence.sentence


class Fixed:
    """A deployment that can only be looked at, such as a bot at a URL."""

    async def instance(self) -> Instance:
        return Instance(identity="https://bot.example", started="unknown")

    async def wait_until_ready(self) -> None:
        return


@pytest.mark.parametrize("name", [name for name in DISRUPTIONS if name != "none"])
@in_event_loop
async def test_what_a_deployment_cannot_do_is_unsupported_and_says_why(name: str) -> None:
    """It is never silently skipped."""
    with pytest.raises(Unsupported, match=f"{name} is not supported here") as caught:
        await DISRUPTIONS[name].inflict(Fixed())  # type: ignore[arg-type]
    assert caught.value.why


@pytest.mark.parametrize("name", DISRUPTIONS)
def test_a_disruption_says_what_it_does_and_what_shows_it(name: str) -> None:
    """For `memory-gate list disruptions`."""
    disruption = DISRUPTIONS[name]
    assert disruption.name == name
    assert disruption.sentence.endswith(".")
    assert disruption.proof
