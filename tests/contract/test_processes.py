"""Bots as local processes: nothing of them survives the gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from gate.core.specification import StoreSpecification
from gate.errors import BotNotReady, InputError, StoreError
from gate.stores.redis.server import RedisServer
from tests.contract.gate_to_kill import gate_to_kill, wait_for_line
from tests.contract.harness import ZOO, ProcessHarness, processes_with, spoken_to
from tests.event_loop import in_event_loop, until
from tests.routing import routed_to

INSTALLED = RedisServer(StoreSpecification())
"""As users have it: what is on PATH comes first."""


@in_event_loop
async def test_a_killed_gate_leaves_nothing_behind(process_harness: ProcessHarness) -> None:
    """Neither bot nor store, neither orphans that ignore signals nor the scratch folder."""
    with gate_to_kill(process_harness, "forks-orphans") as gate:
        wait_for_line(gate)
        # The gate, three supervisors, the store, the bot and its two orphans, and the scratch folder.
        assert len(process_harness.leftovers()) == 9
        gate.kill()
    await until(lambda: process_harness.leftovers() == [], "all that the gate made goes with it")


@pytest.mark.parametrize("signs", range(1, 8))
@in_event_loop
async def test_a_gate_that_is_killed_while_it_deploys_leaves_nothing_running(
    process_harness: ProcessHarness, signs: int
) -> None:
    """At whatever stage: as soon as so many processes of its run are seen."""
    with gate_to_kill(process_harness, "forks-orphans") as gate:
        await until(lambda: len(process_harness.running()) >= signs, f"{signs} processes")
        gate.kill()
    await until(lambda: process_harness.leftovers() == [], "all that the gate made goes with it")


@in_event_loop
async def test_a_gate_that_is_killed_between_two_lives_of_the_bot_leaves_nothing(
    process_harness: ProcessHarness,
) -> None:
    """Not even when there is no other process that could remove the bot's files."""
    with gate_to_kill(process_harness, "stopped") as gate:
        wait_for_line(gate)
        gate.kill()
    await until(lambda: process_harness.leftovers() == [], "all that the gate made goes with it")


@in_event_loop
async def test_orphans_end_with_the_bot_that_made_them(process_harness: ProcessHarness) -> None:
    """As a container's processes end with its first one."""
    async with process_harness.deployed(
        store=None, **process_harness.bot(defect="forks-orphans")
    ) as deployment:
        # Two supervisors, the bot and its two orphans; then the supervisor of the folder alone.
        assert len(process_harness.running()) == 5
        assert await deployment.stop() == 0
        assert len(process_harness.running()) == 1
        await deployment.start()
        await deployment.wait_until_ready()
        assert len(process_harness.running()) == 5
        assert await deployment.kill() == 137
        assert len(process_harness.running()) == 1


@in_event_loop
async def test_the_wheels_server_serves_where_redis_is_not_installed(
    process_harness: ProcessHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop needs nothing but the package."""
    monkeypatch.setenv("PATH", "")
    async with process_harness.deployed(store=INSTALLED, **process_harness.bot(memory="redis")) as deployment:
        assert deployment.images()["store"].endswith("valkey-server")
        async with spoken_to(deployment) as bot:
            await bot.open("anna-1").say("One.")
            await deployment.replace()
            await deployment.wait_until_ready()
            assert await bot.open("anna-1").say("Two.") == "One.\nTwo."


@in_event_loop
async def test_no_server_at_all_is_said_before_anything_starts(
    process_harness: ProcessHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do about it."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StoreError, match="no Redis server") as caught:
        await process_harness.runtime(store=INSTALLED, **process_harness.bot()).open()
    assert caught.value.remedy


@in_event_loop
async def test_a_server_that_stops_as_it_starts_is_told_with_its_last_lines(
    process_harness: ProcessHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own words say why."""
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho cannot read my configuration\nexit 9\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    async with process_harness.opened(store=INSTALLED, **process_harness.bot()) as runtime:
        with pytest.raises(StoreError, match="stopped as it was started") as caught:
            await runtime.deploy("trial", {})
    assert caught.value.why == "exit code 9"
    assert caught.value.log == ("cannot read my configuration",)


@pytest.mark.parametrize("command", ["no-such-program", "./bot.py", "/no/such/program"])
@in_event_loop
async def test_a_command_that_cannot_be_run_is_told(process_harness: ProcessHarness, command: str) -> None:
    """The log names it, as a shell would."""
    async with process_harness.opened(command=(command,)) as runtime:
        with pytest.raises(BotNotReady, match="stopped before it was healthy") as caught:
            await runtime.deploy("trial", {})
    assert "exit code 127" in caught.value.sentence
    (line,) = caught.value.log
    assert line.startswith(f"cannot start {command}: ")


@in_event_loop
async def test_a_bot_without_a_command_is_the_users_mistake(process_harness: ProcessHarness) -> None:
    """The error shows what to write."""
    with pytest.raises(InputError, match="needs a command") as caught:
        await process_harness.runtime(command=()).open()
    assert "command: [python, bot.py]" in caught.value.remedy


@in_event_loop
async def test_a_folder_that_does_not_exist_is_the_users_mistake(
    process_harness: ProcessHarness, tmp_path: Path
) -> None:
    """It is named."""
    with pytest.raises(InputError, match="does not exist") as caught:
        await process_harness.runtime(directory=str(tmp_path / "none")).open()
    assert str(tmp_path / "none") in caught.value.what


@in_event_loop
async def test_a_folder_that_is_too_large_to_copy_leaves_nothing(
    process_harness: ProcessHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store that was already running ends too."""
    monkeypatch.setattr("gate.runtimes.process.folder.MAX_FILES", 3)
    for number in range(4):
        (tmp_path / str(number)).touch()
    async with process_harness.opened(directory=str(tmp_path)) as runtime:
        with pytest.raises(InputError, match="more than 3 files"):
            await runtime.deploy("trial", {})
        assert process_harness.leftovers() == []


@in_event_loop
async def test_the_bot_works_on_a_copy_of_its_folder(process_harness: ProcessHarness) -> None:
    """The bot can write to its home and to temporary files without a change in the user's folder."""
    fields = process_harness.bot(memory="file", defect="shows-environment")
    async with process_harness.deployed(**fields) as deployment, spoken_to(deployment) as bot:
        environment = json.loads(await bot.open("anna-1").say("Where are you?"))
        assert Path(environment["HOME"], "bot.py").is_file()
    assert environment["HOME"] == environment["TMPDIR"]
    assert process_harness.run in environment["HOME"]
    assert not (ZOO / "memory.json").exists()


@in_event_loop
async def test_a_bot_that_floods_its_log_is_neither_stalled_nor_kept(process_harness: ProcessHarness) -> None:
    """It gets its turns done; of its output only the end is kept."""
    fields = process_harness.bot(defect="floods-log")
    async with process_harness.deployed(store=None, **fields) as deployment, spoken_to(deployment) as bot:
        await bot.open("anna-1").say("Warm up.")
        tracemalloc.start()
        try:
            for number in range(20):
                await bot.open(f"anna-{number}").say("And on.")
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        log = await deployment.log_tail()
    assert kept < 4 * 1024 * 1024
    assert len(log) == 20
    assert all(len(line) <= 300 for line in log)


@in_event_loop
async def test_lines_that_come_one_by_one_are_all_kept(process_harness: ProcessHarness) -> None:
    """However many pieces a log comes in, its last twenty lines are there."""
    program = "import sys, time\nfor i in range(25): print(i, flush=True); time.sleep(0.01)\nsys.exit(3)"
    async with process_harness.opened(store=None, command=(sys.executable, "-c", program)) as runtime:
        with pytest.raises(BotNotReady) as caught:
            await runtime.deploy("trial", {})
    assert list(caught.value.log) == [str(number) for number in range(5, 25)]


@in_event_loop
async def test_processes_of_the_same_name_that_are_not_ours_are_left_alone(
    process_harness: ProcessHarness, tmp_path: Path
) -> None:
    """Only what descends from the gate's own programs is ended."""
    bystander = subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE, cwd=tmp_path)
    async with process_harness.deployed(
        store=None, **process_harness.bot(defect="forks-orphans")
    ) as deployment:
        await deployment.kill()
    assert bystander.poll() is None
    assert bystander.pid in processes_with(str(tmp_path))
    bystander.communicate()


@in_event_loop
async def test_replicas_have_folders_and_ports_of_their_own(process_harness: ProcessHarness) -> None:
    """And one store."""
    fields = process_harness.bot(memory="file")
    async with process_harness.deployed(replicas=3, **fields) as deployment, spoken_to(deployment) as bot:
        addresses = await routed_to(deployment, 6)
        assert len(set(addresses)) == 3
        assert addresses[:3] == addresses[3:]
        replies = [await bot.open("anna-1").say(f"Number {number}.") for number in range(6)]
        assert replies[3:] == [f"Number {number}.\nNumber {number + 3}." for number in range(3)]
        assert [one.turns for one in await deployment.instances()] == [4, 4, 4]
