"""What a report says to somebody whose bot was not understood, or did not come up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate.analysis import analyse
from gate.core.report import Verdict
from gate.core.transcript import CONTROL, DeploymentFailed, Event, ModelAsked, RunStarted
from tests.transcripts.events import NOON
from tests.transcripts.runs import Run, honest_run

NO_REPLY = 'the bot\'s answer has no "reply": {"answer": "Hello"}'


def refusing(run: Run, error: str, *, status: str = "refused") -> Run:
    """The run, with every turn come to nothing."""
    for talk in run.talks:
        for exchange in (*talk.tellings, *talk.probes):
            exchange.refuse(error)
            exchange.status = status
    return run


@pytest.mark.parametrize("status", ["refused", "indeterminate"])
def test_a_bot_that_never_replies_is_quoted(status: str) -> None:
    report = refusing(honest_run(), NO_REPLY, status=status).analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    [finding] = [one for one in report.findings if "replied to none" in one]
    assert f"the first error: {NO_REPLY}; bot.request and bot.reply" in finding


def test_turns_that_are_refused_undisturbed_are_counted() -> None:
    run = honest_run()
    run.of(CONTROL)[0].tellings[0].refuse("the bot answered 500: no such user")
    assert any(
        one.startswith("with nothing disturbed, the bot refused 1 of ") and "no such user" in one
        for one in run.analyse().findings
    )


def without_model(events: list[Event]) -> list[Event]:
    return [one for one in events if not isinstance(one, ModelAsked)]


def test_a_bot_that_asks_another_model_is_told_so() -> None:
    [finding] = analyse(without_model(honest_run().events())).findings
    assert "OPENAI_BASE_URL" in finding


def test_a_bot_with_a_model_of_its_own_asks_it() -> None:
    events = [
        replace(one, model="none") if isinstance(one, RunStarted) else one
        for one in without_model(honest_run().events())
    ]
    assert analyse(events).findings == ()


def failed(sentences: dict[str, str]) -> list[Event]:
    """A run of which no deployment came up."""
    run = honest_run(list(sentences))
    for name, sentence in sentences.items():
        run.instead[name] = [
            DeploymentFailed(
                at=NOON, deployment=name, cause="bot", sentence=sentence, remedy="listen on all interfaces"
            )
        ]
    return run.events()


def test_what_kept_all_deployments_from_coming_up_is_said_once_with_its_remedy() -> None:
    report = analyse(failed({"restart": "it did not answer", "kill": "it did not answer"}))
    assert report.reasons == ("nothing was tried, because the bot did not start: it did not answer",)
    assert report.findings == ("listen on all interfaces",)
    assert [one.reasons[0][:20] for one in report.disruptions] == [
        "restart was not trie",
        "kill was not tried, ",
    ]


def test_different_causes_are_told_apart() -> None:
    report = analyse(failed({"restart": "it did not answer", "kill": "it ended"}))
    assert report.reasons == (
        "restart was not tried, because the bot did not start: it did not answer",
        "kill was not tried, because the bot did not start: it ended",
    )
    assert report.findings == ("listen on all interfaces",)
