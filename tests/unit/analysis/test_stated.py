"""Facts that the bot states, questions that repeat others, and rows of the report, in transcripts by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from gate.analysis import analyse
from gate.analysis.history_reading import read_history
from gate.core.report import Outcome, Report, Verdict
from gate.core.transcript import Event, FactStated, ModelAsked, TurnEnded, TurnStarted
from gate.core.transcript_lines import TranscriptError
from tests.transcripts.events import NOON, disruption_ended
from tests.transcripts.runs import Run, Talk, honest_run, result_of, talk

TICKET = "TCK-204060"


def stating(one: Talk, value: str = TICKET) -> list[Event]:
    """The bot states the order of a conversation, in its reply to the first turn."""
    return [
        FactStated(at=NOON, conversation=one.identifier, turn=one.tellings[0].turn, fact="order", value=value)
    ]


def stated(run: Run, events: Callable[[Talk], list[Event]] = stating) -> list[Event]:
    """A run in which no user tells the order: the bot is asked to state it, and does what `events` say."""
    first = {one.tellings[0].turn: one for one in run.talks}
    written: list[Event] = []
    for event in run.events():
        if isinstance(event, TurnStarted) and event.turn in first:
            written.append(dataclasses.replace(event, tells=[], states=["order"]))
        else:
            written.append(event)
        if isinstance(event, TurnEnded) and event.turn in first and event.status == "acknowledged":
            written += events(first[event.turn])
    return written


def planned(one: Talk) -> list[Event]:
    return stating(one, one.facts["order"])


def outcomes(report: Report, run: Run) -> list[Outcome]:
    return [result_of(report, one.order).outcome for one in run.talks]


def test_a_fact_that_the_bot_stated_as_planned_was_told() -> None:
    run = honest_run()
    report = analyse(stated(run, planned))
    assert report.verdict is Verdict.PASSED, report.reasons
    assert {result_of(report, one.order).trace.told for one in run.talks} == {True}


def test_a_fact_that_the_bot_never_stated_is_not_forgotten() -> None:
    run = honest_run()
    report = analyse(stated(run, lambda one: []))
    assert outcomes(report, run) == [Outcome.UNSCORED] * 2
    assert {result_of(report, one.order).reason for one in run.talks} == {"the bot never stated order"}
    assert report.verdict is Verdict.INCONCLUSIVE


def test_a_turn_without_a_reply_stated_nothing() -> None:
    run = honest_run()
    for one in run.talks:
        one.tellings[0].refuse()
    report = analyse(stated(run))
    assert outcomes(report, run) == [Outcome.UNSCORED] * 2
    reasons = {result_of(report, one.order).reason for one in run.talks}
    assert reasons == {"the bot never acknowledged the turn that tells order"}


def test_the_value_that_was_stated_takes_the_place_of_the_planned_one() -> None:
    run = honest_run()
    control, treated = run.talks
    for one, value in ((control, "TCK-111111"), (treated, "TCK-222222")):
        one.order.checks = {"contains": [value]}
        one.order.reply = f"It is {value}."
        one.order.prompts = [f"assistant: {value}"]
        one.isolation.checks = {"without": [value]}
    treated.order.reply = "I don't know."
    treated.order.prompts = ["user: What is my order?"]
    values = {control.identifier: "TCK-111111", treated.identifier: "TCK-222222"}
    report = analyse(stated(run, lambda one: stating(one, values[one.identifier])))
    assert outcomes(report, run) == [Outcome.REMEMBERED, Outcome.LOST]
    assert result_of(report, treated.order).lost_at == "stored"
    assert report.leaks == 0


def test_what_a_model_chose_proves_no_leak() -> None:
    """It draws no lots: another session's may come upon the same number."""
    run = honest_run()
    control, treated = run.talks
    treated.city.reply = f"In {treated.facts['city']}; {TICKET}."
    chosen = {control.identifier: TICKET, treated.identifier: "TCK-990000"}
    assert analyse(stated(run, lambda one: stating(one, chosen[one.identifier]))).leaks == 0


def test_what_the_gate_drew_and_the_bot_stated_proves_a_leak() -> None:
    run = honest_run()
    control, treated = run.talks
    treated.city.reply = f"In {treated.facts['city']}; {control.facts['order']}."
    assert analyse(stated(run, planned)).leaks == 1


@pytest.mark.parametrize(
    "change",
    [{"turn": "nowhere"}, {"conversation": "c1"}, {"fact": "city"}],
    ids=["an unknown turn", "another conversation", "a fact not asked for"],
)
def test_a_statement_that_fits_nothing_is_refused(change: dict[str, Any]) -> None:
    run = honest_run()
    events = [
        dataclasses.replace(event, **change) if isinstance(event, FactStated) else event
        for event in stated(run)
    ]
    with pytest.raises(TranscriptError):
        read_history(events)


# --- asked again --------------------------------------------------------------------------------------


def asked_again(run: Run, one: Talk, reply: str, prompt: str) -> list[Event]:
    """The question for the order is put once more, right after its answer."""
    events: list[Event] = []
    for event in run.events():
        events.append(event)
        if isinstance(event, TurnEnded) and event.turn == one.order.turn:
            [asked] = [
                other for other in events if isinstance(other, TurnStarted) and other.turn == event.turn
            ]
            turn = f"{event.turn}.r1"
            events += [
                dataclasses.replace(asked, turn=turn, repeats=event.turn),
                ModelAsked(at=NOON, path="/v1", prompt=[prompt], about=asked.text, answer=reply),
                TurnEnded(at=NOON, turn=turn, status="acknowledged", reply=reply, seconds=0.04),
            ]
    return events


def test_a_question_that_is_asked_again_changes_no_figure_and_names_what_broke() -> None:
    """A fact that comes and goes is flapping, and never a pass."""
    run = honest_run()
    treated = run.talks[1]
    treated.order.reply = "I don't know."
    once = analyse(run.events())
    twice = analyse(asked_again(run, treated, f"It is {treated.facts['order']}.", "user: all of it"))
    assert result_of(once, treated.order).anomaly == "lost write"
    assert result_of(twice, treated.order).anomaly == "flapping"
    for report in (once, twice):
        assert report.verdict is Verdict.FAILED
    nameless = [
        dataclasses.replace(
            one, guarantees=(), probes=[dataclasses.replace(probe, anomaly=None) for probe in one.probes]
        )
        for one in (once, twice)
    ]
    assert nameless[0] == nameless[1]


def test_a_leak_in_the_second_answer_is_a_leak_of_the_question() -> None:
    run = honest_run()
    control, treated = run.talks
    treated.order.reply = "I don't know."
    leaking = f"It is {control.facts['order']}."
    report = analyse(asked_again(run, treated, leaking, "user: What is my order?"))
    assert report.leaks == 1
    assert result_of(report, treated.order).anomaly == "leak"


def test_a_repetition_of_nothing_is_refused() -> None:
    run = honest_run()
    events = [
        dataclasses.replace(event, repeats="nowhere") if isinstance(event, TurnStarted) else event
        for event in run.events()
    ]
    with pytest.raises(TranscriptError, match="does not fit"):
        read_history(events)


# --- rows -----------------------------------------------------------------------------------------------


def rows(run: Run) -> list[tuple[str, str, Verdict]]:
    return [(one.name, one.evidence, one.verdict) for one in analyse(run.events()).disruptions]


def test_equal_disruptions_of_one_deployment_share_a_row() -> None:
    run = honest_run(["restart+restart", "restart+kill"])
    assert rows(run) == [
        ("restart", "restart done; restart done", Verdict.PASSED),
        ("restart+kill", "restart done; kill done", Verdict.PASSED),
    ]
    assert {one.disruption for one in analyse(run.events()).probes} == {"restart", "restart+kill"}


def test_every_disruption_of_the_row_must_be_shown_to_have_happened() -> None:
    run = honest_run(["restart+restart"])
    run.ended["restart+restart"][1] = disruption_ended("restart", "restart+restart", took_effect=False)
    assert rows(run) == [("restart", "restart done; restart done", Verdict.INCONCLUSIVE)]


def test_a_shorter_script_shares_the_row_of_the_longer_one_that_it_plays_along_with() -> None:
    run = honest_run(["restart+restart"])
    run.talks += [
        talk(10 + number, disruption="restart", arm=arm, scenario="short", deployment="restart+restart")
        for number, arm in enumerate(("control", "treated"))
    ]
    assert [name for name, _, _ in rows(run)] == ["restart"]
    asked = [event for event in run.events() if isinstance(event, TurnStarted) and event.checks is not None]
    assert len(analyse(run.events()).probes) == len(asked)


def test_two_deployments_never_share_a_row() -> None:
    run = honest_run(["restart+restart+kill", "restart+kill"])
    names = [name for name, _, _ in rows(run)]
    assert names == ["restart+restart+kill", "restart+kill"]
