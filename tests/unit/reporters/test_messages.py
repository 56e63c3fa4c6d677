"""The words that all reporters share."""

from __future__ import annotations

import math

import pytest

from gate.analysis.power import power_of
from gate.core.report import FactTrace, Outcome, Power, TimeSpent, Verdict
from gate.core.transcript import CONTROL
from gate.reporters.messages import (
    Failure,
    duration_text,
    failures,
    interval_text,
    lost_facts,
    milliseconds_text,
    needed_text,
    points_text,
    power_text,
    reasons,
    share_text,
    stages_text,
    time_text,
)
from tests.unit.reporters.builder import disruption, fact_trace, failed_report, probe, report, trials


def test_leaks_come_first_then_what_blocks_then_the_rest() -> None:
    titles = [one.title for one in failures(failed_report())]
    assert titles[:4] == [
        "Leak after restart: order",
        "Lost after recreate: order",
        "Error after recreate: item",
        "Resurrected value after kill: moved, city",
    ]
    assert set(titles[4:]) == {"Lost after recreate: order"}


def test_a_fabrication_comes_after_a_leak_and_before_a_loss() -> None:
    probes = [
        probe(outcome=Outcome.LOST, line=3),
        probe(outcome=Outcome.LOST, line=2, guarantee="no-fabrication", facts=[]),
        probe(outcome=Outcome.LOST, line=1, guarantee="isolation"),
    ]
    titles = [one.title for one in failures(report(probes=probes))]
    assert titles == ["Leak after restart: order", "Made up after restart", "Lost after restart: order"]


def test_the_trials_of_one_probe_are_one_failure() -> None:
    probes = trials(outcome=Outcome.LOST)
    probes[-1] = probe(trial=3)
    (failure,) = failures(report(probes=probes))
    assert (failure.failed, failure.trials, failure.times) == (2, 3, "2 of 3 trials")


def test_two_probes_on_one_line_are_two_failures() -> None:
    """A script can be written in one line, as JSON for one."""
    probes = [probe(outcome=Outcome.LOST, column=column) for column in (5, 80)]
    assert [one.probe.column for one in failures(report(probes=probes))] == [5, 80]


@pytest.mark.parametrize(
    ("name", "seen", "sentence"),
    [
        ("recreate", (True, True, False, False), "It was stored, but the new instance never loaded it."),
        ("kill*3", (True, True, False, False), "It was stored, but the restarted bot never loaded it."),
        ("kill+blue-green", (True, None, False, False),
         "It was acknowledged, but the new version never loaded it."),
        ("store-kill", (True, False, False, False),
         "It was acknowledged, but it is not in the store, so the bot had nothing to load."),
        ("none", (True, True, False, False), "It was stored, but the bot never loaded it."),
    ],
)  # fmt: skip
def test_one_sentence_says_where_it_was_lost(
    name: str, seen: tuple[bool | None, bool | None, bool | None, bool | None], sentence: str
) -> None:
    lost = probe(outcome=Outcome.LOST, disruption=name, trace=fact_trace(*seen))
    [failure] = failures(report(probes=[lost], disruptions=[disruption(name)]))
    assert failure.brief == sentence


def test_what_has_no_short_sentence_keeps_its_long_one() -> None:
    for lost in (
        probe(outcome=Outcome.ERROR, reason="the bot answered 500"),
        probe(outcome=Outcome.LOST, guarantee="isolation"),
        probe(outcome=Outcome.LOST, trace=fact_trace(True, True, True, False)),
    ):
        failure = Failure(probe=lost, failed=1, trials=1)
        assert failure.brief == failure.explanation


@pytest.mark.parametrize(
    ("base", "head", "text"),
    [
        (1.0, 0.655, "−34.5 points"),
        (0.9, 0.91, "+1 point"),
        (0.9, 0.9 + 1e-9, "no change"),
        (0.0, 1.0, "+100 points"),
    ],
)
def test_points_have_a_sign(base: float, head: float, text: str) -> None:
    assert points_text(base, head) == text


def test_a_single_trial_is_not_counted_out() -> None:
    assert failures(report(probes=[probe(outcome=Outcome.LOST)]))[0].times == ""


def test_what_was_missed_undisturbed_shows_when_nothing_else_failed() -> None:
    undisturbed = probe(arm=CONTROL, outcome=Outcome.LOST)
    assert [one.moment for one in failures(report(probes=[undisturbed]))] == ["before restart"]
    both = [undisturbed, probe(outcome=Outcome.LOST)]
    assert [one.moment for one in failures(report(probes=both))] == ["after restart"]


def test_what_fails_undisturbed_too_is_not_blamed_on_the_disruption() -> None:
    probes = [
        probe(arm=CONTROL, outcome=Outcome.LOST),
        probe(outcome=Outcome.LOST),
        probe(outcome=Outcome.LOST, line=9),
    ]
    explained = {one.probe.line: one.explanation for one in failures(report(probes=probes))}
    assert explained[14].endswith("Undisturbed it fails too.")
    assert explained[9].endswith("left to load.")


def test_a_reason_is_given_once() -> None:
    assert reasons(report(reasons=("it failed", "twice", "it failed"))) == ["It failed", "Twice"]
    assert reasons(report(reasons=())) == ["No reason is known"]


def test_a_leak_undisturbed_always_shows() -> None:
    probes = [
        probe(arm=CONTROL, outcome=Outcome.LOST, guarantee="isolation"),
        probe(outcome=Outcome.LOST),
    ]
    assert [one.moment for one in failures(report(probes=probes))] == ["before restart", "after restart"]


def test_without_a_disruption_nothing_is_after_it() -> None:
    assert (
        failures(report(probes=[probe(outcome=Outcome.LOST, disruption="none")]))[0].moment == "undisturbed"
    )


@pytest.mark.parametrize(
    ("seen", "explanation"),
    [
        ((False, None, False, False), "The bot never acknowledged it."),
        (
            (True, False, False, False),
            "It was acknowledged, but it is not in the store; there was nothing left to load.",
        ),
        ((True, False, None, False), "It was acknowledged, but it is not in the store."),
        (
            (True, True, False, False),
            "It was acknowledged and stored, but it is not in the prompt that the bot sent to its model.",
        ),
        (
            (True, None, False, False),
            "It was acknowledged, but it is not in the prompt that the bot sent to its model.",
        ),
        (
            (True, True, True, False),
            "It stands in the prompt that the bot sent to its model, not in the reply: why.",
        ),
        ((True, True, None, False), "It was acknowledged and stored, but it is not in the reply: why."),
        ((True, None, None, False), "It was acknowledged, but the reply is not as expected: why."),
        ((None, None, None, False), "It was told, but the reply is not as expected: why."),
    ],
)
def test_an_explanation_says_no_more_than_was_seen(
    seen: tuple[bool | None, bool | None, bool | None, bool | None], explanation: str
) -> None:
    lost = probe(outcome=Outcome.LOST, trace=fact_trace(*seen), reason="why")
    assert Failure(probe=lost, failed=1, trials=1).explanation == explanation


def test_an_error_is_explained_by_what_the_bot_said() -> None:
    refused = probe(outcome=Outcome.ERROR, reason="the bot answered 500: oops")
    assert Failure(probe=refused, failed=1, trials=1).explanation == "The bot answered 500: oops."
    silent = probe(outcome=Outcome.ERROR, reason="")
    assert Failure(probe=silent, failed=1, trials=1).explanation == "The bot did not answer."


def test_leaks_and_fabrications_are_no_lost_facts() -> None:
    probes = [
        probe(outcome=Outcome.LOST),
        probe(outcome=Outcome.ERROR),
        probe(outcome=Outcome.LOST, guarantee="isolation"),
        probe(outcome=Outcome.LOST, arm=CONTROL),
    ]
    assert lost_facts(report(probes=probes)) == 2


def test_every_fact_trace_can_be_explained() -> None:
    every = [True, False, None]
    for told in every:
        for stored in every:
            for loaded in every:
                seen = FactTrace(told=told, stored=stored, loaded=loaded, answered=False)
                lost = probe(outcome=Outcome.LOST, trace=seen, reason="")
                assert Failure(probe=lost, failed=1, trials=1).explanation.endswith(".")


def test_figures_read_as_people_write_them() -> None:
    assert share_text(None) == "\N{EN DASH}"
    assert share_text(0.9999) == "99.9 %"
    assert stages_text({"loaded": 6, "stored": 180}.items()) == "stored 180, loaded 6"
    assert stages_text({"loaded": 6, "stored": 180}.items(), 1) == "stored 180 …"
    assert stages_text({"told": 0}.items()) == ""
    assert [duration_text(one) for one in (0, 1.62, 9.96, 41.2, 125, math.nan)] == [
        "0.0 s",
        "1.6 s",
        "10 s",
        "41 s",
        "2 min 5 s",
        "\N{EN DASH}",
    ]
    assert milliseconds_text(41.2, None) == "41 → \N{EN DASH}"
    assert milliseconds_text(None, math.inf) == "\N{EN DASH}"
    assert interval_text(report(interval=(0.6156, 0.6942))) == "61\N{EN DASH}70 %"


def test_an_unknown_disruption_does_not_confuse_the_order() -> None:
    odd = report(
        disruptions=(disruption("kill", verdict=Verdict.FAILED),),
        probes=[
            probe(outcome=Outcome.LOST, disruption="elsewhere"),
            probe(outcome=Outcome.LOST, disruption="kill"),
        ],
    )
    assert [one.probe.disruption for one in failures(odd)] == ["kill", "elsewhere"]


@pytest.mark.parametrize(
    ("power", "sentence"),
    [
        (power_of(20, 0.95), "20 probes: a 98 % bot is blocked 6 % of the time, a 90 % bot passes 39 %"),
        (power_of(100, 0.95), "100 probes: a 98 % bot is blocked 1.5 % of the time, a 90 % bot passes 6 %"),
        (power_of(1, 1.0), "1 probe: a 98 % bot is blocked 2 % of the time, a 90 % bot passes 90 %"),
        (
            power_of(2000, 0.95),
            "2,000 probes: a 98 % bot is blocked under 0.1 % of the time, a 90 % bot passes under 0.1 %",
        ),
        (
            power_of(59, 0.95, 0.95),
            "59 conversations: a 98 % bot is blocked 70 % of the time, a 90 % bot passes 0.2 %",
        ),
        (None, ""),
    ],
)
def test_the_power_in_one_sentence(power: Power | None, sentence: str) -> None:
    assert power_text(report(power=power, disruptions=(disruption("restart"),))) == sentence


def test_the_power_is_that_of_each_disruption() -> None:
    assert power_text(report(power=power_of(20, 0.95))).startswith("20 probes per disruption: ")


def test_what_is_needed_names_the_confidence() -> None:
    assert needed_text(report()) == "95 %"
    assert needed_text(report(confidence=0.99)) == "95 % with 99 % confidence"


def test_the_time_is_told_by_whose_it_was() -> None:
    spent = TimeSpent(bot=33.2, engine=7.04, gate=0.61, model=0.01)
    assert time_text(report(seconds=40.86, time=spent)) == "41 s: bot 33 · engine 7.0 · gate 0.6"
    forwarded = TimeSpent(bot=1.0, model=90.0, engine=7.0, script=3.0, gate=0.0)
    text = time_text(report(seconds=101.0, time=forwarded))
    assert text == "101 s: bot 1.0 · model 90 · engine 7.0 · script 3.0 · gate 0.0"
    assert time_text(report(seconds=41.2)) == "41 s"
