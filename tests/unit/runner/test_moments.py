"""Turns of one moment, pauses between them, facts that the bot states, and questions asked again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.facts import Pattern
from gate.core.scenario import Parallel, Position, Say, Scenario, Wait
from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    TREATED,
    ConversationPlanned,
    FactStated,
    StoreSeen,
    TurnEnded,
    TurnStarted,
    Waited,
)
from gate.errors import TurnIndeterminate, TurnRefused
from gate.runner.plan import Plan, Turn
from gate.runner.planner import plan_run
from gate.runner.play import RunContext, play
from tests.unit.core.laws import costly_law
from tests.unit.runner.doubles import FakeDeployment, FakeStage, MemoryBot
from tests.unit.runner.scripts import ASK, CITY, ORDER, TELL, ask, disrupt, filler, follow_up, scenario

HERE = Position(file="s.yml", line=30)
TICKET = Pattern(name="ticket", template="TCK-######")


def say(speaker: str, text: str, *states: str) -> Say:
    return Say(speaker=speaker, text=text, position=HERE, states=states)


def parallel(*turns: Say) -> Parallel:
    return Parallel(turns=turns, position=HERE)


def plan(*scenarios: Scenario) -> Plan:
    return plan_run(scenarios, ["restart"], 1, 7)


TOGETHER = scenario(
    parallel(say("alice", "My order is {order}."), say("alice", "I live in {city}."), say("bob", "Hello.")),
    filler(1),
    disrupt(),
    ASK,
    facts=(ORDER, CITY),
)
STATED = scenario(
    say("alice", "Parcel {order} is broken. Open a ticket.", "ticket"),
    ("bob", "Hello."),
    disrupt(),
    ("alice", "I have a question on {ticket}."),
    ask("alice", "What ticket number did you give me?", contains="{ticket}"),
    facts=(ORDER, TICKET),
)


class MeetingBot(MemoryBot):
    """Answers nobody in a conversation before so many of its turns have come."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self._parties = parties
        self._here: Counter[str] = Counter()
        self._met: dict[str, asyncio.Event] = {}

    async def say(self, session: str, text: str) -> str:
        conversation = session.rpartition("-")[2]
        met = self._met.setdefault(conversation, asyncio.Event())
        self._here[conversation] += 1
        if self._here[conversation] == self._parties:
            met.set()
        await met.wait()
        return await super().say(session, text)


class TalkativeBot(MemoryBot):
    """Replies to each text that holds the key with the words beside it, else as MemoryBot."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        super().__init__()
        self._replies = replies

    async def say(self, session: str, text: str) -> str:
        usual = await super().say(session, text)
        return next((reply for part, reply in self._replies.items() if part in text), usual)


def stage_with(bot: MemoryBot, **given: object) -> FakeStage:
    stage = FakeStage(**given)  # type: ignore[arg-type]
    stage.runtime.new_bot = lambda: bot
    return stage


def played(stage: FakeStage, plan: Plan, **given: object) -> FakeStage:
    """Plays with other fields of the real stage."""
    real = stage.real()
    fields = {name: getattr(real, name) for name in RunContext.__dataclass_fields__}
    asyncio.run(play(plan, RunContext(**{**fields, **given})))
    return stage


# --- at one moment ------------------------------------------------------------------------------------


def test_turns_of_a_parallel_block_share_a_moment_and_others_have_their_own() -> None:
    control, treated = plan(TOGETHER).conversations
    moments = [turn.moment for turn in control.turns]
    assert moments[:3] == [1, 1, 1]
    assert moments[3:] == [2, 3, 4]
    assert [turn.moment for turn in treated.turns] == moments
    assert [len(one) if isinstance(one, tuple) else one for one in control.moments(0)] == [3, 1, 1, 1]


def test_all_turns_of_a_moment_are_under_way_before_any_is_answered() -> None:
    """The bot answers only when all three have come: else the run would never end."""
    stage = stage_with(MeetingBot(3))
    stage.play(plan(TOGETHER))
    assert {event.status for event in stage.of(TurnEnded)} == {ACKNOWLEDGED}
    assert {event.moment for event in stage.of(TurnStarted) if event.text == "Hello."} == {1}


def test_a_block_is_under_way_at_once_even_where_less_is_allowed() -> None:
    """And then with nothing beside it."""
    bot = MemoryBot()
    stage = stage_with(bot, concurrency=2)
    stage.play(plan(TOGETHER, follow_up()))
    assert bot.most_under_way == 3
    assert bot.texts_met_twice == []


@costly_law
@given(count=st.integers(1, 4), concurrency=st.integers(1, 7))
def test_a_moment_ends_before_the_next_begins(count: int, concurrency: int) -> None:
    stage = FakeStage(concurrency=concurrency)
    scenarios = [
        scenario(*TOGETHER.script, facts=(ORDER, CITY), name=f"s{number}", file=f"{number}.yml")
        for number in range(count)
    ]
    stage.play(plan(*scenarios))
    under_way: dict[str, TurnStarted] = {}
    for event in stage.events:
        if isinstance(event, TurnStarted):
            beside = [one for one in under_way.values() if one.conversation == event.conversation]
            assert {one.moment for one in beside} <= {event.moment}
            under_way[event.turn] = event
        elif isinstance(event, TurnEnded):
            del under_way[event.turn]
    assert under_way == {}


def test_a_pause_lies_between_its_turns_in_both_arms_and_holds_nobody_else_up() -> None:
    """Its end is a condition here: the other conversation has come to its own end."""
    paused = scenario(TELL, Wait(seconds=5, position=HERE), disrupt(), Wait(seconds=7, position=HERE), ASK)
    stage = FakeStage()
    slept: list[tuple[float, int]] = []
    others = asyncio.Event()

    def record(event: object) -> None:
        stage.events.append(event)  # type: ignore[arg-type]
        if sum(isinstance(one, TurnEnded) for one in stage.events) == 5:
            # Two tellings of the paused, three turns of the other.
            others.set()

    async def sleep(seconds: float) -> None:
        slept.append((seconds, sum(isinstance(one, TurnEnded) for one in stage.events)))
        await others.wait()

    played(stage, plan(paused, follow_up("other")), record=record, sleep=sleep)
    assert sorted(seconds for seconds, _ in slept) == [5, 5, 7, 7]
    texts = [event.text for event in stage.of(TurnStarted)]
    assert len(texts) == 8


def test_a_pause_is_on_record_with_what_it_took() -> None:
    """So that the time is the script's, and not the gate's."""

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    stage = FakeStage()
    paused = scenario(TELL, Wait(seconds=5, position=HERE), disrupt(), ASK)
    played(stage, plan(paused), sleep=sleep)
    planned = stage.of(ConversationPlanned)
    assert [one.conversation for one in stage.of(Waited)] == [one.conversation for one in planned]
    # Each look at the clock of the stage takes a second.
    assert all(one.seconds >= 1 for one in stage.of(Waited))


def test_a_conversation_that_is_over_pauses_no_more() -> None:
    stage = FakeStage()
    paused = scenario(TELL, Wait(seconds=5, position=HERE), disrupt(), ASK)

    def hang(session: str, text: str) -> None:
        raise TurnIndeterminate("no answer")

    def prepare(deployment: FakeDeployment) -> None:
        deployment.bot.before_answering = hang

    async def sleep(seconds: float) -> None:
        raise AssertionError("nobody is there to wait for")

    stage.runtime.prepare = prepare
    played(stage, plan(paused), sleep=sleep)
    assert len(stage.of(TurnEnded)) == 4


# --- stated by the bot --------------------------------------------------------------------------------


def test_the_plan_decides_what_the_gates_own_model_states() -> None:
    for conversation in plan(STATED).conversations:
        [turn] = [one for one in conversation.turns if one.states]
        assert turn.answer == f"Certainly, here it is: {conversation.facts['ticket']}."
        assert conversation.planned(0.0).told_by["ticket"] == "alice"
        assert "ticket" not in turn.tells


def test_what_the_reply_states_is_on_record() -> None:
    own = plan(STATED)
    replies = {one.facts["order"]: f"It is {one.facts['ticket']}." for one in own.conversations}
    stage = stage_with(TalkativeBot(replies))
    stage.play(own)
    stated = {event.conversation: event.value for event in stage.of(FactStated)}
    assert stated == {one.identifier: one.facts["ticket"] for one in own.conversations}
    for event in stage.of(FactStated):
        ended = next(
            index
            for index, one in enumerate(stage.events)
            if isinstance(one, TurnEnded) and one.turn == event.turn
        )
        assert stage.events.index(event) > ended


def test_another_value_of_its_shape_counts_where_the_model_is_not_the_gates_own() -> None:
    own = plan(STATED)
    stage = stage_with(TalkativeBot({"Parcel": "Your number is tck-000007, thanks."}))
    played(stage, own, captures=True)
    assert [event.value for event in stage.of(FactStated)] == ["tck-000007"] * 2
    started = stage.of(TurnStarted)
    probes = [event for event in started if event.checks]
    assert [dict(event.checks or {}) for event in probes] == [{"contains": ("tck-000007",)}] * 2
    later = [event for event in started if event.text.startswith("I have a question")]
    assert [(event.text, event.tells) for event in later] == [
        ("I have a question on tck-000007.", ("ticket",))
    ] * 2
    # The planned value was never said, so the store is searched for the one that was.
    looks = stage.of(StoreSeen)
    assert all("tck-000007" in look.values for look in looks[-1:])


def test_only_the_planned_value_counts_where_the_model_is_the_gates_own() -> None:
    stage = stage_with(TalkativeBot({"Parcel": "Your number is TCK-000007."}))
    stage.play(plan(STATED))
    assert stage.of(FactStated) == []
    assert "TCK-000007" not in str(stage.of(TurnStarted))


@pytest.mark.parametrize("reply", ["No ticket today.", "TCK-12345", "TCK-1234567", "XTCK-123456"])
def test_a_reply_without_the_shape_states_nothing(reply: str) -> None:
    stage = stage_with(TalkativeBot({"Parcel": reply}))
    played(stage, plan(STATED), captures=True)
    assert stage.of(FactStated) == []


def test_the_shape_is_not_found_in_another_fact() -> None:
    """The reply may repeat the order, which holds six digits as well."""
    digits = scenario(
        say("alice", "Parcel {order} is broken. Which number has it?", "number"),
        disrupt(),
        ask("alice", "Which number had it?", contains="{number}"),
        facts=(ORDER, Pattern(name="number", template="######")),
    )
    own = plan(digits)
    replies = {
        one.facts["order"]: f"{one.facts['order']} has the number 204060." for one in own.conversations
    }
    stage = stage_with(TalkativeBot(replies))
    played(stage, own, captures=True)
    assert [event.value for event in stage.of(FactStated)] == ["204060"] * 2


# --- asked again --------------------------------------------------------------------------------------


class Answers:
    """Takes the first so many replies to each question for misses."""

    def __init__(self, misses: int) -> None:
        self._left: dict[str, int] = {}
        self._misses = misses

    def missed(self, turn: Turn, reply: str) -> bool:
        assert reply
        question = turn.identifier.split(".r")[0]
        self._left[question] = self._left.get(question, self._misses) - 1
        return self._left[question] >= 0


ONCE_MORE = scenario(TELL, disrupt(), ASK, ask("alice", "And again?", contains="{order}"))


@pytest.mark.parametrize(("misses", "again"), [(0, 0), (1, 1), (2, 2), (9, 2)])
def test_a_missed_question_is_asked_again_until_it_is_answered_but_no_more_than_twice(
    misses: int, again: int
) -> None:
    stage = FakeStage()
    own = plan(ONCE_MORE)
    played(stage, own, missed=Answers(misses).missed)
    arms = {event.conversation: event.arm for event in stage.of(ConversationPlanned)}
    for arm in (CONTROL, TREATED):
        asked = [(one.turn, one.repeats) for one in stage.of(TurnStarted) if arms[one.conversation] == arm]
        conversation = next(one for one in own.conversations if one.arm == arm)
        assert asked == [
            row
            for turn in conversation.turns
            for row in [
                (turn.identifier, ""),
                *(
                    (f"{turn.identifier}.r{number}", turn.identifier)
                    for number in range(1, again + 1)
                    if turn.expectation
                ),
            ]
        ]
    assert {event.moment for event in stage.of(TurnStarted) if event.repeats} <= {0}


def test_a_bot_that_refuses_is_not_asked_again() -> None:
    stage = FakeStage()

    def refuse(session: str, text: str) -> None:
        if text.endswith("?"):
            raise TurnRefused("the bot answered 500")

    def prepare(deployment: FakeDeployment) -> None:
        deployment.bot.before_answering = refuse

    stage.runtime.prepare = prepare
    played(stage, plan(ONCE_MORE), missed=lambda turn, reply: True)
    assert not any(event.repeats for event in stage.of(TurnStarted))


def test_what_must_not_be_known_is_asked_once() -> None:
    stage = FakeStage()
    apart = scenario(
        TELL, disrupt(), ask("bob", "Which order?", "isolation", without="{order}"), name="apart"
    )
    played(stage, plan(apart), missed=lambda turn, reply: True)
    assert not any(event.repeats for event in stage.of(TurnStarted))
