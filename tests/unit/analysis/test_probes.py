"""One probe at a time: what makes it worthless, which twin it has, and what a crashing checker means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gate.analysis import analyse
from gate.core.observations import Observations
from gate.core.report import Outcome, Verdict
from gate.core.transcript import CONTROL, TREATED
from gate.core.transcript_lines import decode, encode
from gate.scorers import SCORERS
from gate.scorers.contains import Contains
from tests.transcripts.runs import CITIES, Run, Talk, honest_run, result_of


class Crashing(Contains):
    """A scorer with a defect."""

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        raise ZeroDivisionError("division by zero")


def treated(run: Run) -> Talk:
    return run.of(TREATED)[0]


def test_a_checker_that_crashes_has_not_seen_the_bot_fail() -> None:
    report = analyse(honest_run().events(), {**SCORERS, "contains": Crashing()})
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (
        "undisturbed, no question could be judged:"
        " the reply could not be checked: ZeroDivisionError('division by zero')",
    )


def test_a_checker_that_this_version_lacks_is_no_pass() -> None:
    run = honest_run()
    treated(run).order.checks = {"telepathy": ["ORD"]}
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert result_of(report, treated(run).order).outcome is Outcome.UNSCORED


def test_a_question_that_gives_the_answer_away_scores_nothing() -> None:
    """A bot that forgot and repeats the question would pass."""
    run = honest_run()
    one = treated(run)
    one.city.text = f"Is it {one.facts['city']} where I live?"
    one.city.reply = f"You ask whether it is {one.facts['city']} where you live."
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert result_of(report, one.city).reason == f"the question itself names {one.facts['city']}"


def test_a_demand_that_contradicts_itself_scores_nothing() -> None:
    """Old and new value are the same by chance: no bot can pass that."""
    run = honest_run()
    one = treated(run)
    value = one.facts["order"]
    one.order.checks = {"contains": [value], "without": [value]}
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert result_of(report, one.order).reason == f"the reply must hold {value}, and must not"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("I don't know.", Outcome.REMEMBERED), ("It is Rex.", Outcome.LOST), ("It is Bello.", Outcome.LOST)],
)
@pytest.mark.parametrize("names_the_fact", [True, False])
def test_what_nobody_told_may_be_asked_for(reply: str, outcome: Outcome, names_the_fact: bool) -> None:
    """The only right answer is that the bot was never told; any other one is made up."""
    run = honest_run()
    probe = treated(run).fabrication
    probe.checks = {"unknown": [treated(run).facts["pet"]] if names_the_fact else []}
    probe.asks = ["pet"] if names_the_fact else []
    probe.reply = reply
    report = run.analyse()
    assert result_of(report, probe).outcome is outcome
    assert report.fabrications == (outcome is Outcome.LOST)
    assert report.verdict is (Verdict.FAILED if report.fabrications else Verdict.PASSED)


@pytest.mark.parametrize(
    ("checks", "reply", "reason"),
    [
        ({"contains": ["ORD-1", "ORD-2"]}, "ORD-2", "the reply does not hold ORD-1"),
        ({"all": ["ORD-1", "ORD-2"]}, "none", "the reply does not hold ORD-1, ORD-2"),
        ({"any": ["ORD-1", "ORD-2"]}, "none", "the reply holds none of ORD-1, ORD-2"),
        ({"without": ["ORD-1", "ORD-2"]}, "ORD-2", "the reply holds ORD-2, which it must not"),
        (
            {"contains": ["ORD-1"], "without": ["ORD-2"]},
            "ORD-2",
            "the reply does not hold ORD-1; the reply holds ORD-2, which it must not",
        ),
        ({"matches": ["ORD-[0-9]+"]}, "none", "the reply does not match ORD-[0-9]+"),
        ({"number": ["5000"]}, "none", "the reply does not hold the number 5000"),
        ({"fuzzy": ["Lindqvist"]}, "none", "the reply holds nothing like Lindqvist"),
        ({"unknown": []}, "Rex", "the reply does not admit that the bot was never told"),
    ],
)
def test_the_reason_names_what_is_missing_or_too_much(
    checks: dict[str, list[str]], reply: str, reason: str
) -> None:
    run = honest_run()
    probe = treated(run).order
    probe.checks, probe.reply = checks, reply
    assert result_of(run.analyse(), probe).reason == reason


def test_a_value_in_another_letter_case_is_remembered() -> None:
    run = honest_run()
    probe = treated(run).order
    probe.reply = probe.reply.lower()
    assert run.analyse().verdict is Verdict.PASSED


def test_the_same_question_twice_is_two_probes_with_a_twin_each() -> None:
    """Retention pairs them place by place, also where both stand on one line of the file."""
    run = honest_run(["restart"])
    for one in run.talks:
        again = honest_run(["restart"]).talks[run.talks.index(one)].order
        again.turn, again.column = f"{one.identifier}.9", 60
        one.probes.append(again)
    for one in run.of(CONTROL):
        one.order.reply = "I don't know."
    for one in run.of(TREATED):
        one.probes[-1].reply = "I don't know."
    [result] = run.analyse().disruptions
    # Of three treated probes, the twins of two were remembered, and of those one.
    assert (result.before.remembered, result.after.remembered) == (2, 2)
    assert (result.retained.remembered, result.retained.scored) == (1, 2)


def test_scenarios_of_one_name_in_two_files_are_told_apart() -> None:
    run = honest_run(["restart"], scenarios=2)
    run.of(CONTROL)[0].order.reply = "I don't know."
    events = [
        encode(event)
        .replace('"scenario":"s0"', '"scenario":"s"')
        .replace('"scenario":"s1"', '"scenario":"s"')
        for event in run.events()
    ]
    report = analyse(decode(events))
    assert {probe.scenario for probe in report.probes} == {"s"}
    [result] = report.disruptions
    # Of four treated probes one has a twin that was lost already.
    assert (result.retained.remembered, result.retained.scored) == (3, 3)


def test_probes_come_in_the_order_of_the_plan() -> None:
    run = honest_run(["restart", "kill"], trials=2)
    report = run.analyse()
    expected = [(one.identifier, probe.line) for one in run.talks for probe in one.probes]
    assert [(one.conversation, one.line) for one in report.probes] == expected


def test_a_graceful_stop_that_was_a_kill_is_a_finding() -> None:
    run = honest_run(["restart"])
    [ended] = run.ended["restart"]
    run.ended["restart"] = [replace(ended, observed=Observations(exit_codes=[137], stop_enforced=True))]
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert report.findings == (
        "restart: the bot ended with exit code 137: it did not stop within its grace and was killed",
    )


def test_decoys_said_by_another_speaker_are_no_guess() -> None:
    run = honest_run()
    one = treated(run)
    other = next(city for city in CITIES if city != one.facts["city"])
    one.tellings[2].text = f"My sister lives in {other}."
    one.city.reply = f"You live in {one.facts['city']}, your sister in {other}."
    assert run.analyse().verdict is Verdict.PASSED
