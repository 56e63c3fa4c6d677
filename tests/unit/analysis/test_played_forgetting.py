"""No bot that forgets is let through, and the stage is named at which it forgot."""

from __future__ import annotations

import pytest

from gate.core.guarantees import GUARANTEES
from gate.core.report import Outcome, Verdict
from gate.core.transcript import CONTROL, TREATED
from gate.reference_model.reading import Message
from tests.transcripts.playing import (
    ChattingBot,
    built_in,
    lost_at,
    play_with,
)


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


@pytest.mark.parametrize(("bot", "stage"), FORGETFUL.items())
@pytest.mark.parametrize("seed", range(3))
def test_a_bot_that_forgets_fails_at_its_stage(bot: type[ChattingBot], stage: str, seed: int) -> None:
    report = play_with(bot, disruptions=("restart", "none"), seed=seed)
    assert report.verdict is Verdict.FAILED
    restart, undisturbed = report.disruptions
    assert (restart.verdict, undisturbed.verdict) == (Verdict.FAILED, Verdict.PASSED)
    assert (restart.before.share, restart.after.share) == (1.0, 0.0)
    assert lost_at(report) == {stage}
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


def test_the_same_run_gives_the_same_report() -> None:
    assert play_with(Buffer, *built_in()) == play_with(Buffer, *built_in())
