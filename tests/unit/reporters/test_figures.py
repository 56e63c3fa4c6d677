"""Figures as texts."""

from __future__ import annotations

import math

import pytest

from gate.analysis.power import power_of
from gate.core.report import Outcome, Power, TimeSpent
from gate.core.transcript import CONTROL
from gate.reporters.figures import (
    duration_text,
    interval_text,
    lost_facts,
    milliseconds_text,
    needed_text,
    points_text,
    power_text,
    share_text,
    stages_text,
    time_text,
)
from tests.unit.reporters.builder import disruption, probe, report


@pytest.mark.parametrize(
    ("base", "head", "text"),
    [
        (1.0, 0.655, "−34.5 points"),
        (0.9, 0.91, "+1 point"),
        (0.9, 0.9 + 1e-9, "no change"),
        (0.0, 1.0, "+100 points"),
    ],
)
def test_points_have_a_sign(base: float, head: float, text: str) -> None:
    assert points_text(base, head) == text


def test_leaks_and_fabrications_are_no_lost_facts() -> None:
    probes = [
        probe(outcome=Outcome.LOST),
        probe(outcome=Outcome.ERROR),
        probe(outcome=Outcome.LOST, guarantee="isolation"),
        probe(outcome=Outcome.LOST, arm=CONTROL),
    ]
    assert lost_facts(report(probes=probes)) == 2


def test_figures_read_as_people_write_them() -> None:
    assert share_text(None) == "\N{EN DASH}"
    assert share_text(0.9999) == "99.9 %"
    assert stages_text({"loaded": 6, "stored": 180}.items()) == "stored 180, loaded 6"
    assert stages_text({"loaded": 6, "stored": 180}.items(), 1) == "stored 180 …"
    assert stages_text({"told": 0}.items()) == ""
    assert [duration_text(seconds) for seconds in (0, 1.62, 9.96, 41.2, 125, math.nan)] == [
        "0.0 s",
        "1.6 s",
        "10 s",
        "41 s",
        "2 min 5 s",
        "\N{EN DASH}",
    ]
    assert milliseconds_text(41.2, None) == "41 → \N{EN DASH}"
    assert milliseconds_text(None, math.inf) == "\N{EN DASH}"
    assert interval_text(report(interval=(0.6156, 0.6942))) == "61\N{EN DASH}70 %"


@pytest.mark.parametrize(
    ("power", "sentence"),
    [
        (power_of(20, 0.95), "20 probes: a 98 % bot is blocked 6 % of the time, a 90 % bot passes 39 %"),
        (power_of(100, 0.95), "100 probes: a 98 % bot is blocked 1.5 % of the time, a 90 % bot passes 6 %"),
        (power_of(1, 1.0), "1 probe: a 98 % bot is blocked 2 % of the time, a 90 % bot passes 90 %"),
        (
            power_of(2000, 0.95),
            "2,000 probes: a 98 % bot is blocked under 0.1 % of the time, a 90 % bot passes under 0.1 %",
        ),
        (
            power_of(59, 0.95, 0.95),
            "59 conversations: a 98 % bot is blocked 70 % of the time, a 90 % bot passes 0.2 %",
        ),
        (None, ""),
    ],
)
def test_the_power_in_one_sentence(power: Power | None, sentence: str) -> None:
    assert power_text(report(power=power, disruptions=(disruption("restart"),))) == sentence


def test_the_power_is_that_of_each_disruption() -> None:
    assert power_text(report(power=power_of(20, 0.95))).startswith("20 probes per disruption: ")


def test_what_is_needed_names_the_confidence() -> None:
    assert needed_text(report()) == "95 %"
    assert needed_text(report(confidence=0.99)) == "95 % with 99 % confidence"


def test_the_time_is_told_by_whose_it_was() -> None:
    spent = TimeSpent(bot=33.2, engine=7.04, gate=0.61, model=0.01)
    assert time_text(report(seconds=40.86, time=spent)) == "41 s: bot 33 · engine 7.0 · gate 0.6"
    forwarded = TimeSpent(bot=1.0, model=90.0, engine=7.0, script=3.0, gate=0.0)
    text = time_text(report(seconds=101.0, time=forwarded))
    assert text == "101 s: bot 1.0 · model 90 · engine 7.0 · script 3.0 · gate 0.0"
    assert time_text(report(seconds=41.2)) == "41 s"
