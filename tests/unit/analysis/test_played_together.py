"""Whole runs in memory in which turns come at once, bots state facts, and deploys follow one another."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.core.report import Outcome, Report, Verdict
from gate.core.scenario import Scenario
from gate.core.transcript import Event, TurnEnded, TurnStarted
from gate.reference_model.reading import UNKNOWN, Message
from gate.runner.misses import missed
from gate.scenarios import load_scenarios
from tests.transcripts.playing import (
    EVERYTHING,
    KINDS,
    LIBRARY,
    ChattingBot,
    built_in,
    lost_at,
    play_with,
)

TOGETHER = (
    "parallel-turns.yml",
    "parallel-first-turns.yml",
    "ticket-number.yml",
    "two-deploys.yml",
    "told-and-asked-across-replicas.yml",
)
seeds = pytest.mark.parametrize("seed", [1, 7, 42])


def scenarios(*names: str) -> tuple[Scenario, ...]:
    return load_scenarios([LIBRARY / name for name in names or TOGETHER], KINDS)


# --- honest bots ----------------------------------------------------------------------------------------


def as_it_is(messages: list[Message]) -> list[Message]:
    return messages


def as_transcript(messages: list[Message]) -> list[Message]:
    names = {"user": "Human", "assistant": "AI"}
    lines = "\n".join(f"{names[one.role]}: {one.text}" for one in messages)
    return [Message(role="user", text=f"The conversation so far:\n{lines}\nAI:")]


def as_json(messages: list[Message]) -> list[Message]:
    records = [{"role": one.role, "content": one.text} for one in messages]
    return [Message(role="user", text=f"Go on with this: {json.dumps(records, ensure_ascii=False)}")]


class SlowBot(ChattingBot):
    """Takes its time between the steps of a turn, so that those of parallel turns mix in many ways."""

    form: Callable[[list[Message]], list[Message]] = staticmethod(as_it_is)
    pace = random.Random(7)

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, list[Message]] = {}

    async def dawdle(self) -> None:
        for _ in range(self.pace.randrange(5)):
            await asyncio.sleep(0)

    def think(self, messages: list[Message]) -> str:
        return self.ask_model(self.form(messages))

    def keep(self, session: str, *messages: Message) -> None:
        self.messages.setdefault(session, []).extend(messages)
        self.memory[session] = [one.text for one in self.messages[session]]

    async def say(self, session: str, text: str) -> str:
        """Stores each side of the turn at once."""
        self.keep(session, Message(role="user", text=text))
        await self.dawdle()
        reply = self.think(list(self.messages[session]))
        await self.dawdle()
        self.keep(session, Message(role="assistant", text=reply))
        return reply

    def restart(self) -> None:
        """The messages are in a store; what the inspector sees stays."""
        self.histories = {
            session: [(one.text, "") for one in messages] for session, messages in self.messages.items()
        }


class WholeTurnsBot(SlowBot):
    """Stores both sides of a turn together, when it knows the reply."""

    async def say(self, session: str, text: str) -> str:
        asked = Message(role="user", text=text)
        history = list(self.messages.get(session, ()))
        await self.dawdle()
        reply = self.think([*history, asked])
        await self.dawdle()
        self.keep(session, asked, Message(role="assistant", text=reply))
        return reply


class OneByOneBot(WholeTurnsBot):
    """Takes the turns of a session one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._locks: dict[str, asyncio.Lock] = {}

    async def say(self, session: str, text: str) -> str:
        async with self._locks.setdefault(session, asyncio.Lock()):
            return await super().say(session, text)


def formed(bot: type[SlowBot], form: Callable[[list[Message]], list[Message]], seed: int) -> type[SlowBot]:
    fields = {"form": staticmethod(form), "pace": random.Random(seed)}
    return type(f"{bot.__name__}-{form.__name__}", (bot,), fields)


@pytest.mark.parametrize("form", [as_it_is, as_transcript, as_json])
@pytest.mark.parametrize(("bot", "seed"), [(SlowBot, 1), (SlowBot, 7), (WholeTurnsBot, 42), (OneByOneBot, 3)])
def test_an_honest_bot_passes_however_the_parts_of_its_turns_mix(
    bot: type[SlowBot], form: Callable[[list[Message]], list[Message]], seed: int
) -> None:
    report = play_with(formed(bot, form, seed), *scenarios(), trials=2, seed=seed)
    assert report.verdict is Verdict.PASSED, report.reasons
    assert (report.accuracy, report.accuracy_before, report.leaks) == (1.0, 1.0, 0)
    assert {one.outcome for one in report.probes} == {Outcome.REMEMBERED}
    assert {one.trace.told for one in report.probes} == {True}


def test_two_deploys_stand_in_the_row_of_the_deploy() -> None:
    report = play_with(
        ChattingBot, EVERYTHING, *scenarios("two-deploys.yml"), disruptions=["restart", "kill"]
    )
    assert [one.name for one in report.disruptions] == ["restart", "kill"]
    assert {one.disruption for one in report.probes} == {"restart", "kill"}
    assert [one.evidence for one in report.disruptions] == [
        "restart done; restart done",
        "kill done; kill done",
    ]


# --- bots with a defect ---------------------------------------------------------------------------------


class Amnesiac(ChattingBot):
    """Puts nothing but the question to its model."""

    def load(self, session: str) -> list[tuple[str, str]]:
        return []


class InTheProcess(ChattingBot):
    """Forgets everything at a restart."""

    def restart(self) -> None:
        self.histories.clear()


class ForgetsItsOwnWords(ChattingBot):
    """Keeps what the user said only."""

    def save(self, session: str, turn: tuple[str, str]) -> None:
        super().save(session, (turn[0], "…"))


class StatesNothing(ChattingBot):
    """Never says what its model tells it to state."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        reply = super().reply(session, prompt)
        return "Done." if "Certainly" in reply else reply


class ReadModifyWrite(ChattingBot):
    """Writes back the whole history that it read before it thought.

    A turn of a parallel block thinks until the next has read as well: the second is a condition.
    """

    together = ("My contract is", "I drive the model")

    def __init__(self) -> None:
        super().__init__()
        self._reading: dict[str, int] = {}
        self._all_have_read: dict[str, asyncio.Event] = {}

    async def say(self, session: str, text: str) -> str:
        history = list(self.load(session))
        if text.startswith(self.together):
            met = self._all_have_read.setdefault(session, asyncio.Event())
            self._reading[session] = self._reading.get(session, 0) + 1
            if self._reading[session] == len(self.together):
                met.set()
            await met.wait()
        reply = self.reply(session, self.shape(history, text))
        self.histories[session] = [*history, (text, reply)]
        self.memory[session] = [part for turn in self.histories[session] for part in turn]
        return reply


def outcomes(report: Report, file: str) -> list[Outcome]:
    return [one.outcome for one in report.probes if Path(one.file).name == file]


@seeds
def test_an_amnesiac_scores_nothing(seed: int) -> None:
    report = play_with(Amnesiac, *scenarios(), seed=seed)
    assert report.verdict is Verdict.FAILED
    assert (report.accuracy, report.accuracy_before) == (0.0, 0.0)


class TwoReplicas(ChattingBot):
    """Every other question goes to a replica that knows nothing, or the other session's facts."""

    knows_others = False

    def __init__(self) -> None:
        super().__init__()
        self._turns = 0

    def reply(self, session: str, prompt: list[Message]) -> str:
        if not prompt[-1].text.endswith("?"):
            return super().reply(session, prompt)
        self._turns += 1
        if self._turns % 2:
            return super().reply(session, prompt)
        others = [text for name, texts in self.memory.items() if name != session for text in texts]
        return " ".join(others) if self.knows_others else super().reply(session, prompt[-1:])


class MixingReplicas(TwoReplicas):
    knows_others = True


@pytest.mark.parametrize("bot", [Amnesiac, TwoReplicas, MixingReplicas, ReadModifyWrite])
def test_what_is_asked_again_counts_once(bot: type[ChattingBot]) -> None:
    """Turn for turn: as many probes, leaks and planned questions, whatever the later replies are."""
    report = play_with(bot, EVERYTHING, *scenarios("parallel-first-turns.yml"), missed=missed)
    planned = [2 * sum(turn.expectation is not None for turn in EVERYTHING.turns), 2 * 2]
    assert len(report.probes) == sum(planned)
    assert len({(one.conversation, one.line, one.question) for one in report.probes}) == len(report.probes)
    row = report.disruptions[0]
    assert row.before.scored + row.before.unscored == row.after.scored + row.after.unscored == 3 + 2
    assert report.leaks <= len(report.probes)


def test_only_what_was_missed_is_asked_again() -> None:
    own: list[Event] = []
    report = play_with(TwoReplicas, EVERYTHING, missed=missed, watch=own.extend)
    turns = {event.turn: event for event in own if isinstance(event, TurnStarted)}
    replies = {event.turn: event.reply for event in own if isinstance(event, TurnEnded)}
    repeats = [event for event in turns.values() if event.repeats]
    assert repeats
    for event in repeats:
        original = turns[event.repeats]
        assert (event.text, event.session, event.checks) == (original.text, original.session, original.checks)
        # The replica that knows nothing is followed by the one that knows all.
        assert event.turn == f"{original.turn}.r1"
        assert (replies[original.turn], replies[event.turn]) != (UNKNOWN, UNKNOWN)
    lost = [one for one in report.probes if one.outcome is Outcome.LOST]
    assert len(lost) == len(repeats)


@seeds
def test_a_bot_in_the_process_knows_only_what_was_told_since_the_last_deploy(seed: int) -> None:
    report = play_with(InTheProcess, *scenarios(), seed=seed)
    assert report.verdict is Verdict.FAILED
    assert report.accuracy_before == 1.0
    known = {
        one.question for one in report.probes if one.arm == "treated" and one.outcome is Outcome.REMEMBERED
    }
    assert known == {
        "Which desk did I just name?",
        "At which number did I just say you can phone me?",
        "On which laptop do I work?",
        "Where do we meet?",
    }


@seeds
def test_who_forgets_its_own_words_loses_the_ticket_alone(seed: int) -> None:
    report = play_with(ForgetsItsOwnWords, *scenarios(), seed=seed)
    lost = {one.question for one in report.probes if one.outcome is Outcome.LOST}
    assert lost == {"What ticket number did you give me?"}
    assert lost_at(report) == {"stored"}


def test_who_states_nothing_has_forgotten_nothing() -> None:
    report = play_with(StatesNothing, *scenarios("ticket-number.yml"))
    tickets = [one for one in report.probes if one.question.startswith("What ticket")]
    assert [one.outcome for one in tickets] == [Outcome.UNSCORED] * 2
    assert {one.reason for one in tickets} == {"the bot never stated ticket"}
    assert {one.reply for one in tickets} == {UNKNOWN}
    assert report.verdict is Verdict.INCONCLUSIVE


@seeds
def test_a_bot_that_reads_and_writes_back_loses_one_of_two_parallel_turns(seed: int) -> None:
    report = play_with(ReadModifyWrite, *scenarios("parallel-first-turns.yml"), seed=seed)
    assert report.verdict is Verdict.FAILED
    # In either arm one of the two has overwritten the other.
    assert sorted(outcomes(report, "parallel-first-turns.yml")) == [
        *[Outcome.LOST] * 2,
        *[Outcome.REMEMBERED] * 2,
    ]
    assert {one.anomaly for one in report.probes if one.outcome is Outcome.LOST} == {"lost update"}


def test_the_library_has_what_is_tried_here() -> None:
    assert {Path(one.file).name for one in built_in()} >= set(TOGETHER)
