"""For each guarantee: an honest history keeps it, and one anomaly planted in it is found under its name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.checkers import CHECKERS, Anomaly, Observed
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.guarantees import GUARANTEES
from gate.core.report import GuaranteeStatus, Outcome, Report, Verdict
from tests.transcripts.chats import Chat, ChatRun
from tests.unit.analysis.plants import (
    CASES,
    Case,
    absent,
    double,
    halve,
    honest,
    invert,
    leak_to_model,
    random_int,
    unforget,
)
from tests.unit.core.laws import costly_law as law

cases = pytest.mark.parametrize("case", [pytest.param(one, id=name) for name, one in CASES.items()])


@st.composite
def facts(draw: st.DrawFn) -> dict[str, str]:
    """Three values that nobody comes upon, each unlike the others."""
    numbers = draw(st.lists(st.integers(1000, 9999), min_size=3, max_size=3, unique=True))
    names = ("order", "colour", "other")
    prefixes = ("ORDER", "SHADE", "PLACE")
    return {name: f"{prefix}-{number}" for name, prefix, number in zip(names, prefixes, numbers, strict=True)}


def broken(report: Report) -> set[str]:
    return {one.name for one in report.guarantees if one.status is GuaranteeStatus.BROKEN}


@cases
@law
@given(given_facts=facts())
def test_an_honest_history_keeps_every_guarantee(case: Case, given_facts: dict[str, str]) -> None:
    run = honest(case, given_facts)
    report = run.analyse()
    assert report.verdict is Verdict.PASSED, report.reasons
    assert not broken(report)
    assert not report.findings
    kept = {one.name for one in report.guarantees if one.status is GuaranteeStatus.KEPT}
    asked = {turn.guarantee for chat in run.chats for turn in chat.turns if turn.checks is not None}
    assert kept == asked


@cases
@law
@given(given_facts=facts(), data=st.data())
def test_a_planted_anomaly_is_found_under_its_name(
    case: Case, given_facts: dict[str, str], data: st.DataObject
) -> None:
    run = honest(case, given_facts)
    case.plant(run, run.chats[-1], lambda low, high: data.draw(st.integers(low, high)))
    report = run.analyse()
    assert report.verdict is Verdict.FAILED, report.reasons
    anomaly = case.anomaly or GUARANTEES[case.guarantee].anomaly
    assert {one.anomaly for one in report.probes} <= {None, anomaly}
    assert broken(report) == {case.guarantee}
    assert {one.outcome for one in report.probes if one.anomaly is None} == {Outcome.REMEMBERED}
    [result] = [one for one in report.guarantees if one.name == case.guarantee]
    assert set(result.anomalies) == {anomaly}
    assert result.sentence


@law
@given(given_facts=facts())
def test_a_leak_to_the_model_is_a_leak_whatever_the_reply(given_facts: dict[str, str]) -> None:
    case = CASES["a leak"]
    run = honest(case, given_facts)
    leak_to_model(run, run.chats[-1], lambda low, high: low)
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.leaks == 1
    assert broken(report) == {"isolation"}


@law
@given(given_facts=facts())
def test_a_turn_without_its_answer_is_worth_a_remark(given_facts: dict[str, str]) -> None:
    """Bots that store what is said before they ask their model are honest."""
    run = honest(CASES["a turn cut short"], given_facts)
    halve(run, run.chats[-1], lambda low, high: low)
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert not broken(report)
    [remark] = report.findings
    assert remark.startswith("1 half turn: the prompt holds a turn that was interrupted, without an answer")


@pytest.mark.parametrize("plant", [invert, double])
@law
@given(given_facts=facts())
def test_what_no_probe_asked_about_is_a_finding(
    plant: Callable[[ChatRun, Chat, random_int], None], given_facts: dict[str, str]
) -> None:
    run = honest(CASES["gone"], given_facts)
    plant(run, run.chats[-1], lambda low, high: low)
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert len(report.findings) >= 1


@pytest.mark.parametrize("again", [0, 1, 3])
def test_what_is_known_after_all_is_a_zombie_however_often_it_is_asked_for(again: int) -> None:
    """The same question put again shows nothing new: no second anomaly, no second reason."""
    case = CASES["not forgotten"]
    run = honest(case, {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"})
    chat = run.chats[-1]
    unforget(run, chat, lambda low, high: low)
    probe = next(turn for turn in chat.after if turn.guarantee == "retention")
    chat.after += [replace(probe, repeats=probe) for _ in range(again)]
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.zombies == 1
    assert len(report.reasons) == 1, report.reasons
    [result] = [one for one in report.guarantees if one.status is GuaranteeStatus.BROKEN]
    assert set(result.anomalies) == {GUARANTEES["retention"].other_anomaly}


def test_a_turn_that_begins_like_the_one_that_is_gone_is_not_its_change() -> None:
    """Small talk may begin with the very words that led the lost value."""
    case = CASES["gone"]
    run = honest(case, {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"})
    for chat in run.chats:
        chat.before[1] = replace(chat.before[1], text="Please note that my order is late again.")
        chat.remember()
    probe = run.chats[-1].after[0]
    probe.reply, telling = "I don't know.", run.chats[-1].before[0].text
    probe.messages = [one for one in probe.messages if telling not in one]
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert broken(report) == {"durability"}


def test_an_interrupted_turn_that_is_absent_breaks_nothing() -> None:
    case = CASES["a turn cut short"]
    run = honest(case, {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"})
    for chat in run.chats:
        absent(run, chat, lambda low, high: low)
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert not broken(report)


@pytest.mark.parametrize("name", list(CHECKERS))
def test_a_checker_that_crashes_leaves_its_own_guarantee_open_and_no_other(name: str) -> None:
    def crash(observed: Observed) -> Iterator[Anomaly]:
        """Even when it has found something: what it did not come to may be worse, or clear it up."""
        turn = next(iter(observed.history.turns))
        yield Anomaly(guarantee=name, turn=turn, reason=SignSeen(sign=Sign.PROMPT_TRIMMED))
        raise ZeroDivisionError("planted")

    case = next(one for one in CASES.values() if one.guarantee == name)
    run = honest(case, {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"})
    report = run.analyse({**CHECKERS, name: crash})
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {one.name for one in report.guarantees if one.status is GuaranteeStatus.OPEN} == {name}
    [reason] = report.reasons
    assert reason.startswith(f"{name} could not be checked")
    assert not broken(report)


def test_every_guarantee_has_a_checker_and_a_case() -> None:
    assert set(CHECKERS) == set(GUARANTEES) == {one.guarantee for one in CASES.values()}


@cases
def test_checkers_change_nothing(case: Case) -> None:
    """A checker only reads: the same events judged twice give the same report."""
    run = honest(case, {"order": "ORDER-1234", "colour": "SHADE-5678", "other": "PLACE-9012"})
    events = run.events()
    before = copy.deepcopy(events)
    assert run.analyse() == run.analyse()
    assert events == before
