"""No honest bot is blamed, whatever shape it puts its history in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.core.facts import Pick, Text
from gate.core.report import Outcome, Verdict
from gate.core.scenario import Scenario
from gate.reference_model.reading import ACKNOWLEDGEMENT, UNKNOWN, Message
from tests.transcripts.playing import (
    EVERYTHING,
    ChattingBot,
    built_in,
    play_with,
    short_ones,
)
from tests.unit.model_endpoint.prompts import CHAIN, SHAPES, summary_request
from tests.unit.runner.scripts import CITY, ask, disrupt, filler, scenario


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
    assert {one.trace.loaded for one in report.probes} == {True}


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
