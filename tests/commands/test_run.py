"""`memory-gate run` from outside: what it says of healthy, forgetful, broken and hostile bots."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import docker
import pytest

from gate.core.guarantees import GUARANTEES
from gate.core.specification import RunSpecification
from gate.runtimes.docker.sweep import RUN_LABEL
from tests.action.workflow_commands import parse_command, split_lines
from tests.commands.gate_process import LIBRARY, TWELVE, Gate, disruptions, named

Configure = Callable[..., None]


def test_a_bot_that_remembers_passes(gate: Gate, configure: Configure) -> None:
    """All disruptions, all built-in scenarios: nothing lost, exit code 0."""
    configure("redis", whole_library=True)
    ended = gate.run("run", "--seed", "1")
    assert (ended.code, ended.report["verdict"]) == (0, "passed"), ended.output
    assert ended.report["accuracy"] == ended.report["accuracy_before"] == ended.report["retention"] == 1
    assert [one["name"] for one in ended.report["disruptions"]] == list(RunSpecification().disruptions)
    for one in ended.report["disruptions"]:
        assert one["store"]["bytes_per_turn"] > 0, one["store"]
        assert one["store"]["commands_per_turn"] >= 1, one["store"]
    assert ended.report["findings"] == []


def test_memory_in_the_process_is_lost_at_a_restart(gate: Gate, configure: Configure) -> None:
    """Everything known before, nothing after, and every fact lost at the store."""
    configure("process")
    ended = gate.run("run", *disruptions("restart"))
    assert (ended.code, ended.report["verdict"]) == (1, "failed"), ended.output
    assert (ended.report["accuracy_before"], ended.report["accuracy"]) == (1, 0)
    treated = [one for one in ended.report["probes"] if one["arm"] == "treated"]
    recall = [one for one in treated if GUARANTEES[one["guarantee"]].recall]
    assert {one["lost_at"] for one in recall} == {"stored"}


def test_a_local_file_survives_a_restart_and_not_a_recreation(gate: Gate, configure: Configure) -> None:
    """The reason for recreate: restart does not see a file inside the container."""
    configure("file")
    assert gate.run("run", *disruptions("restart")).code == 0
    ended = gate.run("run", *disruptions("recreate"))
    assert ended.code == 1, ended.output
    assert ended.report["accuracy"] == 0


def test_memory_that_is_written_at_shutdown_is_lost_in_a_crash(gate: Gate, configure: Configure) -> None:
    """The reason for kill: a graceful restart gives the bot time to save."""
    configure("redis", "write-behind")
    assert gate.run("run", *disruptions("restart")).code == 0
    assert gate.run("run", *disruptions("kill")).code == 1


@pytest.mark.parametrize(
    ("memory", "defect", "reason"),
    [
        ("redis", "leaks", "another session was told"),
        ("redis", "folds-case", ""),
        ("redis", "knows-the-test", "even undisturbed"),
        ("redis", "names-everything", "even undisturbed"),
        ("redis", "500-after-restart", "after restart"),
    ],
)
def test_a_defective_bot_fails(
    gate: Gate, configure: Configure, memory: str, defect: str, reason: str
) -> None:
    """What was seen to be wrong fails, with a reason."""
    configure(memory, defect)
    ended = gate.run("run", *disruptions("restart"))
    assert (ended.code, ended.report["verdict"]) == (1, "failed"), ended.output
    assert reason in ended.reasons
    assert "Traceback" not in ended.output


def test_a_bot_that_does_not_come_back_fails(gate: Gate, configure: Configure) -> None:
    for patience in (5, 20, 80):
        configure("redis", "unhealthy-after-restart", **{"ready-timeout": patience})
        ended = gate.run("run", *disruptions("restart"))
        if "did not start" not in ended.reasons:
            break  # a slow machine needs more patience until the bot is ready at all
    assert (ended.code, ended.report["verdict"]) == (1, "failed"), ended.output
    assert "did not come back after restart" in ended.reasons
    assert "Traceback" not in ended.output


@pytest.mark.parametrize(
    ("defect", "reason", "limits"),
    [
        ("always-500", "no question could be judged", {}),
        ("not-json", "no question could be judged", {}),
        ("wrong-type", "no question could be judged", {}),
        ("huge-reply", "no question could be judged", {}),
        ("hangs", "no question could be judged", {"turn-timeout": 5}),
        ("never-healthy", "the bot did not start", {"ready-timeout": 5}),
        ("crash-on-start", "exit code 3", {}),
        ("kills-store", "the store died", {"turn-timeout": 5}),
    ],
    ids=lambda one: one if isinstance(one, str) and " " not in one else "",
)
def test_what_could_not_be_seen_is_inconclusive(
    gate: Gate, configure: Configure, defect: str, reason: str, limits: dict[str, int]
) -> None:
    """A bot that cannot be talked to, or whose store dies, is neither passed nor blamed for forgetting."""
    configure("redis", defect, **limits)
    ended = gate.run("run", *disruptions("restart"))
    assert (ended.code, ended.report["verdict"]) == (3, "inconclusive"), ended.output
    assert reason in ended.reasons
    assert "Traceback (most" not in ended.output


def test_a_bot_that_will_not_start_is_shown_with_its_last_words(gate: Gate, configure: Configure) -> None:
    """The log says why, so the log is shown."""
    configure("redis", "crash-on-start")
    assert "fatal: no configuration" in gate.run("run", *disruptions("restart")).output


def test_a_stop_that_needed_a_kill_is_a_finding(gate: Gate, configure: Configure) -> None:
    """The bot passes, but whoever deploys it should know that it never shuts down in order."""
    configure("redis", "ignores-sigterm", **{"stop-timeout": 1})
    ended = gate.run("run", *disruptions("restart"))
    assert ended.code == 0, ended.output
    assert any("137" in finding for finding in ended.report["findings"])


def test_twelve_scenarios_cost_one_restart(gate: Gate, configure: Configure) -> None:
    """One disruption serves every session."""
    configure("redis")
    ended = gate.run("run", *disruptions("restart"))
    assert len({one["scenario"] for one in ended.report["probes"]}) == len(TWELVE)
    started = [line for line in ended.output.splitlines() if "restarted" in line]
    assert len(started) == 1, ended.output


@pytest.mark.parametrize("seed", ["2", "3"])
def test_parallel_turns_and_several_deploys_are_no_trouble_to_a_bot_that_remembers(
    gate: Gate, configure: Configure, seed: str
) -> None:
    """Over HTTP, where turns of one moment meet in the bot as they will."""
    configure("redis")
    names = ("parallel-turns", "parallel-first-turns", "ticket-number", "two-deploys")
    files = [
        word
        for name in (*names, "told-and-asked-across-replicas")
        for word in ("--scenarios", str(LIBRARY / f"{name}.yml"))
    ]
    ended = gate.run("run", *files, *disruptions("restart"), "--seed", seed)
    assert (ended.code, ended.report["accuracy"], ended.report["accuracy_before"]) == (0, 1, 1), ended.output
    assert [one["name"] for one in ended.report["disruptions"]] == ["restart"]


@pytest.mark.docker
def test_the_engine_restarts_the_bot_once_for_twelve_scenarios(gate: Gate, zoo_image: str) -> None:
    """Counted by the engine itself: the bot's container starts twice and ends twice."""
    client = docker.from_env()
    image = str(client.images.get(zoo_image).id)
    run, since = secrets.token_hex(6), int(time.time())
    gate.configure("redis", image=zoo_image)
    assert gate.run("run", *disruptions("restart"), program=named(run)).code == 0
    actions = [
        event["Action"]
        for event in client.events(
            since=since,
            until=int(time.time()) + 1,
            decode=True,
            # Of this run alone: others may have the same bot on the same engine.
            filters={"type": "container", "label": f"{RUN_LABEL}={run}"},
        )
        if event["Actor"]["Attributes"]["image"] == image
    ]
    client.close()
    assert (actions.count("create"), actions.count("start"), actions.count("die")) == (1, 2, 2)


def test_hostile_replies_forge_nothing(gate: Gate, configure: Configure) -> None:
    """In a workflow's log, a bot's text is no command, whatever it holds."""
    configure("redis", "hostile-text")
    files = {name: str(gate.write(name, "")) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    ended = gate.run("run", *disruptions("recreate"), environment={"GITHUB_ACTIONS": "true", **files})
    assert ended.code == 0, ended.output
    commands = [parse_command(line) for line in split_lines(ended.output)]
    assert {one.name for one in commands if one} <= {"group", "endgroup", "stop-commands", "notice"}
    assert "\x1b" not in ended.output
    assert "::set-output name=accuracy" not in ended.output
    assert "##[" not in ended.output


def test_a_failing_hostile_bot_forges_nothing_either(gate: Gate) -> None:
    """Its replies are quoted in the report of what was lost."""
    gate.configure("process", "hostile-text")
    ended = gate.run("run", *disruptions("restart"), environment={"GITHUB_ACTIONS": "true"})
    assert ended.code == 1, ended.output
    assert "##[set-output" not in ended.output
    assert not any(line.lstrip().startswith("::set-output") for line in ended.output.splitlines())
