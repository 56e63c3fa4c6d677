"""Failed probes: their order, their titles and what explains them."""

from __future__ import annotations

import pytest

from gate.core.report import FactTrace, Outcome, Verdict
from gate.core.transcript import CONTROL
from gate.reporters.failures import Failure, failures
from tests.unit.reporters.builder import disruption, fact_trace, failed_report, probe, report, trials


def test_leaks_come_first_then_what_blocks_then_the_rest() -> None:
    titles = [failure.title for failure in failures(failed_report())]
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
    titles = [failure.title for failure in failures(report(probes=probes))]
    assert titles == ["Leak after restart: order", "Made up after restart", "Lost after restart: order"]


def test_the_trials_of_one_probe_are_one_failure() -> None:
    probes = trials(outcome=Outcome.LOST)
    probes[-1] = probe(trial=3)
    (failure,) = failures(report(probes=probes))
    assert (failure.failed, failure.trials, failure.times) == (2, 3, "2 of 3 trials")


def test_two_probes_on_one_line_are_two_failures() -> None:
    """A script can be written on one line, for example as JSON."""
    probes = [probe(outcome=Outcome.LOST, column=column) for column in (5, 80)]
    assert [failure.probe.column for failure in failures(report(probes=probes))] == [5, 80]


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


def test_a_single_trial_is_not_counted_out() -> None:
    assert failures(report(probes=[probe(outcome=Outcome.LOST)]))[0].times == ""


def test_what_was_missed_undisturbed_shows_when_nothing_else_failed() -> None:
    undisturbed = probe(arm=CONTROL, outcome=Outcome.LOST)
    assert [failure.moment for failure in failures(report(probes=[undisturbed]))] == ["before restart"]
    both = [undisturbed, probe(outcome=Outcome.LOST)]
    assert [failure.moment for failure in failures(report(probes=both))] == ["after restart"]


def test_what_fails_undisturbed_too_is_not_blamed_on_the_disruption() -> None:
    probes = [
        probe(arm=CONTROL, outcome=Outcome.LOST),
        probe(outcome=Outcome.LOST),
        probe(outcome=Outcome.LOST, line=9),
    ]
    explained = {failure.probe.line: failure.explanation for failure in failures(report(probes=probes))}
    assert explained[14].endswith("Undisturbed it fails too.")
    assert explained[9].endswith("left to load.")


def test_a_leak_undisturbed_always_shows() -> None:
    probes = [
        probe(arm=CONTROL, outcome=Outcome.LOST, guarantee="isolation"),
        probe(outcome=Outcome.LOST),
    ]
    assert [failure.moment for failure in failures(report(probes=probes))] == [
        "before restart",
        "after restart",
    ]


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


def test_every_fact_trace_can_be_explained() -> None:
    every = [True, False, None]
    for told in every:
        for stored in every:
            for loaded in every:
                seen = FactTrace(told=told, stored=stored, loaded=loaded, answered=False)
                lost = probe(outcome=Outcome.LOST, trace=seen, reason="")
                assert Failure(probe=lost, failed=1, trials=1).explanation.endswith(".")


def test_an_unknown_disruption_does_not_confuse_the_order() -> None:
    odd = report(
        disruptions=(disruption("kill", verdict=Verdict.FAILED),),
        probes=[
            probe(outcome=Outcome.LOST, disruption="elsewhere"),
            probe(outcome=Outcome.LOST, disruption="kill"),
        ],
    )
    assert [failure.probe.disruption for failure in failures(odd)] == ["kill", "elsewhere"]
