"""A turn goes to one replica and is counted once, however often its address is looked at."""

from __future__ import annotations

import aiohttp
import pytest

from gate.errors import TurnRefused
from gate.ports import CANDIDATE
from tests.contract.harness import Harness, spoken_to
from tests.event_loop import in_event_loop
from tests.routing import routed_to


@in_event_loop
async def test_a_turn_that_is_tried_again_stays_with_its_replica(harness: Harness) -> None:
    """Such as one that polls for its answer; the next turn goes to the next replica."""
    async with harness.deployed(replicas=2, **harness.bot()) as deployment, aiohttp.ClientSession() as client:
        met = []
        for _ in range(3):
            async with deployment.route_turn() as lease:
                for _ in range(3):
                    async with client.get(f"{lease.address}/healthz") as answer:
                        met.append((lease.address, answer.status))
                under_way = [one.turns_under_way for one in await deployment.instances()]
                assert sorted(under_way) == [0, 1]
        addresses = [address for address, _ in met]
        assert [status for _, status in met] == [200] * 9
        assert addresses == [*addresses[:1] * 3, *addresses[3:4] * 3, *addresses[:1] * 3]
        assert addresses[0] != addresses[3]
        lives = await deployment.instances()
        assert [(one.turns, one.turns_under_way) for one in lives] == [(2, 0), (1, 0)]


@in_event_loop
async def test_turns_that_are_under_way_together_go_round_too(harness: Harness) -> None:
    async with harness.deployed(replicas=2, **harness.bot()) as deployment:
        async with deployment.route_turn() as first, deployment.route_turn() as second:
            assert await routed_to(deployment, 2) == [first.address, second.address]
            assert [one.turns_under_way for one in await deployment.instances()] == [1, 1]
        lives = await deployment.instances()
        assert [(one.turns, one.turns_under_way) for one in lives] == [(2, 0), (2, 0)]


@in_event_loop
async def test_a_turn_that_fails_is_over(harness: Harness) -> None:
    """It was directed to its replica all the same."""
    async with harness.deployed(**harness.bot()) as deployment, spoken_to(deployment) as bot:
        await deployment.stop()
        with pytest.raises(TurnRefused):
            await bot.open("anna-1").say("Hello.")
        (life,) = await deployment.instances()
        assert (life.turns, life.turns_under_way) == (1, 0)
        await deployment.start()
        await deployment.wait_until_ready()
        assert len(set(await routed_to(deployment, 2))) == 1


@in_event_loop
async def test_a_conversation_outlives_the_restart_and_the_replacement_of_its_bot(
    harness: Harness,
) -> None:
    """The handle stays the user's own; only the way to the bot is asked for anew."""
    fields = harness.bot(memory="redis")
    async with harness.deployed(**fields) as deployment, spoken_to(deployment) as bot:
        conversation = bot.open("anna-1")
        said = ["One.", "Two.", "Three.", "Four."]
        await conversation.say(said[0])
        await deployment.stop()
        await deployment.start()
        await deployment.wait_until_ready()
        await conversation.say(said[1])
        await deployment.replace()
        await deployment.wait_until_ready()
        await conversation.say(said[2])
        # As a blue-green deploy does.
        [old] = deployment.routed()
        deployment.route([await deployment.add(CANDIDATE)])
        await deployment.retire(old)
        assert (await conversation.say(said[3])).splitlines() == said
