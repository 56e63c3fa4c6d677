"""No bot that mixes, invents, errs or hangs is let through."""

from __future__ import annotations

import pytest

from gate.core.guarantees import GUARANTEES
from gate.core.report import Outcome, Verdict
from gate.core.transcript import TREATED
from gate.errors import TurnIndeterminate, TurnRefused
from gate.reference_model.reading import Message
from tests.transcripts.playing import (
    EVERYTHING,
    ChattingBot,
    built_in,
    play_with,
    short_ones,
)
from tests.unit.runner.scripts import ASK, TELL, disrupt, filler, scenario


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
