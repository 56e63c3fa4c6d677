"""Runs of an honest bot to plant something in, and what to say of them afterwards."""

from __future__ import annotations

from hypothesis import strategies as st

from gate.core.report import Outcome, Report
from tests.transcripts.runs import (
    Exchange,
    Run,
    Talk,
    honest_run,
)

KINDS = ("none", "restart", "kill", "recreate", "restart+kill")


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Runs of an honest bot, small enough that one lost fact is more than 5 %."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True))
    return honest_run(kinds, scenarios=draw(st.integers(1, 2)), trials=draw(st.integers(1, 2)))


seeds = st.integers(0, 2**32)


def some(data: st.DataObject, run: Run, arm: str | None = None) -> Talk:
    """One of the conversations."""
    return data.draw(st.sampled_from([one for one in run.talks if arm in (None, one.arm)]))


def moment(disruption: str) -> str:
    """How a sentence says when."""
    return "undisturbed" if disruption == "none" else f"after {disruption.replace('+', ' then ')}"


def subject(disruption: str) -> str:
    return "the undisturbed run" if disruption == "none" else disruption.replace("+", " then ")


def counts(report: Report, name: str) -> tuple[int, int, int, int]:
    """Remembered and scored, before and after."""
    [one] = [one for one in report.disruptions if one.name == name]
    return one.before.remembered, one.before.scored, one.after.remembered, one.after.scored


def others(report: Report, *given: Exchange) -> set[Outcome]:
    """What became of all probes but these."""
    mine = {(one.session, one.line) for one in given}
    return {probe.outcome for probe in report.probes if (probe.session, probe.line) not in mine}


def lose(one: Talk, run: Run) -> None:
    one.order.reply = "I don't know."


def leak(one: Talk, run: Run) -> None:
    one.isolation.reply = f"It is {one.facts['order']}."


def refuse(one: Talk, run: Run) -> None:
    one.tellings[0].refuse()


def never_store(one: Talk, run: Run) -> None:
    run.never_stored.add(one.facts["order"])
    one.order.prompts, one.order.reply = ["user: What is my order?"], "I don't know."
