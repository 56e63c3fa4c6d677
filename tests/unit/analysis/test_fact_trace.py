"""Told, stored, loaded, answered: each seen, seen to be missing, or not seen at all."""

from __future__ import annotations

from dataclasses import replace

from gate.analysis import analyse
from gate.core.report import FactTrace, Outcome, ProbeResult
from gate.core.transcript import CONTROL, TREATED, Event, ModelAsked, StoreSeen
from tests.transcripts.events import NOON, disruption_ended
from tests.transcripts.runs import Exchange, Run, Talk, honest_run, result_of


def fact_trace_of(run: Run, one: Exchange) -> FactTrace:
    return result_of(run.analyse(), one).trace


def treated(run: Run) -> Talk:
    return run.of(TREATED)[0]


def lost(run: Run) -> Exchange:
    """The treated question for the order, made to fail."""
    probe = treated(run).order
    probe.reply = "I don't know."
    return probe


def test_what_was_remembered_was_at_every_stage() -> None:
    run = honest_run()
    for one in run.talks:
        assert fact_trace_of(run, one.order) == FactTrace(told=True, stored=True, loaded=True, answered=True)


def test_nothing_is_known_of_a_store_that_nobody_looked_into() -> None:
    run = honest_run()
    probe = lost(run)
    events = [event for event in run.events() if not isinstance(event, StoreSeen)]
    assert result_of(analyse(events), probe).trace == FactTrace(
        told=True, stored=None, loaded=True, answered=False
    )


def test_nothing_is_known_of_a_model_that_is_not_the_gates() -> None:
    run = honest_run()
    probe = lost(run)
    events = [event for event in run.events() if not isinstance(event, ModelAsked)]
    result = result_of(analyse(events), probe)
    assert result.trace == FactTrace(told=True, stored=True, loaded=None, answered=False)
    assert result.lost_at == "answered"


def test_a_bot_that_answers_without_asking_its_model_has_loaded_nothing() -> None:
    run = honest_run()
    probe = lost(run)
    probe.prompts = []
    assert fact_trace_of(run, probe).loaded is False


def test_a_bot_that_rewrites_the_question_may_have_loaded_it() -> None:
    """What it sends no longer shows whose request it is."""
    run = honest_run()
    probe = lost(run)
    probe.about = ""
    assert fact_trace_of(run, probe) == FactTrace(told=True, stored=True, loaded=None, answered=False)


def test_a_request_that_may_be_anothers_proves_no_loss() -> None:
    """A turn of the same text had been given up; whichever asked, this one may have had its prompt."""
    run = honest_run(trials=2)
    hanging, probe = (one.order for one in run.of(TREATED))
    hanging.status, hanging.prompts = "indeterminate", []
    probe.reply = "I don't know."
    assert fact_trace_of(run, probe).loaded is None


def test_a_value_in_the_store_that_others_were_dealt_too_proves_nothing() -> None:
    run = honest_run(trials=4)
    one = treated(run)
    twin = next(other for other in run.talks if other is not one and other.facts["city"] == one.facts["city"])
    assert twin.deployment == one.deployment
    one.city.reply = "I don't know."
    assert fact_trace_of(run, one.city).stored is None
    run.never_stored.add(one.facts["city"])
    assert fact_trace_of(run, one.city).stored is False


def test_a_value_in_the_store_that_others_say_by_chance_proves_nothing() -> None:
    """Small talk about gardens is no garden room."""
    run = honest_run()
    one = treated(run)
    one.order.reply = "I don't know."
    assert fact_trace_of(run, one.order).stored is True
    run.of(CONTROL)[0].tellings[0].text += f" By the way, what is {one.facts['order'].lower()}?"
    assert fact_trace_of(run, one.order).stored is None


def test_the_control_arm_is_traced_to_the_look_before_the_disruption() -> None:
    run = honest_run()
    control = run.of(CONTROL)[0]
    control.order.reply = "I don't know."
    run.forgotten.add(control.facts["order"])
    assert fact_trace_of(run, control.order).stored is True
    run.never_stored.add(control.facts["order"])
    assert fact_trace_of(run, control.order).stored is False


def test_the_last_look_before_the_question_decides() -> None:
    """A later disruption of the same deployment is not to blame for what was asked before it."""
    run = honest_run(["restart", "restart+kill"])
    for one in run.talks:
        one.deployment = "restart+kill"
    early = next(one for one in run.of(TREATED) if one.disruption == "restart")
    early.order.reply = "I don't know."
    events = run.events()
    # The shorter script is asked between the two disruptions.
    mine = {turn.turn for turn in early.probes}
    texts = {turn.text for turn in early.probes}
    moved: list[Event] = []
    rest: list[Event] = []
    inside = False
    for event in events:
        turn = getattr(event, "turn", "")
        inside = turn in mine if turn else inside
        belongs = turn in mine or (inside and isinstance(event, ModelAsked) and event.about in texts)
        (moved if belongs else rest).append(event)
    second = [index for index, event in enumerate(rest) if isinstance(event, StoreSeen)][2]
    last = max(index for index, event in enumerate(rest) if isinstance(event, StoreSeen))
    seen = rest[last]
    assert isinstance(seen, StoreSeen)
    rest[last] = StoreSeen(at=NOON, deployment=seen.deployment, moment="after", values=[], keys=0, bytes=0)
    assert result_of(analyse([*rest[:second], *moved, *rest[second:]]), early.order).trace.stored is True


def test_a_question_that_was_never_put_loads_nothing_and_loses_nothing_there() -> None:
    run = honest_run()
    run.ended["restart"] = [disruption_ended("restart", "restart", recovered=False, sentence="gone")]
    for turn in treated(run).probes:
        turn.status, turn.reply, turn.prompts = "unasked", "", []
    assert fact_trace_of(run, treated(run).order).loaded is None


def test_where_no_fact_is_wanted_nothing_is_traced() -> None:
    run = honest_run()
    one = treated(run)
    one.isolation.reply = f"It is {one.facts['order']}."
    result = result_of(run.analyse(), one.isolation)
    assert result.trace == FactTrace(told=None, stored=None, loaded=None, answered=None)
    assert result.lost_at is None


def test_every_fact_that_is_wanted_must_be_at_a_stage() -> None:
    run = honest_run()
    one = treated(run)
    one.order.checks = {"all": [one.facts["order"], one.facts["city"]]}
    one.order.asks = ["order", "city"]
    one.order.reply = f"It is {one.facts['order']}."
    one.order.prompts = [f"user: My order is {one.facts['order']}. / What is my order?"]
    result = result_of(run.analyse(), one.order)
    assert result.trace == FactTrace(told=True, stored=True, loaded=False, answered=False)
    assert result.reason == f"the reply does not hold {one.facts['city']}"


def test_what_the_reply_must_not_hold_is_not_looked_for() -> None:
    """The corrected value matters, the old one may be gone from the store."""
    run = honest_run()
    one = treated(run)
    one.order.checks = {"contains": [one.facts["order"]], "without": [one.facts["city"]]}
    one.order.asks = ["order", "city"]
    run.forgotten.add(one.facts["city"])
    assert fact_trace_of(run, one.order).stored is True


def told_by(run: Run, one: Talk, index: int, speaker: str) -> ProbeResult:
    one.tellings[index].speaker = speaker
    one.tellings[index].session = one.isolation.session if speaker == "bob" else one.order.session
    return result_of(run.analyse(), one.order)


def test_what_another_speaker_told_is_not_told_here() -> None:
    """The same fact, told by alice in vain and by bob: alice's session never acknowledged it."""
    run = honest_run()
    assert told_by(run, treated(run), 0, "bob").outcome is Outcome.UNSCORED
    assert told_by(run, treated(run), 0, "alice").outcome is Outcome.REMEMBERED


def test_a_question_that_tells_a_fact_tells_it() -> None:
    """Told in the same breath as another one is asked for."""
    run = honest_run()
    for one in run.talks:
        one.order.text = f"What is my order? I live in {one.facts['city']}."
        one.order.tells = one.tellings[1].tells
        one.tellings[1].tells = ()
    assert {result_of(run.analyse(), one.city).outcome for one in run.talks} == {Outcome.REMEMBERED}


def test_a_value_that_was_not_found_beside_unreadable_records_is_not_known_to_be_missing() -> None:
    """It may stand in them, packed or encrypted."""
    run = honest_run()
    probe = lost(run)
    run.never_stored = {treated(run).facts["order"]}
    assert fact_trace_of(run, probe).stored is False
    events = [
        replace(event, unreadable_keys=1) if isinstance(event, StoreSeen) else event for event in run.events()
    ]
    assert result_of(analyse(events), probe).trace.stored is None
