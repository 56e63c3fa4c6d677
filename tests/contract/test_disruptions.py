"""Every disruption proves that it took effect, everywhere; what a runtime cannot do is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gate.analysis.evidence_details import details_of
from gate.core.specification import ContainerSpecification
from gate.disruptions import DISRUPTIONS, NoTraffic
from gate.errors import BotNotReady, EngineError, Unsupported
from gate.ports import CANDIDATE, PREVIOUS, Evidence
from gate.runtimes import unsupported_on
from tests.contract.harness import DockerHarness, Harness, ProcessHarness
from tests.contract.talk import Scene, scene
from tests.event_loop import in_event_loop
from tests.routing import routed_to

LIFE = frozenset({"instance", "started before", "started after", "exit code"})
SWITCHED = frozenset({"before", "after", "exit code", "image", "note"})
STORE = frozenset(
    {"store before", "store after", "server before", "server after", "keys before", "keys after"}
    | {"persistence", "store exit code"}
)
OUTAGE = frozenset({"store", "keys before", "keys after", "turns waited for the store"})
DETAILS: Mapping[str, frozenset[str]] = {
    "none": frozenset({"instance"}),
    "restart": LIFE,
    "kill": LIFE,
    "oom": LIFE | {"out of memory"},
    "recreate": frozenset({"before", "after", "exit code"}),
    "blue-green": SWITCHED | {"held open across the switch"},
    "rollback": SWITCHED | {"held open across the switch"},
    "rolling": SWITCHED | {"turns of the old", "turns of the new"},
    "replica-hop": frozenset({"instance", "turns", "note"}),
    "scale-in": frozenset({"retired", "instance", "exit code"}),
    "kill-mid-turn": LIFE | {"in flight"},
    "store-restart": STORE,
    "store-kill": STORE,
    "store-recreate": STORE,
    "store-pause": OUTAGE | {"server"},
    "partition": OUTAGE | {"instance"},
    "cold-start": LIFE | STORE,
}
"""Disruption → details of its evidence in the report."""

EXIT_CODES = {
    **dict.fromkeys(
        ("restart", "recreate", "blue-green", "rollback", "rolling", "scale-in", "cold-start"), "0"
    ),
    **dict.fromkeys(("kill", "kill-mid-turn", "oom"), "137"),
}
STORE_EXIT_CODES = {
    **dict.fromkeys(("store-restart", "store-recreate", "cold-start"), "0"),
    "store-kill": "137",
}

OF_THE_STORE = frozenset({"store-restart", "store-kill", "store-recreate", "store-pause", "partition"})
SAME_FILES = frozenset({"restart", "kill", "oom", "kill-mid-turn", "cold-start"})
SURVIVES: Mapping[str, frozenset[str]] = {
    "process": OF_THE_STORE | {"none"},
    "file": OF_THE_STORE | SAME_FILES | {"none"},
    "redis": frozenset(DISRUPTIONS),
}
"""Memory → the disruptions over which it lasts: what each disruption is for."""


async def injected(stage: Scene, name: str, harness: Harness) -> Evidence | None:
    """The evidence; None where the runtime cannot do it, which is then said and has changed nothing."""
    before = await stage.deployment.instances()
    talk = stage.talk(f"ben-{name}", f"carla-{name}")
    if name not in unsupported_on(harness.name):
        return await DISRUPTIONS[name].inject(stage.deployment, talk)
    with pytest.raises(Unsupported, match=f"{name} is not supported here") as caught:
        await DISRUPTIONS[name].inject(stage.deployment, talk)
    assert caught.value.why
    assert await stage.deployment.instances() == before
    return None


def check(name: str, evidence: Evidence) -> None:
    """That it took effect, by the details that belong to it."""
    assert evidence.took_effect, f"{name}: {evidence.sentence}"
    assert evidence.sentence
    details = details_of(evidence.observed)
    assert set(details) == DETAILS[name], name
    assert all(details.values()), name
    assert details.get("exit code") == EXIT_CODES.get(name), name
    assert details.get("store exit code") == STORE_EXIT_CODES.get(name), name
    # Turns that waited for the store add keys to it; none is ever lost.
    assert int(details.get("keys before", 0)) <= int(details.get("keys after", 0)), name


@pytest.mark.parametrize("memory", ["file", "redis"])
@in_event_loop
async def test_every_disruption_shows_that_it_happened_and_harms_what_it_is_for(
    harness: Harness, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the engine as among local processes."""
    monkeypatch.setattr("gate.disruptions.store_proof.OUTAGE_SECONDS", 0.5)
    assert await survived(harness, memory) == SURVIVES[memory] - unsupported_on(harness.name).keys()


@in_event_loop
async def test_memory_in_the_process_survives_only_what_leaves_the_process_alone(
    process_harness: ProcessHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the process runs."""
    monkeypatch.setattr("gate.disruptions.store_proof.OUTAGE_SECONDS", 0.5)
    expected = SURVIVES["process"] - unsupported_on("process").keys()
    assert await survived(process_harness, "process") == expected


async def survived(harness: Harness, memory: str) -> set[str]:
    """The disruptions over which a bot's memory lasts, injected one after the other on one deployment.

    The bot is ready after each, and the store as the gate left it.
    """
    found = set()
    async with scene(harness, **harness.bot(memory=memory)) as stage:
        for name in DISRUPTIONS:
            session = f"anna-{name}"
            await stage.bot.open(session).say(f"{name}, please.")
            evidence = await injected(stage, name, harness)
            assert await stage.deployment.store_fault() is None, name
            if evidence is None:
                continue
            check(name, evidence)
            if await stage.told(session, f"{name}, please."):
                found.add(name)
    return found


@in_event_loop
async def test_users_talk_while_replicas_come_and_go(harness: Harness) -> None:
    """No turn is lost by a switch, not even one that is held open across it."""
    async with scene(harness, **harness.bot(memory="redis"), replicas=2) as stage:
        assert len(stage.deployment.routed()) == 2
        for name, rounds in (("blue-green", 2), ("rollback", 2), ("rolling", 4), ("scale-in", 1)):
            talk = stage.talk("ben-2", "carla-3")
            evidence = await DISRUPTIONS[name].inject(stage.deployment, talk)
            assert evidence.took_effect, evidence.sentence
            assert talk.outcomes == ["acknowledged"] * 2 * rounds, name
            assert details_of(evidence.observed).get("held open across the switch", "yes") == "yes"
            # Side by side: with two users, each of the first three replicas in turn is given some.
            assert "0" not in (
                details_of(evidence.observed).get("turns of the old"),
                details_of(evidence.observed).get("turns of the new"),
            )
        assert len(stage.deployment.routed()) == 1
        assert len(await stage.deployment.instances()) == 1


@in_event_loop
async def test_with_several_replicas_each_of_them_is_disrupted(harness: Harness) -> None:
    """One that went on would remember what the others forgot."""
    async with scene(harness, **harness.bot(memory="process"), replicas=2) as stage:
        for name in ("restart", "kill", "recreate", "replica-hop"):
            session = f"anna-{name}"
            for _ in range(2):
                await stage.bot.open(session).say("One.")
            talk = stage.talk("ben-2")
            evidence = await DISRUPTIONS[name].inject(stage.deployment, talk)
            assert evidence.took_effect, evidence.sentence
            assert "note" not in details_of(evidence.observed)
            replies = [await stage.bot.open(session).say("Well?") for _ in range(2)]
            assert [("One." in reply) for reply in replies] == [name == "replica-hop"] * 2
            named = (
                details_of(evidence.observed).get("instance") or details_of(evidence.observed)["after"]
            ).split(", ")
            assert named == [one.identity for one in await stage.deployment.instances()]
        # Every other round of turns went to each of the two.
        assert details_of(evidence.observed)["turns"] == "4, 4"
        assert talk.outcomes == ["acknowledged"] * 8


@in_event_loop
async def test_a_turn_that_a_kill_cuts_in_two_is_left_open(harness: Harness) -> None:
    """The model was answering it; nothing of it is claimed, and the bot comes back."""
    async with scene(harness, **harness.bot(memory="redis")) as stage:
        talk = stage.talk("ben-2", "carla-3")
        evidence = await DISRUPTIONS["kill-mid-turn"].inject(stage.deployment, talk)
        assert evidence.took_effect
        assert talk.outcomes == ["open", "open"]
        assert not await stage.told("ben-2", "Small talk 1 of ben-2.")


@pytest.mark.parametrize("name", ["store-pause", "partition"])
@in_event_loop
async def test_turns_meet_a_store_that_does_not_answer(
    harness: Harness, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting turns are answered when the store is back, and the store holds them."""
    monkeypatch.setattr("gate.disruptions.store_proof.OUTAGE_SECONDS", 0.5)
    async with scene(harness, **harness.bot(memory="redis")) as stage:
        await stage.bot.open("ben-2").say("One.")
        talk = stage.talk("ben-2")
        evidence = await DISRUPTIONS[name].inject(stage.deployment, talk)
        assert evidence.took_effect
        assert talk.outcomes in (["acknowledged"], ["refused"])
        waited = details_of(evidence.observed)["turns waited for the store"]
        assert waited == "yes" or talk.outcomes == ["refused"]
        kept = await stage.told("ben-2", "Small talk 1 of ben-2.")
        assert kept is (talk.outcomes == ["acknowledged"])


@in_event_loop
async def test_a_stop_that_had_to_be_enforced_is_seen(harness: Harness) -> None:
    """It took effect, and the evidence says that it was not graceful."""
    fields = harness.bot(memory="redis", defect="ignores-sigterm")
    async with scene(harness, **{**fields, "stop_seconds": 0.5}) as stage:
        for name in ("restart", "blue-green", "cold-start"):
            evidence = await DISRUPTIONS[name].inject(stage.deployment, NoTraffic())
            assert evidence.took_effect
            assert details_of(evidence.observed)["exit code"] == "137", name
            assert details_of(evidence.observed)["needed SIGKILL"] == "yes", name


@in_event_loop
async def test_a_kill_of_a_bot_that_was_dead_already_is_not_claimed(harness: Harness) -> None:
    """It ended by itself; that is not the kill's doing."""
    async with harness.deployed(**harness.bot()) as deployment:
        await deployment.stop()
        evidence = await DISRUPTIONS["kill"].inject(deployment, NoTraffic())
    assert not evidence.took_effect
    assert "exit code 0" in evidence.sentence


@pytest.mark.parametrize("name", ["restart", "blue-green"])
@in_event_loop
async def test_a_bot_that_crashes_when_it_starts_again_is_not_ready(harness: Harness, name: str) -> None:
    """The disruption ends with what the bot printed."""
    fields = harness.bot(memory="redis", defect="crash-after-restart")
    async with harness.deployed(**fields) as deployment:
        with pytest.raises(BotNotReady, match="stopped before it was healthy") as caught:
            await DISRUPTIONS[name].inject(deployment, NoTraffic())
        assert await deployment.store_fault() is None
    assert "fatal: the mark is there already" in caught.value.log


@pytest.mark.parametrize("name", ["blue-green", "rolling", "scale-in", "store-pause", "partition"])
@in_event_loop
async def test_a_fault_in_the_middle_leaves_nothing(harness: Harness, name: str) -> None:
    """Replicas, pauses and partitions are undone; the fixture checks for leftovers at its end."""
    async with scene(harness, **harness.bot(memory="redis")) as stage:
        talk = stage.talk("ben-2")
        talk.failing = True
        with pytest.raises((RuntimeError, ExceptionGroup)):
            await DISRUPTIONS[name].inject(stage.deployment, talk)
        # The store is back, so that what comes next is not told from an empty one.
        assert await stage.deployment.store_fault() is None
        await stage.deployment.close()
        assert harness.running() == []


@pytest.mark.docker
@in_event_loop
async def test_both_versions_of_the_bot_play_their_part(docker_harness: DockerHarness) -> None:
    """A deploy ends with the new image, a rollback with the previous one, and both can be told apart."""
    fields: Any = {**docker_harness.bot(memory="redis"), "previous": docker_harness.variant()}
    async with scene(docker_harness, version=PREVIOUS, **fields) as stage:
        images = stage.deployment.images()
        roles = {images["bot"]: CANDIDATE, images["previous"]: PREVIOUS}
        assert len(roles) == 2
        for name, last in (("blue-green", CANDIDATE), ("rollback", PREVIOUS), ("rolling", CANDIDATE)):
            started = await stage.deployment.instance()
            assert roles[started.image] == started.version == DISRUPTIONS[name].traits.begins_with
            evidence = await DISRUPTIONS[name].inject(stage.deployment, stage.talk("ben-2"))
            assert evidence.took_effect
            assert "note" not in details_of(evidence.observed)
            ended = await stage.deployment.instance()
            assert roles[ended.image] == ended.version == last
            assert details_of(evidence.observed)["image before"] == started.image
            assert details_of(evidence.observed)["image after"] == ended.image


@pytest.mark.docker
@in_event_loop
async def test_a_paused_store_is_removed_with_its_run(docker_harness: DockerHarness) -> None:
    """A gate that dies in the middle of a pause leaves a container that the engine will not just stop."""
    async with docker_harness.deployed(**docker_harness.bot(memory="redis")) as deployment:
        await deployment.store_server().pause()


@pytest.mark.docker
@in_event_loop
async def test_a_bot_whose_image_has_no_shell_cannot_run_out_of_memory_here(
    docker_harness: DockerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older kernel needs something that allocates; the sentence says so, and the bot goes on."""
    monkeypatch.setattr("gate.runtimes.docker.memory.SHELL", "no-such-shell")
    async with docker_harness.deployed(**docker_harness.bot()) as deployment:
        before = await deployment.instances()
        if docker_harness.client.info()["CgroupVersion"] == "2":
            await DISRUPTIONS["oom"].inject(deployment, NoTraffic())
        else:
            with pytest.raises(Unsupported, match="oom is not supported here") as caught:
                await DISRUPTIONS["oom"].inject(deployment, NoTraffic())
            assert "no shell" in caught.value.why
            assert await deployment.instances() == before


@pytest.mark.docker
@in_event_loop
async def test_after_running_out_of_memory_the_bot_has_all_of_it_again(docker_harness: DockerHarness) -> None:
    """Else the gate's own limit would disturb the next life. The bot is not root, as few bots should be."""
    image = docker_harness.variant(User="65534")
    async with docker_harness.deployed(image=image, **docker_harness.bot()) as deployment:
        assert (await DISRUPTIONS["oom"].inject(deployment, NoTraffic())).took_effect
        (container,) = docker_harness.client.containers.list(
            filters={"id": (await deployment.instance()).identity}
        )
        assert container.attrs["HostConfig"]["Memory"] == ContainerSpecification().memory


@in_event_loop
async def test_a_replica_that_is_not_there_is_not_mistaken_for_another(harness: Harness) -> None:
    """The name of a retired replica is an error."""
    async with harness.deployed(**harness.bot()) as deployment:
        (only,) = deployment.routed()
        await deployment.retire(only)
        for verb in (deployment.retire, deployment.ask_to_stop):
            with pytest.raises(EngineError, match="has no replica"):
                await verb(only)
        with pytest.raises(EngineError, match="never started"):
            await routed_to(deployment)
