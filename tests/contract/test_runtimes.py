"""The contract of every runtime: a bot is started, stopped, killed and replaced in the same way."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket

import pytest

from gate.core.specification import StoreSpecification
from gate.errors import BotNotReady, GateError, StoreError
from gate.stores.redis.inspector import RedisInspector
from tests.contract.harness import REDIS, Harness, spoken_to
from tests.embedded_store import EmbeddedRedis
from tests.event_loop import in_event_loop

TRIES = 5


@in_event_loop
async def test_deploy_gives_a_ready_bot_and_a_reachable_store(harness: Harness) -> None:
    """Turns to the bot are found in the store, and neither reports a fault."""
    async with harness.opened(**harness.bot(memory="redis")) as runtime:
        deployment = await runtime.deploy("trial", {})
        inspector = runtime.inspector(deployment)
        assert inspector is not None
        assert (await inspector.look(["Lisbon"])).keys == 0
        async with spoken_to(deployment) as bot:
            assert await bot.open("anna-1").say("I live in Lisbon.") == "I live in Lisbon."
        view = await inspector.look(["Lisbon", "Oslo"])
        assert view.values == {"Lisbon"}
        assert view.keys == 1
        assert await deployment.store_fault() is None
        assert set(deployment.images()) == {"bot", "store"}
        instance = await deployment.instance()
        assert instance.running
        assert instance.exit_code is None


@in_event_loop
async def test_a_bot_without_a_store_is_deployed_too(harness: Harness) -> None:
    """There is then nothing to look into and nothing that can be wrong with it."""
    async with harness.opened(store=None, **harness.bot()) as runtime:
        deployment = await runtime.deploy("trial", {})
        assert runtime.inspector(deployment) is None
        assert await deployment.store_fault() is None
        assert set(deployment.images()) == {"bot"}


@in_event_loop
async def test_a_graceful_stop_and_start_is_a_new_life_of_the_same_instance(harness: Harness) -> None:
    """Exit code 0, same identity, files kept, process memory gone."""
    async with harness.deployed(**harness.bot(memory="file")) as deployment:
        before = await deployment.instance()
        async with spoken_to(deployment) as bot:
            await bot.open("anna-1").say("I live in Lisbon.")
            assert await deployment.stop() == 0
            stopped = await deployment.instance()
            assert (stopped.identity, stopped.running, stopped.exit_code) == (before.identity, False, 0)
            await deployment.start()
            await deployment.wait_until_ready()
            after = await deployment.instance()
            assert (after.identity, after.running, after.exit_code) == (before.identity, True, None)
            assert after.started != before.started
            assert await bot.open("anna-1").say("Where?") == "I live in Lisbon.\nWhere?"


@in_event_loop
async def test_a_kill_is_told_from_a_stop_and_keeps_the_files(harness: Harness) -> None:
    """Exit code 137, same identity, files kept."""
    async with harness.deployed(**harness.bot(memory="file")) as deployment:
        before = await deployment.instance()
        async with spoken_to(deployment) as bot:
            await bot.open("anna-1").say("I live in Lisbon.")
            assert await deployment.kill() == 137
            killed = await deployment.instance()
            assert (killed.identity, killed.running, killed.exit_code) == (before.identity, False, 137)
            await deployment.start()
            await deployment.wait_until_ready()
            after = await deployment.instance()
            assert (after.identity, after.running) == (before.identity, True)
            assert after.started != before.started
            assert await bot.open("anna-1").say("Where?") == "I live in Lisbon.\nWhere?"


@in_event_loop
async def test_a_replacement_is_another_instance_without_the_files(harness: Harness) -> None:
    """The old one ends gracefully, the new one has another identity and the files of the image alone."""
    async with harness.deployed(**harness.bot(memory="file")) as deployment:
        before = await deployment.instance()
        async with spoken_to(deployment) as bot:
            await bot.open("anna-1").say("I live in Lisbon.")
            assert await deployment.replace() == 0
            await deployment.wait_until_ready()
            after = await deployment.instance()
            assert after.identity != before.identity
            assert after.running
            assert await bot.open("anna-1").say("Where?") == "Where?"


@in_event_loop
async def test_the_store_outlives_every_disruption_of_the_bot(harness: Harness) -> None:
    """Data in Redis survives a stop, a kill and a replacement of the bot."""
    async with harness.deployed(**harness.bot(memory="redis")) as deployment, spoken_to(deployment) as bot:
        await bot.open("anna-1").say("I live in Lisbon.")
        await deployment.stop()
        await deployment.start()
        await deployment.wait_until_ready()
        await deployment.kill()
        await deployment.start()
        await deployment.wait_until_ready()
        await deployment.replace()
        await deployment.wait_until_ready()
        assert await bot.open("anna-1").say("Where?") == "I live in Lisbon.\nWhere?"
        assert await deployment.store_fault() is None


@in_event_loop
async def test_a_bot_that_ignores_sigterm_is_killed_after_the_grace(harness: Harness) -> None:
    """The exit code shows that the stop was not graceful."""
    async with harness.deployed(**{**harness.bot(defect="ignores-sigterm"), "stop_seconds": 1}) as deployment:
        assert await deployment.stop() == 137
        assert not (await deployment.instance()).running


@in_event_loop
async def test_a_grace_of_less_than_a_second_is_still_a_grace(harness: Harness) -> None:
    """It is never rounded down to a kill."""
    for _ in range(TRIES):
        async with harness.deployed(**{**harness.bot(), "stop_seconds": 0.9}) as deployment:
            code = await deployment.stop()
        if code == 0:
            break  # a slow machine may need more tries; a kill never ends with 0
    assert code == 0


@in_event_loop
async def test_two_deployments_of_one_run_do_not_disturb_each_other(harness: Harness) -> None:
    """Each has a bot, a store and files of its own; the end of one leaves the other alone."""
    async with harness.opened(**harness.bot(memory="redis")) as runtime:
        one, other = await asyncio.gather(runtime.deploy("one", {}), runtime.deploy("other", {}))
        async with spoken_to(one) as first, spoken_to(other) as second:
            await asyncio.gather(
                first.open("anna-1").say("I live in Oslo."), second.open("anna-1").say("Hello.")
            )
            assert await second.open("anna-1").say("Where?") == "Hello.\nWhere?"
            await one.close()
            assert await second.open("anna-1").say("And now?") == "Hello.\nWhere?\nAnd now?"
            assert await other.store_fault() is None


@in_event_loop
async def test_a_long_name_of_a_deployment_breaks_nothing(harness: Harness) -> None:
    """A script with many disruptions gives a name beyond what a host name may have."""
    async with harness.opened(**harness.bot(memory="redis")) as runtime:
        deployment = await runtime.deploy("+".join(["restart", "blue-green", "recreate"] * 5), {})
        async with spoken_to(deployment) as bot:
            assert await bot.open("anna-1").say("Hello.") == "Hello."


@in_event_loop
async def test_a_killed_store_is_a_fault(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said so, and a look into it fails instead of showing an empty store."""
    async with harness.opened(**harness.bot()) as runtime:
        deployment = await runtime.deploy("trial", {})
        assert await deployment.store_fault() is None
        await harness.kill_store(deployment)
        # Nobody answers for a dead container. A living one may take the time that it may take with users.
        monkeypatch.setattr("gate.stores.redis.connection.ANSWER_SECONDS", 2.0)
        assert await deployment.store_fault()
        inspector = runtime.inspector(deployment)
        assert inspector is not None
        with pytest.raises(StoreError):
            await inspector.look(["Lisbon"])


class Unreadable(EmbeddedRedis):
    """A server that answers at once, and ends over the data that it reads."""

    def inspector(self, host: str, port: int) -> RedisInspector:
        with socket.create_connection((host, port)) as connection:
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            connection.recv(1)
        return super().inspector(host, port)


@in_event_loop
async def test_a_store_that_ends_while_it_reads_its_data_has_stopped(harness: Harness) -> None:
    """It is not waited for until it could have read everything."""
    store = Unreadable(StoreSpecification(image=REDIS.image))
    async with harness.opened(store=store, **harness.bot()) as runtime:
        with pytest.raises(StoreError, match="stopped as it was started") as caught:
            await runtime.deploy("trial", {})
    assert "exit code 0" in caught.value.why


@in_event_loop
async def test_a_store_that_was_restarted_behind_the_gates_back_is_a_fault(harness: Harness) -> None:
    """It answers, but it is not the server that was started."""
    async with harness.deployed(**harness.bot()) as deployment:
        assert await deployment.store_fault() is None
        await harness.restart_store(deployment)
        assert await deployment.store_fault()


@in_event_loop
async def test_a_bot_that_shuts_the_store_down_is_seen_to(harness: Harness) -> None:
    """A hostile bot has the store's address; what it does with it is not taken for forgetting."""
    async with (
        harness.deployed(**harness.bot(memory="redis", defect="kills-store")) as deployment,
        spoken_to(deployment) as bot,
    ):
        await bot.open("anna-1").say("One.")
        await bot.open("anna-1").say("Two.")
        with pytest.raises(GateError):
            await bot.open("anna-1").say("Three.")
        assert await deployment.store_fault()


@in_event_loop
async def test_a_bot_that_crashes_as_it_starts_is_told_with_its_last_lines(harness: Harness) -> None:
    """It is not waited for to the end, and every line it printed is there."""
    async with harness.opened(**harness.bot(defect="crash-on-start")) as runtime:
        with pytest.raises(BotNotReady) as caught:
            await runtime.deploy("trial", {})
        assert "exit code 3" in caught.value.sentence
        steps = [f"starting, step {number} of 15" for number in range(1, 16)]
        # Which of its two streams comes first is the engine's to say.
        assert [line for line in caught.value.log if line in steps] == steps
        assert "fatal: no configuration" in caught.value.log
        assert harness.running() == []


@in_event_loop
async def test_a_command_that_does_not_exist_is_the_bots_fault(harness: Harness) -> None:
    """Not the engine's: the error names the command."""
    async with harness.opened(**harness.bot(), **harness.command("no-such-program")) as runtime:
        with pytest.raises(BotNotReady) as caught:
            await runtime.deploy("trial", {})
        assert harness.running() == []
    assert "no-such-program" in " ".join((caught.value.sentence, *caught.value.log))


@in_event_loop
async def test_a_bot_that_never_turns_healthy_is_told_with_its_last_lines(harness: Harness) -> None:
    """The error says what the health check answered."""
    for patience in itertools.takewhile(lambda seconds: seconds < 100, (2.0**power for power in range(10))):
        fields = {**harness.bot(defect="never-healthy"), "ready_seconds": patience}
        async with harness.opened(**fields) as runtime:
            with pytest.raises(BotNotReady) as caught:
                await runtime.deploy("trial", {})
            assert harness.running() == []
        if "503" in caught.value.sentence:
            break  # a slow machine needs more patience until the bot listens at all
    assert "/healthz answered 503" in caught.value.sentence
    assert any(line.startswith("listening on ") for line in caught.value.log)


@in_event_loop
async def test_a_bot_that_does_not_come_back_is_not_ready(harness: Harness) -> None:
    """A start is not enough; it has to be healthy again."""
    async with harness.deployed(**harness.bot(defect="unhealthy-after-restart")) as deployment:
        await deployment.stop()
        await deployment.start()
        waiting = asyncio.create_task(deployment.wait_until_ready())
        done, _ = await asyncio.wait({waiting}, timeout=1.0)
        assert not done
        await deployment.kill()
        with pytest.raises(BotNotReady, match="stopped before it was healthy"):
            await waiting


@in_event_loop
async def test_close_removes_everything_and_may_be_called_again(harness: Harness) -> None:
    """First what one deployment made, then what the run made; a second time, nothing happens."""
    runtime = harness.runtime(**harness.bot(memory="redis", defect="forks-orphans"))
    await runtime.open()
    deployment = await runtime.deploy("trial", {})
    assert harness.running() != []
    await deployment.close()
    assert harness.running() == []
    await deployment.close()
    await runtime.close()
    assert harness.leftovers() == []
    await runtime.close()


@in_event_loop
async def test_a_runtime_that_was_never_opened_can_be_closed(harness: Harness) -> None:
    """The clean-up need not know how far things got."""
    await harness.runtime(**harness.bot()).close()
    assert harness.leftovers() == []


@in_event_loop
async def test_cancelling_a_deployment_at_any_moment_leaves_nothing(harness: Harness) -> None:
    """Nothing runs on, and once the runtime is closed nothing is there."""
    for moment in (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8):
        async with harness.opened(**harness.bot(memory="redis", defect="never-healthy")) as runtime:
            deploying = asyncio.create_task(runtime.deploy("trial", {}))
            # Not a wait for something: any moment is a good one to be cancelled at.
            await asyncio.wait({deploying}, timeout=moment)
            deploying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await deploying
            assert harness.running() == [], f"cancelled after {moment} s"
        assert harness.leftovers() == [], f"cancelled after {moment} s"


@in_event_loop
async def test_closing_the_runtime_while_it_deploys_leaves_nothing(harness: Harness) -> None:
    """The deployment ends with an error, and makes nothing behind the back of the removal."""
    for moment in (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8):
        runtime = harness.runtime(**harness.bot(memory="redis", defect="never-healthy"))
        await runtime.open()
        deploying = asyncio.create_task(runtime.deploy("trial", {}))
        await asyncio.wait({deploying}, timeout=moment)
        await runtime.close()
        with pytest.raises(GateError):
            await deploying
        assert harness.leftovers() == [], f"closed after {moment} s"
        with pytest.raises(GateError):
            await runtime.deploy("another", {})
        assert harness.leftovers() == []


@in_event_loop
async def test_nothing_of_the_gates_environment_reaches_the_bot(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot sees what it was given, and the secret of whoever runs the gate is not in it."""
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2-hunter2")
    fields = harness.bot(defect="shows-environment")
    async with harness.opened(gate_environment=dict(os.environ), **fields) as runtime:
        deployment = await runtime.deploy("trial", {"OPENAI_API_KEY": "key of this run"})
        async with spoken_to(deployment) as bot:
            shown = await bot.open("anna-1").say("What do you know?")
    assert "hunter2" not in shown
    assert "DEPLOY_TOKEN" not in shown
    assert '"OPENAI_API_KEY": "key of this run"' in shown
    assert '"DEFECT": "shows-environment"' in shown
    assert '"REDIS_URL": "redis://' in shown
    assert '"PORT": ' in shown


@in_event_loop
async def test_a_bot_that_dies_by_itself_is_seen_to_have_died(harness: Harness) -> None:
    """Its last life ended with the exit code of the crash, and stopping it again changes nothing."""
    async with harness.deployed(**harness.bot(defect="exits-when-told")) as deployment:
        async with spoken_to(deployment) as bot:
            with pytest.raises(GateError):
                await bot.open("anna-1").say("exit 7")
        await until_stopped(deployment)
        assert (await deployment.instance()).exit_code == 7
        assert await deployment.kill() == 7
        assert await deployment.stop() == 7


async def until_stopped(deployment: object) -> None:
    """Returns when the bot has ended."""
    while (await deployment.instance()).running:  # type: ignore[attr-defined]
        await asyncio.sleep(0.02)
