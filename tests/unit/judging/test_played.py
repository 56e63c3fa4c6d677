"""Whole runs in memory: plan, play, read and judge, on bots that remember well or badly.

No honest bot is blamed, and no bot that forgets, mixes or invents is let through.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gate.core.facts import Pick, Text
from gate.core.guarantees import GUARANTEES
from gate.core.scenario import Scenario
from gate.core.specification import RunSpecification
from gate.core.transcript import CONTROL, TREATED, Event, ModelAsked, RunEnded, RunStarted, decode, encode
from gate.core.verdict import Outcome, Report, Verdict
from gate.disruptions import DISRUPTIONS
from gate.errors import TurnIndeterminate, TurnRefused
from gate.judging import judge
from gate.reader.catalogue import reader_for
from gate.reader.reading import ACKNOWLEDGEMENT, UNKNOWN, Message, Reader
from gate.runner.plan import Turn
from gate.runner.play import never_missed
from gate.runner.sharding import plan_part
from gate.scenario_files import Vocabulary, load_scenarios
from gate.scorers import SCORERS
from tests.unit.reader.prompts import CHAIN, SHAPES, as_messages, summary_request
from tests.unit.runner.doubles import FakeDeployment, FakeDisruption, FakeRuntime, FakeStage, MemoryBot
from tests.unit.runner.scripts import ASK, CITY, MOVED, ORDER, TELL, ask, disrupt, filler, scenario

LIBRARY = Path(__file__).parents[3] / "scenarios"
VOCABULARY = Vocabulary(scorers=SCORERS, disruptions=DISRUPTIONS, guarantees=GUARANTEES)
Shape = Callable[[Sequence[tuple[str, str]], str], list[Message]]

EVERYTHING = scenario(
    ("alice", "My order is {order} and I live in {city}."),
    ("bob", "Hello, I am new here."),
    filler(3),
    ("alice", "I have moved. I live in {moved} now."),
    disrupt(),
    ask("alice", "What is my order number?", contains="{order}"),
    ask("alice", "Which city do I live in now?", "correction", contains="{moved}", without="{city}"),
    ask("alice", "Which city did I name first?", "order", contains="{city}", without="{moved}"),
    ask("bob", "What is my order number?", "isolation", line=30, without="{order}"),
    ask("bob", "Which city do I live in now?", "no-fabrication", line=31, without=("{city}", "{moved}")),
    facts=(ORDER, CITY, MOVED),
    name="everything",
)


@functools.cache
def built_in() -> tuple[Scenario, ...]:
    """The library that ships with the gate."""
    return load_scenarios([LIBRARY], VOCABULARY)


def short_ones() -> tuple[Scenario, ...]:
    """The library without its longest texts, which a bot that mixes sessions repeats in every prompt."""
    return tuple(one for one in built_in() if not any(isinstance(fact, Text) for fact in one.facts))


class ChattingBot(MemoryBot):
    """A bot with a model and a history. What it does wrong is in its subclasses."""

    shape: Shape = staticmethod(as_messages)
    ask_model: Callable[[list[Message]], str]

    def __init__(self) -> None:
        super().__init__()
        self.histories: dict[str, list[tuple[str, str]]] = {}

    async def say(self, session: str, text: str) -> str:
        for _ in range(len(text) % 4):
            await asyncio.sleep(0)
        self.before_answering(session, text)
        history = self.load(session)
        reply = self.reply(session, self.shape(history, text))
        self.save(session, (text, reply))
        # What the inspector of the store looks into.
        self.memory[session] = held(self.load(session))
        return reply

    def reply(self, session: str, prompt: list[Message]) -> str:
        return self.ask_model(prompt)

    def key(self, session: str) -> str:
        return session

    def load(self, session: str) -> list[tuple[str, str]]:
        return self.histories.get(self.key(session), [])

    def save(self, session: str, turn: tuple[str, str]) -> None:
        self.histories.setdefault(self.key(session), []).append(turn)

    def restart(self) -> None:
        """A restart of the process; the histories are in a store."""


def held(history: Sequence[tuple[str, str]]) -> list[str]:
    """Both sides of a history, as a store holds it."""
    return [text for turn in history for text in turn]


def play_with(
    bot: type[ChattingBot],
    *scenarios: Scenario,
    disruptions: Sequence[str] = ("restart",),
    trials: int = 1,
    seed: int = 7,
    missed: Callable[[Turn, str], bool] = never_missed,
    watch: Callable[[Sequence[Event]], None] = lambda events: None,
) -> Report:
    """The report of a run, judged from the transcript as it would be on disk.

    `watch` is told of its events.
    """
    run = RunSpecification(disruptions=tuple(disruptions), trials=trials)
    events = transcript_of(bot, scenarios or (EVERYTHING,), run, seed=seed, missed=missed)
    watch(events)
    return judge(decode([encode(event) for event in events]))


def transcript_of(
    bot: type[ChattingBot],
    scenarios: Sequence[Scenario],
    run: RunSpecification,
    *,
    seed: int = 7,
    missed: Callable[[Turn, str], bool] = never_missed,
) -> list[Event]:
    """The events of a run, or of the shard that it names."""
    plan, left_out = plan_part(scenarios, run, window=None, seed=seed)
    reader = reader_for(plan)
    stage = FakeStage(runtime=FakeRuntime(), missed=missed)

    def new_bot() -> MemoryBot:
        one = bot()
        one.ask_model = lambda prompt: recorded(stage, reader, prompt)
        return one

    def restart(deployment: FakeDeployment) -> None:
        assert isinstance(deployment.bot, ChattingBot)
        deployment.bot.restart()
        deployment.bot.memory = {
            session: held(deployment.bot.load(session)) for session in deployment.bot.memory
        }

    stage.runtime.new_bot = new_bot
    for name in ("restart", "kill", "recreate"):
        stage.disruptions[name] = FakeDisruption(name, restart)
    stage.events.append(
        RunStarted(
            at=0.0,
            version="0",
            seed=seed,
            bot="b",
            runtime="memory",
            disruptions=list(run.disruptions),
            trials=run.trials,
            model="reader",
            policy={},
            left_out=left_out,
            shard=str(run.shard or ""),
        )
    )
    stage.play(plan)
    stage.events.append(RunEnded(at=1e9))
    return stage.events


def recorded(stage: FakeStage, reader: Reader, prompt: list[Message]) -> str:
    """What the endpoint does with a request."""
    reading = reader.read(prompt)
    stage.events.append(
        ModelAsked(
            at=0.0,
            path="/v1/chat/completions",
            prompt=[f"{one.role}: {one.text}" for one in prompt],
            about=reading.about,
            answer=reading.answer,
        )
    )
    return reading.answer


def lost_at(report: Report) -> set[str | None]:
    return {one.lost_at for one in report.lost if GUARANTEES[one.guarantee].recall}


# --- honest bots --------------------------------------------------------------------------------------


class SummaryBot(ChattingBot):
    """Keeps a summary that its model writes, and no history."""

    def __init__(self) -> None:
        super().__init__()
        self.summaries: dict[str, str] = {}

    def reply(self, session: str, prompt: list[Message]) -> str:
        text = prompt[-1].text
        summary = self.summaries.get(session, "")
        answer = self.ask_model([Message(role="user", text=CHAIN.format(history=summary, input=text))])
        self.summaries[session] = self.ask_model(summary_request(summary, text, answer))
        return answer


class PoliteBot(ChattingBot):
    """Dresses up what its model says, and says of its own accord where the branches are and when open."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        answer = self.ask_model(prompt)
        if answer == ACKNOWLEDGEMENT:
            return "Thank you! Visit us in Lisbon, Oslo, Kyoto or Quito, Monday to Friday."
        return f"Certainly: **{answer}** :-)"


HONEST: dict[str, type[ChattingBot]] = {
    **{
        name: type(f"Honest_{name}", (ChattingBot,), {"shape": staticmethod(SHAPES[name])}) for name in SHAPES
    },
    "summary": SummaryBot,
}


def within_reach_of(name: str) -> list[Scenario]:
    """The library without what a bot does not even claim to do: some keep no word of their own."""
    beyond = {"ticket-number.yml"} if name == "memories" else set()
    return [one for one in built_in() if Path(one.file).name not in beyond]


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("seed", range(2))
def test_an_honest_bot_passes_the_whole_library(name: str, seed: int) -> None:
    scenarios = (*within_reach_of(name), EVERYTHING)
    report = play_with(HONEST[name], *scenarios, disruptions=("restart", "none"), seed=seed)
    assert report.verdict is Verdict.PASSED, report.reasons
    assert {one.outcome for one in report.probes} == {Outcome.REMEMBERED}
    assert (report.accuracy, report.accuracy_before, report.leaks) == (1.0, 1.0, 0)


@pytest.mark.parametrize("seed", range(2))
def test_small_talk_of_the_bot_does_not_confuse_the_reader(seed: int) -> None:
    report = play_with(PoliteBot, *built_in(), disruptions=("restart", "none"), seed=seed)
    assert report.verdict is Verdict.PASSED, report.reasons


def test_an_honest_bot_passes_many_trials() -> None:
    """Where all pools are used up and values are shared between sessions."""
    report = play_with(ChattingBot, *short_ones(), EVERYTHING, disruptions=("restart", "none"), trials=4)
    assert report.verdict is Verdict.PASSED, report.reasons


NEVER_TOLD = scenario(
    ("alice", "I live in {city}, and I have a pet."),
    disrupt(),
    ask("alice", "What is my pet called?", "no-fabrication", unknown="{pet}"),
    ask("alice", "Which car do I drive?", "no-fabrication", line=21, unknown=()),
    ask("alice", "Where do I live?", line=22, contains="{city}"),
    facts=(CITY, Pick(name="pet", options=("Rex", "Bello", "Luna", "Minka"))),
    name="never told",
)


class Inventive(ChattingBot):
    """Never admits that it does not know."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        answer = self.ask_model(prompt)
        return "It is Luna, I am sure." if answer == UNKNOWN else answer


class SaysBoth(ChattingBot):
    """Abstains, and names every possible answer all the same."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        answer = self.ask_model(prompt)
        return "I don't know. Rex? Bello? Luna? Minka?" if answer == UNKNOWN else answer


@pytest.mark.parametrize("bot", HONEST.values(), ids=HONEST)
def test_who_admits_what_it_was_never_told_passes(bot: type[ChattingBot]) -> None:
    report = play_with(bot, NEVER_TOLD)
    assert report.verdict is Verdict.PASSED, report.reasons
    assert {one.outcome for one in report.probes} == {Outcome.REMEMBERED}
    assert (report.fabrication_probes, report.accuracy, report.fabrications) == (4, 1.0, 0)


FAITHFUL = scenario(
    ("alice", "Write this down: {note}"),
    ("alice", "The motto is: {motto}"),
    filler(2),
    disrupt(),
    ask("alice", "What did I ask you to write down?", "fidelity", contains="{note}"),
    ask("alice", "What is the motto?", "fidelity", line=21, contains="{motto}"),
    facts=(
        Text(name="note", length=8192, unicode=True, newlines=True),
        Text(name="motto", length=40, unicode=True, newlines=True),
    ),
    name="faithful",
)


class EscapesAll(ChattingBot):
    """Shows its history to the model as JSON of ASCII letters only."""

    @staticmethod
    def shape(history: Sequence[tuple[str, str]], text: str) -> list[Message]:
        known = json.dumps([{"user": said, "assistant": reply} for said, reply in history])
        return [Message(role="system", text=known), Message(role="user", text=text)]


@pytest.mark.parametrize("bot", [*HONEST.values(), EscapesAll], ids=[*HONEST, "escapes"])
@pytest.mark.parametrize("seed", range(2))
def test_who_keeps_long_texts_of_all_scripts_unchanged_passes(bot: type[ChattingBot], seed: int) -> None:
    report = play_with(bot, FAITHFUL, seed=seed)
    assert report.verdict is Verdict.PASSED, report.reasons
    assert {one.custody.loaded for one in report.probes} == {True}


class Flattens(ChattingBot):
    """Loses line breaks."""

    def save(self, session: str, turn: tuple[str, str]) -> None:
        super().save(session, (" ".join(turn[0].split()), turn[1]))


class SevenBits(ChattingBot):
    """Loses every letter beyond ASCII."""

    def save(self, session: str, turn: tuple[str, str]) -> None:
        super().save(session, (turn[0].encode("ascii", "replace").decode(), turn[1]))


class Shortens(ChattingBot):
    """Cuts long turns short."""

    def save(self, session: str, turn: tuple[str, str]) -> None:
        super().save(session, (turn[0][:4096], turn[1]))


@pytest.mark.parametrize(("bot", "share"), [(Flattens, 0.0), (SevenBits, 0.0), (Shortens, 0.5)])
def test_who_spoils_texts_fails_fidelity(bot: type[ChattingBot], share: float) -> None:
    report = play_with(bot, FAITHFUL)
    assert report.verdict is Verdict.FAILED
    assert report.accuracy == share
    assert {one.anomaly for one in report.lost} == {"corrupted value"}


@pytest.mark.parametrize(("bot", "fabrications"), [(Inventive, 4), (SaysBoth, 2)])
def test_who_makes_up_what_it_was_never_told_fails(bot: type[ChattingBot], fabrications: int) -> None:
    report = play_with(bot, NEVER_TOLD)
    assert report.verdict is Verdict.FAILED
    assert (report.fabrications, report.accuracy, report.leaks) == (fabrications, 1.0, 0)
    assert {one.anomaly for one in report.lost} == {"fabrication"}
    assert {one.lost_at for one in report.lost} == {None}


# --- bots that forget ---------------------------------------------------------------------------------


class Buffer(ChattingBot):
    """Keeps its histories in the process."""

    def restart(self) -> None:
        self.histories.clear()


class Unread(ChattingBot):
    """Stores everything, and after a restart reads nothing of it."""

    restarted = False

    def restart(self) -> None:
        self.restarted = True

    def reply(self, session: str, prompt: list[Message]) -> str:
        return self.ask_model(self.shape([], prompt[-1].text) if self.restarted else prompt)


class Mumbling(ChattingBot):
    """Loads everything, and after a restart does not say it."""

    restarted = False

    def restart(self) -> None:
        self.restarted = True

    def reply(self, session: str, prompt: list[Message]) -> str:
        answer = self.ask_model(prompt)
        return "Hm." if self.restarted else answer


FORGETFUL = {Buffer: "stored", Unread: "loaded", Mumbling: "answered"}


@pytest.mark.parametrize(("bot", "station"), FORGETFUL.items())
@pytest.mark.parametrize("seed", range(3))
def test_a_bot_that_forgets_fails_at_its_station(bot: type[ChattingBot], station: str, seed: int) -> None:
    report = play_with(bot, disruptions=("restart", "none"), seed=seed)
    assert report.verdict is Verdict.FAILED
    restart, undisturbed = report.disruptions
    assert (restart.verdict, undisturbed.verdict) == (Verdict.FAILED, Verdict.PASSED)
    assert (restart.before.share, restart.after.share) == (1.0, 0.0)
    assert lost_at(report) == {station}
    assert report.reasons == ("after restart, the bot remembers 0 of 3 facts (0 %); 95 % needed",)
    assert (report.leaks, report.fabrications) == (0, 0)


def test_a_bot_that_forgets_fails_the_whole_library() -> None:
    report = play_with(Buffer, *built_in())
    assert report.verdict is Verdict.FAILED
    assert report.accuracy_before == 1.0
    treated = [one for one in report.probes if one.arm == TREATED and GUARANTEES[one.guarantee].recall]
    remembered = [one for one in treated if one.outcome is Outcome.REMEMBERED]
    # All that it still knows is what it was told after its restart.
    assert {one.scenario for one in remembered} == {
        "A conversation goes on after the deploy",
        "What was said is known at once and stays known",
    }
    assert len(remembered) == 2 + 4
    assert all(one.outcome is Outcome.REMEMBERED for one in report.probes if one.arm == CONTROL)


class Forever(ChattingBot):
    """Never knew anything."""

    def save(self, session: str, turn: tuple[str, str]) -> None: ...


def test_a_bot_that_never_remembers_fails_and_the_deploy_is_not_blamed() -> None:
    report = play_with(Forever, *built_in())
    assert report.verdict is Verdict.FAILED
    [reason] = report.reasons
    assert reason.startswith("even undisturbed, the bot remembers only 0 of ")
    assert reason.endswith("the deploy is not to blame")


@pytest.mark.parametrize("seed", range(1))
def test_an_amnesiac_gains_nothing_from_what_it_keeps_trivially(seed: int) -> None:
    """It leaks nothing and makes nothing up, and its score is 0 all the same."""
    report = play_with(Forever, *built_in(), seed=seed)
    assert (report.accuracy, report.accuracy_before) == (0.0, 0.0)
    assert (report.leaks, report.fabrications) == (0, 0)
    recall = [one for one in report.probes if GUARANTEES[one.guarantee].recall]
    apart = [one for one in report.probes if not GUARANTEES[one.guarantee].recall]
    assert {one.outcome for one in recall} == {Outcome.LOST}
    assert {one.outcome for one in apart} == {Outcome.REMEMBERED}
    assert len(apart) >= 10


class OneInThree(ChattingBot):
    """Loses every third session at a restart."""

    def restart(self) -> None:
        for session in sorted(self.histories)[::3]:
            del self.histories[session]


def test_a_bot_that_loses_some_sessions_fails() -> None:
    report = play_with(OneInThree, *built_in())
    assert report.verdict is Verdict.FAILED
    assert report.accuracy is not None
    assert 0 < report.accuracy < 0.95


# --- bots that mix, invent or err ---------------------------------------------------------------------


class OneForAll(ChattingBot):
    """Its key ignores the session."""

    def key(self, session: str) -> str:
        return "memory"


class Folding(ChattingBot):
    """Folds the letter case of session ids."""

    def key(self, session: str) -> str:
        return session.casefold()


class Shortening(ChattingBot):
    """Cuts session ids short."""

    def key(self, session: str) -> str:
        return session[:3]


@pytest.mark.parametrize("bot", [OneForAll, Shortening])
@pytest.mark.parametrize("seed", range(1))
def test_a_bot_that_mixes_sessions_leaks(bot: type[ChattingBot], seed: int) -> None:
    report = play_with(bot, *short_ones(), seed=seed)
    assert report.verdict is Verdict.FAILED
    assert report.leaks > 0
    assert "held what another session was told" in report.reasons[0]


@pytest.mark.parametrize("seed", range(2))
def test_a_bot_that_folds_letter_case_leaks_between_names_alike(seed: int) -> None:
    report = play_with(Folding, *built_in(), seed=seed)
    assert report.verdict is Verdict.FAILED
    assert report.leaks > 0
    assert {one.scenario for one in report.probes if one.anomaly == "leak"} == {
        "Sessions with similar ids stay apart"
    }


class Stubborn(ChattingBot):
    """Keeps the oldest turn it has of a session, and none of the later ones that look like it."""

    def save(self, session: str, turn: tuple[str, str]) -> None:
        if "moved" not in turn[0]:
            super().save(session, turn)


def test_a_bot_that_keeps_the_old_value_fails_the_correction() -> None:
    report = play_with(Stubborn)
    assert report.verdict is Verdict.FAILED
    failed = {one.guarantee for one in report.probes if one.outcome is Outcome.LOST}
    assert failed == {"correction"}
    assert report.leaks == 0


class Reversed(ChattingBot):
    """Reads its history newest first."""

    def load(self, session: str) -> list[tuple[str, str]]:
        return super().load(session)[::-1]


def test_a_bot_that_reads_its_history_backwards_fails_order_and_correction() -> None:
    report = play_with(Reversed)
    assert report.verdict is Verdict.FAILED
    failed = {one.guarantee for one in report.probes if one.outcome is Outcome.LOST}
    assert failed == {"correction", "order"}


class KnowsTheTest(ChattingBot):
    """Answers everybody the same."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        return "Your order is ORD-123456, and you live in Lisbon."


class ListsEverything(ChattingBot):
    """Names every plausible value."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        return "Is it Lisbon, Oslo, Kyoto or Quito?"


class Parrot(ChattingBot):
    """Repeats the question."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        return prompt[-1].text


class Silent(ChattingBot):
    """Answers with nothing."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        return ""


@pytest.mark.parametrize("bot", [KnowsTheTest, ListsEverything, Parrot, Silent])
@pytest.mark.parametrize("seed", range(1))
def test_a_bot_that_only_pretends_fails(bot: type[ChattingBot], seed: int) -> None:
    report = play_with(bot, EVERYTHING, *built_in(), seed=seed)
    assert report.verdict is Verdict.FAILED
    assert report.accuracy is not None
    # Who always says the same town is right wherever that one was drawn.
    assert report.accuracy < (0.1 if bot is KnowsTheTest else 1e-9)


class RefusesTellings(ChattingBot):
    """Answers half of what it is told with an error, and remembers the other half."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        text = prompt[-1].text
        if not text.endswith("?") and len(text) % 2:
            raise TurnRefused("the bot answered 500")
        return super().reply(session, prompt)


class RefusesEverything(ChattingBot):
    def reply(self, session: str, prompt: list[Message]) -> str:
        raise TurnRefused("the bot answered 500")


class HangsAtOnce(ChattingBot):
    def reply(self, session: str, prompt: list[Message]) -> str:
        raise TurnIndeterminate("the bot did not answer within 60 s")


@pytest.mark.parametrize("bot", [RefusesEverything, HangsAtOnce])
def test_a_bot_that_acknowledges_nothing_is_inconclusive(bot: type[ChattingBot]) -> None:
    report = play_with(bot, *built_in())
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {one.outcome for one in report.probes} == {Outcome.UNSCORED}
    assert report.accuracy is None
    assert len(report.reasons) == 1


def test_a_bot_that_refuses_half_of_what_it_is_told_never_passes() -> None:
    report = play_with(RefusesTellings, *built_in())
    assert report.verdict is Verdict.INCONCLUSIVE
    assert not {Outcome.LOST, Outcome.ERROR} & {one.outcome for one in report.probes}
    assert "the bot never acknowledged the turn that tells " in report.reasons[0]


class ErrsAfterwards(ChattingBot):
    """Ends with an error for those whom it met before the restart."""

    restarted = False

    def restart(self) -> None:
        self.restarted = True

    def reply(self, session: str, prompt: list[Message]) -> str:
        if self.restarted:
            raise TurnRefused("the bot answered 500", why="unreadable history")
        return super().reply(session, prompt)


def test_a_bot_that_errs_after_the_restart_fails_with_errors() -> None:
    report = play_with(ErrsAfterwards)
    assert report.verdict is Verdict.FAILED
    treated = [one for one in report.probes if one.arm == TREATED and GUARANTEES[one.guarantee].recall]
    assert {one.outcome for one in treated} == {Outcome.ERROR}
    assert report.reasons == (
        "after restart, the bot remembers 0 of 3 facts (0 %) and leaves 3 questions without an answer;"
        " 95 % needed",
    )


class HangsAfterwards(ErrsAfterwards):
    """Never answers again after the restart."""

    def reply(self, session: str, prompt: list[Message]) -> str:
        if self.restarted:
            raise TurnIndeterminate("the bot did not answer within 60 s")
        return ChattingBot.reply(self, session, prompt)


def test_a_bot_that_hangs_after_the_restart_fails() -> None:
    report = play_with(HangsAfterwards, EVERYTHING, scenario(TELL, disrupt(), filler(1), ASK))
    assert report.verdict is Verdict.FAILED
    assert report.accuracy == 0.0


def test_the_same_run_gives_the_same_report() -> None:
    assert play_with(Buffer, *built_in()) == play_with(Buffer, *built_in())
