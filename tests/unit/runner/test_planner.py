"""A plan decides everything beforehand: texts, sessions, facts, and which deployment serves whom."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import Pattern, Pick
from gate.core.scenario import Scenario
from gate.core.transcript import CONTROL, TREATED
from gate.core.words import found_in
from gate.runner.plan import Plan, PlannedConversation
from gate.runner.planner import plan_run
from gate.runner.session_ids import random_part
from tests.unit.core.laws import costly_law, law
from tests.unit.runner.scripts import ASK, CITY, MOVED, ORDER, TELL, ask, disrupt, filler, follow_up, scenario

MOVED_HOUSE = scenario(
    ("alice", "I live in {city}."),
    ("bob", "Hello there."),
    filler(2),
    ("alice", "I have moved. I live in {moved} now."),
    disrupt(),
    ask("alice", "Which city do I live in now?", "correction", contains="{moved}", without="{city}"),
    facts=(CITY, MOVED),
    name="moved",
    file="moved.yml",
)
TWICE = scenario(TELL, disrupt(), ASK, disrupt(), ask("alice", "Again?", contains="{order}"), name="twice")
UNDISTURBED = scenario(TELL, ASK, name="undisturbed")
EVERYTHING = (follow_up(), MOVED_HOUSE, TWICE, UNDISTURBED)


def arms(plan: Plan, name: str) -> tuple[PlannedConversation, PlannedConversation]:
    """The control and the treated conversation of the first trial."""
    found = [one for one in plan.scripted if one.scenario.name == name and one.trial == 1]
    return (
        next(one for one in found if one.arm == CONTROL),
        next(one for one in found if one.arm == TREATED),
    )


@costly_law
@given(seed=st.integers(0, 10**6), trials=st.integers(1, 3))
def test_the_same_seed_gives_the_same_plan(seed: int, trials: int) -> None:
    plan = plan_run(EVERYTHING, ["restart", "kill"], trials, seed)
    assert plan == plan_run(EVERYTHING, ["restart", "kill"], trials, seed)
    assert plan != plan_run(EVERYTHING, ["restart", "kill"], trials, seed + 1)


def test_each_scenario_plays_in_both_arms_and_every_trial_under_each_disruption() -> None:
    plan = plan_run([follow_up()], ["restart", "kill"], 3, 7)
    assert Counter((*one.disruptions, one.arm, one.trial) for one in plan.scripted) == {
        (disruption, arm, trial): 1
        for disruption in ("restart", "kill")
        for arm in (CONTROL, TREATED)
        for trial in (1, 2, 3)
    }


def test_one_wave_serves_all_scenarios_of_a_disruption() -> None:
    names, trials = ("a", "b", "c"), (1, 2)
    plan = plan_run([follow_up(name) for name in names], ["kill", "restart"], len(trials), 7)
    assert [(wave.name, wave.kinds) for wave in plan.waves] == [
        ("kill", ("kill",)),
        ("restart", ("restart",)),
    ]
    for wave in plan.waves:
        played = Counter((one.scenario.name, one.arm, one.trial) for one in wave.conversations)
        assert played == Counter(itertools.product(names, (CONTROL, TREATED), trials))


def test_a_disruption_that_is_named_twice_is_tried_once() -> None:
    assert len(plan_run([follow_up()], ["kill", "kill"], 1, 7).waves) == 1


def test_scripts_share_a_deployment_as_far_as_their_disruptions_agree() -> None:
    """(restart,) is served by the deployment of (restart, restart), under its own name."""
    plan = plan_run([follow_up(), TWICE], ["restart"], 1, 7)
    [wave] = plan.waves
    assert wave.kinds == ("restart", "restart")
    scripts = Counter(one.disruptions for one in wave.conversations)
    assert scripts == {("restart",): 2, ("restart", "restart"): 2}
    for planned in (one.planned(0.0) for one in wave.conversations):
        assert planned.wave == ("restart", "restart")
        assert planned.deployment == "restart+restart"
        assert planned.disruption == "+".join(planned.disruptions)


def test_scripts_that_disagree_do_not_share() -> None:
    other = scenario(TELL, disrupt("kill"), ASK, disrupt(), ASK, name="other")
    plan = plan_run([follow_up(), other], ["restart"], 1, 7)
    assert sorted(wave.kinds for wave in plan.waves) == [("kill", "restart"), ("restart",)]


def test_a_disruption_that_a_script_names_is_tried_once_whatever_the_run_chooses() -> None:
    fixed = scenario(TELL, disrupt("kill"), ASK, name="fixed")
    plan = plan_run([fixed], ["restart", "recreate"], 1, 7)
    assert [wave.kinds for wave in plan.waves] == [("kill",)]
    assert len(plan.scripted) == 2


def test_a_script_without_a_disruption_runs_undisturbed() -> None:
    plan = plan_run([UNDISTURBED, follow_up()], ["restart", "kill"], 1, 7)
    control, treated = arms(plan, "undisturbed")
    assert (control.disruptions, treated.disruptions) == (("none",), ("none",))
    assert len(treated.segments) == 1
    assert any(turn.expectation for turn in treated.turns)
    assert [wave.kinds for wave in plan.waves].count(("none",)) == 1


def test_nothing_is_planned_without_scenarios_or_disruptions() -> None:
    assert plan_run([], ["restart"], 1, 7).waves == ()
    assert plan_run([follow_up()], [], 1, 7).waves == ()


def test_speakers_of_one_conversation_share_the_random_part_of_their_session_ids() -> None:
    alike = scenario(("Anna", "Hi"), ("anna", "Hi"), ("annabel", "{order}"), disrupt(), ASK, name="alike")
    control, treated = arms(plan_run([alike], ["restart"], 1, 7), "alike")
    suffixes = {session.removeprefix(f"{speaker}-") for speaker, session in control.sessions.items()}
    assert suffixes == {random_part(7, control.identifier)}
    assert control.sessions["Anna"].casefold() == control.sessions["anna"]
    assert not set(control.sessions.values()) & set(treated.sessions.values())


@law
@given(seed=st.integers(0, 10**6))
def test_facts_and_sessions_differ_between_all_conversations(seed: int) -> None:
    plan = plan_run([follow_up("a"), follow_up("b")], ["restart", "kill"], 3, seed)
    orders = [one.facts["order"] for one in plan.scripted]
    sessions = [session for one in plan.scripted for session in one.sessions.values()]
    assert len(set(orders)) == len(orders)
    assert len(set(sessions)) == len(sessions)


def test_the_treated_arm_is_not_asked_before_its_disruption() -> None:
    """The reply would restate the fact and refresh the memory."""
    early = scenario(TELL, ask("alice", "Early?", contains="{order}"), disrupt(), ASK, name="early")
    control, treated = arms(plan_run([early], ["restart"], 1, 7), "early")
    assert [turn.text for turn in control.turns if turn.expectation] == ["Early?", "What is my order number?"]
    assert [turn.text for turn in treated.turns if turn.expectation] == ["What is my order number?"]
    assert "Early?" not in [turn.text for turn in treated.turns]
    assert (control.planned(0.0).probes, treated.planned(0.0).probes) == (2, 1)


def test_an_early_question_that_tells_a_fact_is_said_but_scores_nothing() -> None:
    """Else the treated arm would be asked for what it was never told."""
    both = scenario(
        TELL,
        ask("alice", "I live in {city}. What is my order?", contains="{order}"),
        disrupt(),
        ask("alice", "Where do I live?", contains="{city}"),
        facts=(ORDER, CITY),
        name="both",
    )
    _, treated = arms(plan_run([both], ["restart"], 1, 7), "both")
    [early] = [turn for turn in treated.turns if "What is my order?" in turn.text]
    assert early.tells == ("city",)
    assert early.expectation is None
    assert treated.planned(0.0).probes == 1


def test_a_text_tells_the_facts_whose_values_it_states() -> None:
    control, _ = arms(plan_run([MOVED_HOUSE], ["restart"], 1, 7), "moved")
    told = {turn.text: turn.tells for turn in control.turns if turn.tells}
    city, moved = control.facts["city"], control.facts["moved"]
    assert told == {
        f"I live in {city}.": ("city",),
        f"I have moved. I live in {moved} now.": ("moved",),
    }
    assert control.planned(0.0).told_by == {"city": "alice", "moved": "alice"}


def test_decoys_are_the_values_that_the_conversation_never_tells() -> None:
    control, _ = arms(plan_run([MOVED_HOUSE], ["restart"], 1, 7), "moved")
    others = sorted({"Lisbon", "Oslo", "Kyoto", "Quito"} - set(control.facts.values()))
    planned = control.planned(0.0)
    assert {name: sorted(values) for name, values in planned.decoys.items()} == {
        "city": others,
        "moved": others,
    }
    assert planned.unguessable == []


def test_expectations_are_rendered_and_name_their_facts() -> None:
    control, _ = arms(plan_run([MOVED_HOUSE], ["restart"], 1, 7), "moved")
    [probe] = [turn for turn in control.turns if turn.expectation]
    assert probe.expectation is not None
    assert probe.expectation.checks == {
        "contains": (control.facts["moved"],),
        "without": (control.facts["city"],),
    }
    assert probe.asks == ("moved", "city")
    assert probe.guarantee == "correction"


def test_the_braces_of_a_regular_expression_name_no_fact() -> None:
    pattern = scenario(TELL, disrupt(), ask("alice", "What?", contains="{order}", matches="[0-9]{6}"))
    control, _ = arms(plan_run([pattern], ["restart"], 1, 7), "orders")
    assert control.turns[-1].asks == ("order",)


@costly_law
@given(seed=st.integers(0, 10**6))
def test_fillers_are_distinct_and_never_hold_a_value(seed: int) -> None:
    """A filler that names a fact would tell it, or look like a decoy."""
    chatty = scenario(
        ("alice", "I saw {sight}."),
        ("bob", "Me too."),
        filler(8),
        disrupt(),
        ask("alice", "What did I see?", contains="{sight}"),
        facts=(Pick(name="sight", options=("cloud shapes", "stone walls", "nothing", "enjoy", "time")),),
        name="chatty",
    )
    plan = plan_run([chatty], ["restart", "kill"], 2, seed)
    fillers = [turn.text for one in plan.scripted for turn in one.turns if turn.position.line == 50]
    assert len(fillers) == 8 * 8 * 2
    assert len(set(fillers)) == len(fillers)
    assert not found_in("\n".join(fillers), ["cloud shapes", "stone walls", "nothing", "enjoy", "time"])


def test_fillers_do_not_hold_what_other_conversations_may_be_dealt() -> None:
    """A value in the store is the fact of whoever was dealt it, so nobody else may say it by chance."""
    rooms = ("cloud shapes", "stone walls", "garden fences", "card tricks")
    booking = scenario(TELL, facts=(ORDER, Pick(name="room", options=rooms)), name="booking")
    chatty = scenario(TELL, filler(40), disrupt(), ASK, name="chatty")
    plan = plan_run([chatty, booking], ["restart"], 2, 7)
    assert not found_in("\n".join(turn.text for one in plan.conversations for turn in one.turns), rooms)


def test_only_those_who_have_spoken_say_fillers() -> None:
    late = scenario(TELL, filler(2), ("bob", "Hi"), filler(1), disrupt(), ASK, name="late")
    control, _ = arms(plan_run([late], ["restart"], 1, 7), "late")
    speakers = [turn.speaker for turn in control.turns]
    assert speakers == ["alice", "alice", "alice", "bob", "alice", "bob", "alice"]


def test_more_fillers_than_there_are_texts_can_be_had() -> None:
    fillers = 500
    endless = scenario(TELL, filler(fillers), disrupt(), ASK, name="endless")
    plan = plan_run([endless], ["restart"], 3, 7)
    assert all(len(one.turns) == len((TELL, ASK)) + fillers for one in plan.scripted)


def test_turns_are_numbered_by_their_place_in_the_script() -> None:
    """So that the same probe can be told apart from others in either arm."""
    early = scenario(TELL, ask("alice", "Early?", contains="{order}"), disrupt(), ASK, name="early")
    control, treated = arms(plan_run([early], ["restart"], 1, 7), "early")
    assert [turn.identifier.split(".")[1] for turn in control.turns] == ["1", "2", "3"]
    assert [turn.identifier.split(".")[1] for turn in treated.turns] == ["1", "3"]


def test_texts_never_differ_by_blanks_around_them_alone() -> None:
    """A request shows no such difference: one session's question would be taken for another's."""
    asked = [
        scenario(TELL, disrupt(), ask("alice", text, contains="{order}"), name=f"number {number}")
        for number, text in enumerate(("What is it?", "What is it? ", "\tWhat is it?\n"))
    ]
    plan = plan_run(asked, ["restart"], 1, 7)
    assert {one.turns[-1].text for one in plan.conversations} == {"What is it?"}


def test_two_files_may_hold_scenarios_of_one_name() -> None:
    other: Scenario = scenario(
        ("alice", "My code is {order}."),
        disrupt(),
        ASK,
        facts=(Pattern(name="order", template="????"),),
        file="t.yml",
    )
    plan = plan_run([follow_up(), other], ["restart"], 1, 7)
    assert {one.scenario.file for one in plan.scripted} == {"orders.yml", "t.yml"}
    assert len(plan.scripted) == 4
