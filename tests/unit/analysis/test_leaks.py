"""A leak is certain or it is none: no honest bot is accused of one."""

from __future__ import annotations

from gate.analysis.history_reading import read_history
from gate.analysis.leaks import Leak, find_leaks
from gate.core.report import Outcome, Verdict
from gate.core.transcript import CONTROL, TREATED
from tests.transcripts.runs import Run, Talk, honest_run, result_of


def leaks_of(run: Run) -> tuple[Leak, ...]:
    return find_leaks(read_history(run.events()))


def arms(run: Run) -> tuple[Talk, Talk]:
    return run.of(CONTROL)[0], run.of(TREATED)[0]


def test_a_leak_names_both_sessions() -> None:
    run = honest_run()
    control, treated = arms(run)
    treated.tellings[2].reply = f"Was it {control.facts['order'].lower()}?"
    assert leaks_of(run) == (
        Leak(
            turn=treated.tellings[2].turn,
            session=treated.order.session,
            owner=control.order.session,
            value=control.facts["order"].casefold(),
            in_reply=True,
        ),
    )


def test_an_echo_of_ones_own_words_is_no_leak() -> None:
    """A user who names a value by chance gets it back from any bot that restates."""
    run = honest_run()
    control, treated = arms(run)
    treated.tellings[2].text = f"Somebody told me of {control.facts['order']}."
    treated.tellings[2].reply = f"{control.facts['order']}? Fine."
    treated.order.reply += f" And you mentioned {control.facts['order']}."
    assert leaks_of(run) == ()
    assert run.analyse().verdict is Verdict.PASSED


def test_a_value_inside_ones_own_longer_value_is_no_leak() -> None:
    """ "ORD-100000" stands inside "ORD-100000 B" as whole words."""
    run = honest_run()
    control, treated = arms(run)
    longer = f"{control.facts['order']} B"
    treated.tellings[0].text = f"My order is {longer}."
    treated.order.checks = {"contains": [longer]}
    treated.isolation.checks = {"without": [longer]}
    treated.order.reply = f"It is {longer}."
    treated.facts["order"] = longer
    assert leaks_of(run) == ()
    assert run.analyse().verdict is Verdict.PASSED


def test_a_value_that_two_sessions_own_confirms_nothing() -> None:
    run = honest_run(trials=2)
    first, second, third, _ = run.talks
    for one in (first, second):
        one.facts["order"] = "ORD-7777"
        one.tellings[0].text = "My order is ORD-7777."
    third.tellings[2].reply = "ORD-7777"
    assert leaks_of(run) == ()


def test_letter_case_makes_no_second_owner() -> None:
    """Two sessions own the value in different spellings; neither leaks to the other."""
    run = honest_run()
    control, treated = arms(run)
    control.facts["order"], treated.facts["order"] = "ORD-AAAA", "ord-aaaa"
    for one in (control, treated):
        one.tellings[0].text = f"My order is {one.facts['order']}."
        one.order.reply = one.facts["order"]
    assert leaks_of(run) == ()


def test_a_value_that_can_be_guessed_confirms_nothing() -> None:
    """A bot that greets everybody with the names of its branches leaks nothing."""
    run = honest_run()
    for one in run.talks:
        one.tellings[2].reply = "Welcome! We are in Lisbon, Oslo and Kyoto."
    assert leaks_of(run) == ()
    assert run.analyse().verdict is Verdict.PASSED


def test_a_reply_with_two_foreign_values_is_one_reply() -> None:
    run = honest_run(trials=2)
    first, second, third, _ = run.talks
    third.tellings[2].reply = f"{first.facts['order']} {second.facts['order']}"
    report = run.analyse()
    assert report.reasons == ("1 reply held what another session was told",)
    assert report.leaks == 1


def test_a_neighbours_value_in_answer_to_the_isolation_question_blocks_whoever_owns_it() -> None:
    """The city of alice, that other sessions were dealt too: leaked or guessed, bob was never told."""
    run = honest_run(trials=4)
    one = run.of(TREATED)[0]
    one.isolation.checks = {"without": [one.facts["city"]]}
    one.isolation.asks = ["city"]
    one.isolation.reply = f"In {one.facts['city']}."
    report = run.analyse()
    assert leaks_of(run) == ()
    assert report.verdict is Verdict.FAILED
    assert (report.leaks, report.fabrications) == (1, 0)


def test_a_guess_in_answer_to_the_isolation_question_is_made_up() -> None:
    run = honest_run()
    one = run.of(TREATED)[0]
    one.isolation.checks = {"without": [one.facts["city"]]}
    one.isolation.asks = ["city"]
    one.isolation.reply = "Perhaps in Riga?"
    report = run.analyse()
    assert result_of(report, one.isolation).outcome is Outcome.LOST
    assert (report.leaks, report.fabrications) == (0, 1)
    assert report.verdict is Verdict.FAILED


def test_a_refused_reply_leaks_nothing() -> None:
    run = honest_run()
    control, treated = arms(run)
    treated.isolation.refuse(f"500: {control.facts['order']}")
    assert leaks_of(run) == ()
