"""The evidence names the guarantee: what is simply gone is a lost write, whatever the probe was about."""

from __future__ import annotations

import pytest

from gate.core.guarantees import GUARANTEES
from gate.core.transcript import TREATED
from tests.transcripts.runs import honest_run, result_of


@pytest.mark.parametrize("guarantee", ["correction", "order"])
@pytest.mark.parametrize(
    ("reply", "is_wrong_value"),
    [("I don't know.", False), ("It was something else entirely.", False), ("It is {order}.", True)],
)
def test_a_value_that_is_gone_is_not_one_that_came_back(
    guarantee: str, reply: str, is_wrong_value: bool
) -> None:
    """Only a reply with a wrong one of the conversation's own values shows a resurrection or an inversion."""
    run = honest_run()
    talk = run.of(TREATED)[0]
    talk.city.guarantee = guarantee
    talk.city.checks = {"contains": [talk.facts["city"]], "without": [talk.facts["order"]]}
    talk.city.asks = ["city", "order"]
    talk.city.reply = reply.format(order=talk.facts["order"])
    result = result_of(run.analyse(), talk.city)
    expected = GUARANTEES[guarantee].anomaly if is_wrong_value else GUARANTEES["durability"].anomaly
    assert result.anomaly == expected
