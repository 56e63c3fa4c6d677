"""Disruptions prove themselves from observations, and act in the right order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gate.analysis.evidence_details import details_of
from gate.disruptions import DISRUPTIONS, NoTraffic
from gate.errors import Unsupported
from gate.ports import PREVIOUS, Instance
from tests.event_loop import in_event_loop
from tests.unit.disruptions.fakes import FakeDeployment, FakeStore, FakeTraffic

OF_THE_STORE = ("store-restart", "store-kill", "store-recreate", "store-pause", "partition")


@pytest.mark.parametrize("replicas", [1, 3])
@pytest.mark.parametrize("name", DISRUPTIONS)
@in_event_loop
async def test_a_deployment_that_does_what_it_says_is_believed(name: str, replicas: int) -> None:
    """The tests below, with deployments that lie, rely on this one."""
    deployment: Any = FakeDeployment(replicas=replicas)
    evidence = await DISRUPTIONS[name].inject(deployment, FakeTraffic(deployment))
    assert evidence.took_effect, evidence.sentence
    assert "needed SIGKILL" not in details_of(evidence.observed)
    assert all(isinstance(value, str) and value for value in details_of(evidence.observed).values())


@pytest.mark.parametrize("name", DISRUPTIONS)
@in_event_loop
async def test_those_who_talk_on_are_planned_where_and_only_where_turns_are_sent(name: str) -> None:
    deployment: Any = FakeDeployment(replicas=2)
    await DISRUPTIONS[name].inject(deployment, FakeTraffic(deployment))
    talked = any(done == "send" or done == "turn begins" for done in deployment.log)
    assert talked == DISRUPTIONS[name].traits.sends_turns


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
        ("kill-mid-turn", {"exit_codes": {"kill": 0}}, "exit code 0, not 137"),
        ("kill-mid-turn", {"starts": False}, "shows no new start"),
        ("oom", {"out_of_memory": False}, "did not end for want of memory"),
        ("oom", {"exit_codes": {"memory": 1}}, "exit code 1, not 137"),
        ("oom", {"starts": False}, "shows no new start"),
        ("recreate", {"replaces": False}, "still the same instance"),
        ("recreate", {"runs_after": False}, "does not run"),
        ("blue-green", {"retires": False}, "still the same instance"),
        ("rollback", {"retires": False}, "still the same instance"),
        ("rolling", {"retires": False}, "still the same instance"),
        ("blue-green", {"runs_after": False}, "does not run"),
        ("scale-in", {"retires": False}, "is still there"),
        ("scale-in", {"restarted_by_others": True}, "restarted by someone else"),
        ("replica-hop", {"restarted_by_others": True}, "restarted by someone else"),
        ("store-restart", {"store": FakeStore(starts=False)}, "shows no new start"),
        ("store-restart", {"store": FakeStore(replaced_at_start=True)}, "was replaced, not restarted"),
        ("store-kill", {"store": FakeStore(exit_codes={"kill": 0})}, "exit code 0, not 137"),
        ("store-kill", {"store": FakeStore(starts=False)}, "shows no new start"),
        ("store-recreate", {"store": FakeStore(replaces=False)}, "still the same instance"),
        ("store-recreate", {"store": FakeStore(starts=False)}, "shows no new start"),
        ("store-pause", {"store": FakeStore(pauses=False)}, "was not seen halted"),
        ("store-pause", {"store": FakeStore(resumes=False)}, "was not seen to go on"),
        ("store-pause", {"store": FakeStore(restarts_at_resume=True)}, "was restarted, not halted"),
        ("partition", {"cuts": False}, "was not seen cut off"),
        ("partition", {"heals": False}, "was not seen to reach the store again"),
        ("partition", {"restarted_by_others": True}, "was restarted, not cut off"),
        ("cold-start", {"starts": False}, "shows no new start"),
        ("cold-start", {"store": FakeStore(starts=False)}, "shows no new start"),
    ],
)
@in_event_loop
async def test_a_deployment_that_lies_is_not_believed(
    name: str, lies: Mapping[str, Any], sentence: str
) -> None:
    """The evidence comes from the instances afterwards, and its sentence describes them."""
    deployment: Any = FakeDeployment(**lies)
    evidence = await DISRUPTIONS[name].inject(deployment, FakeTraffic(deployment))
    assert not evidence.took_effect
    assert sentence in evidence.sentence


@pytest.mark.parametrize("name", ["restart", "blue-green", "rollback", "rolling", "scale-in", "cold-start"])
@in_event_loop
async def test_a_stop_that_needed_sigkill_is_written_down(name: str) -> None:
    """It took effect all the same."""
    codes = {"stop": 137, "retire": 137}
    evidence = await DISRUPTIONS[name].inject(FakeDeployment(exit_codes=codes), NoTraffic())  # type: ignore[arg-type]
    assert evidence.took_effect
    assert details_of(evidence.observed)["needed SIGKILL"] == "yes"
    assert details_of(evidence.observed)["exit code"] == "137"


@in_event_loop
async def test_one_replica_of_several_that_is_not_killed_is_enough_to_doubt() -> None:
    """The others do not make up for it."""

    class Uneven(FakeDeployment):
        async def kill(self) -> int | None:
            self.incarnations = [
                Instance(identity=one.identity, started=one.started, running=False, exit_code=code)
                for one, code in zip(self.incarnations, (137, 0, 137), strict=True)
            ]
            return 137

    evidence = await DISRUPTIONS["kill"].inject(Uneven(replicas=3), NoTraffic())  # type: ignore[arg-type]
    assert not evidence.took_effect
    assert "exit code 0, not 137" in evidence.sentence
    assert details_of(evidence.observed)["exit code"] == "137, 0"


@in_event_loop
async def test_replicas_that_are_fewer_afterwards_were_not_replaced() -> None:
    """All of the old ones are gone, and not all of the new ones came."""

    class Shrinking(FakeDeployment):
        async def replace(self) -> int | None:
            await super().replace()
            self.incarnations = self.incarnations[1:]
            return 0

    evidence = await DISRUPTIONS["recreate"].inject(Shrinking(replicas=2), NoTraffic())  # type: ignore[arg-type]
    assert not evidence.took_effect
    assert evidence.sentence == "2 replicas became 1"


@in_event_loop
async def test_a_replica_that_is_given_no_turn_did_not_take_part_in_a_hop() -> None:
    """The turns went somewhere, and not to it."""
    deployment: Any = FakeDeployment(replicas=2)
    traffic = FakeTraffic(deployment)

    def route(identities: object) -> None:
        """Ignores it."""

    deployment.route = route
    evidence = await DISRUPTIONS["replica-hop"].inject(deployment, traffic)
    assert not evidence.took_effect
    assert "was given no turn" in evidence.sentence


@pytest.mark.parametrize(
    ("name", "order"),
    [
        # A turn is open while the turns move and the old ones are told to go; it ends within their grace.
        (
            "blue-green",
            "add 3, add 4, turn begins, route 3 4, ask 1, ask 2, turn ends, retire 1, retire 2, send",
        ),
        # Old and new answer side by side before an old one goes.
        (
            "rolling",
            "add 3, route 3 1 2, send, route 3 2, retire 1, send,"
            " add 4, route 3 4 2, send, route 3 4, retire 2, send",
        ),
        ("scale-in", "route 2, retire 1, send"),
        ("kill-mid-turn", "turn begins, kill, turn ends, start"),
        ("partition", "cut, send, heal"),
    ],
)
@in_event_loop
async def test_things_happen_in_the_order_that_a_deploy_has(name: str, order: str) -> None:
    """With two replicas."""
    deployment: Any = FakeDeployment(replicas=2)
    await DISRUPTIONS[name].inject(deployment, FakeTraffic(deployment))
    assert ", ".join(deployment.log) == order


@in_event_loop
async def test_the_images_of_both_versions_are_in_the_evidence() -> None:
    """Or that they are one and the same."""
    other: Any = FakeDeployment()
    evidence = await DISRUPTIONS["blue-green"].inject(other, NoTraffic())
    assert (details_of(evidence.observed)["image before"], details_of(evidence.observed)["image after"]) == (
        "old",
        "new",
    )
    same: Any = FakeDeployment(images={})
    evidence = await DISRUPTIONS["blue-green"].inject(same, NoTraffic())
    assert details_of(evidence.observed)["image"] == "old"
    assert "bot.previous" in details_of(evidence.observed)["note"]


@pytest.mark.parametrize("name", ["replica-hop", "scale-in"])
@in_event_loop
async def test_a_bot_of_one_replica_is_given_a_second_one(name: str) -> None:
    """It says so, and the one that knows the conversations is the one that goes."""
    deployment: Any = FakeDeployment()
    first = deployment.incarnations[0].identity
    evidence = await DISRUPTIONS[name].inject(deployment, FakeTraffic(deployment))
    assert evidence.took_effect
    assert "a second one was started" in details_of(evidence.observed)["note"]
    assert (first in deployment.routed()) is (name == "replica-hop")
    # Of the version that runs: a second one of another would be another disruption.
    assert {one.version for one in deployment.incarnations} == {PREVIOUS}


@in_event_loop
async def test_a_kill_without_a_turn_under_way_is_not_a_kill_in_the_middle_of_one() -> None:
    """The bot was killed, and nothing shows that it was answering."""
    deployment: Any = FakeDeployment()
    traffic = FakeTraffic(deployment, asked=False)
    evidence = await DISRUPTIONS["kill-mid-turn"].inject(deployment, traffic)
    assert not evidence.took_effect
    assert "nothing shows" in evidence.sentence
    assert details_of(evidence.observed)["in flight"] == "cannot be shown"


@pytest.mark.parametrize("name", ["store-pause", "partition"])
@in_event_loop
async def test_an_outage_is_healed_when_the_users_fail(name: str) -> None:
    """The store is connected again after any error."""
    deployment: Any = FakeDeployment()

    class Broken(NoTraffic):
        async def send(self) -> None:
            raise RuntimeError("the harness died")

    with pytest.raises(RuntimeError):
        await DISRUPTIONS[name].inject(deployment, Broken())
    assert deployment.connected
    assert not deployment.store.incarnation.paused


@pytest.mark.parametrize("name", ["store-pause", "partition"])
@in_event_loop
async def test_an_outage_does_not_wait_for_turns_that_wait_for_its_end(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends by itself, and the evidence says that turns were waiting."""
    monkeypatch.setattr("gate.disruptions.store_proof.OUTAGE_SECONDS", 0.01)
    deployment: Any = FakeDeployment()

    class Subject(NoTraffic):
        answered = False

        async def send(self) -> None:
            from tests.event_loop import until

            await until(
                lambda: deployment.connected and not deployment.store.incarnation.paused, "the store is back"
            )
            self.answered = True

    traffic = Subject()
    evidence = await DISRUPTIONS[name].inject(deployment, traffic)
    assert evidence.took_effect
    assert details_of(evidence.observed)["turns waited for the store"] == "yes"
    assert traffic.answered


class Fixed:
    """A deployment that can only be looked at, such as a bot at a URL."""

    async def instances(self) -> tuple[Instance, ...]:
        return (Instance(identity="https://bot.example", started="unknown"),)

    async def wait_until_ready(self) -> None:
        return


@pytest.mark.parametrize("name", [name for name in DISRUPTIONS if name != "none"])
@in_event_loop
async def test_what_a_deployment_cannot_do_is_unsupported_and_says_why(name: str) -> None:
    """It is never silently skipped."""
    with pytest.raises(Unsupported, match=f"{name} is not supported here") as caught:
        await DISRUPTIONS[name].inject(Fixed(), NoTraffic())  # type: ignore[arg-type]
    assert caught.value.why


@pytest.mark.parametrize("name", OF_THE_STORE)
@in_event_loop
async def test_a_store_that_the_bot_was_not_given_cannot_be_disrupted(name: str) -> None:
    """A cold start can do without one."""
    deployment: Any = FakeDeployment()
    deployment.store = None
    with pytest.raises(Unsupported, match=f"{name} is not supported here") as caught:
        await DISRUPTIONS[name].inject(deployment, NoTraffic())
    assert "no store" in caught.value.why
    assert (await DISRUPTIONS["cold-start"].inject(deployment, NoTraffic())).took_effect


@pytest.mark.parametrize("name", DISRUPTIONS)
def test_a_disruption_says_what_it_does_and_what_shows_it(name: str) -> None:
    """For `memory-gate list disruptions`."""
    disruption = DISRUPTIONS[name]
    assert disruption.name == name
    assert disruption.sentence.endswith(".")
    assert disruption.proof
