"""When what happened: one lane for each deployment, its turns, the disruption, the questions after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.core.verdict import Outcome, Report
from gate.judging.history import History, Performance, PlayedTurn
from gate.judging.sentences import plural
from gate.reporters.html_report.bounds import finite
from gate.reporters.html_report.markup import Html, element, join
from gate.reporters.wording import duration_text

BINS = 120
HEIGHT = 40
LEAST_WIDTH = 3.0
"""Of a disruption, out of `WIDTH`: one of a few milliseconds is to be seen, too."""
WIDTH = 1000.0
KINDS = ("talk", "kept", "lost")
LANES_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class _Lane:
    name: str
    performance: Performance
    began: float
    """In seconds since the run began, as `ended` is."""
    ended: float
    turns: Sequence[tuple[float, str]]
    """When each was said, and which of `KINDS` it is."""


def timeline(report: Report, history: History) -> Html:
    """All lanes on one scale, the longest as wide as the page; nothing where nothing was said."""
    lanes = _lanes(report, history)
    if not lanes:
        return Html("")
    longest = max(0.001, *(lane.ended - lane.began for lane in lanes))
    binned = [_binned(lane, longest) for lane in lanes]
    highest = max(sum(counts) for bins in binned for counts in bins.values())
    rows = [
        _row(lane, bins, longest, highest)
        for lane, bins in zip(lanes[:LANES_SHOWN], binned[:LANES_SHOWN], strict=True)
    ]
    legend = element(
        "p",
        *(
            join(element("span", class_=f"swatch {kind}"), f" {words} ")
            for kind, words in (
                ("talk", "told, small talk, asked again"),
                ("kept", "question, remembered"),
                ("lost", "question, not remembered"),
                ("cut", "the disruption"),
            )
        ),
        class_="legend",
    )
    return element("div", legend, *rows, class_="lanes")


def _lanes(report: Report, history: History) -> list[_Lane]:
    outcomes = {
        (probe.conversation, probe.line, probe.column, probe.question): probe.outcome
        for probe in report.probes
    }
    turns: dict[str, list[PlayedTurn]] = {}
    for turn in history.turns.values():
        turns.setdefault(history.conversations[turn.started.conversation].deployment, []).append(turn)
    rows = {one.deployment: history.row_of(one) for one in history.conversations.values()}
    return [
        _Lane(
            name=rows[deployment],
            performance=performance,
            began=finite(performance.started.at - performance.started.seconds),
            ended=max(finite((turn.ended or turn.started).at) for turn in turns[deployment]),
            turns=[(finite(turn.started.at), _kind(turn, outcomes)) for turn in turns[deployment]],
        )
        for deployment, performance in history.performances.items()
        if performance.started is not None and deployment in turns
    ]


def _kind(turn: PlayedTurn, outcomes: Mapping[tuple[str, int, int, str], Outcome]) -> str:
    started = turn.started
    if started.checks is None or started.repeats:
        return "talk"
    outcome = outcomes.get((started.conversation, started.line, started.column, started.text))
    return {Outcome.REMEMBERED: "kept", Outcome.LOST: "lost", Outcome.ERROR: "lost"}.get(
        outcome or Outcome.UNSCORED, "talk"
    )


def _binned(lane: _Lane, longest: float) -> dict[int, list[int]]:
    """Bin → how many turns of each of `KINDS` were said in it."""
    bins: dict[int, list[int]] = {}
    for at, kind in lane.turns:
        place = min(BINS - 1, max(0, int((at - lane.began) / longest * BINS)))
        bins.setdefault(place, [0] * len(KINDS))[KINDS.index(kind)] += 1
    return bins


def _row(lane: _Lane, bins: Mapping[int, Sequence[int]], longest: float, highest: int) -> Html:
    cuts = [
        (finite(one.ended.at - one.ended.seconds) - lane.began, finite(one.ended.seconds))
        for one in lane.performance.disturbances
    ]
    shapes = [
        element("rect", class_="cut", x=_x(at / longest), y=0, width=_width(seconds, longest), height=HEIGHT)
        for at, seconds in cuts
    ]
    step = WIDTH / BINS
    for place, counts in sorted(bins.items()):
        top = float(HEIGHT)
        for kind, count in zip(KINDS, counts, strict=True):
            tall = count / highest * (HEIGHT - 4)
            top -= tall
            if count:
                shapes.append(
                    element(
                        "rect",
                        class_=kind,
                        x=round(place * step, 1),
                        y=round(top, 2),
                        width=round(step - 1, 1),
                        height=round(tall, 2),
                    )
                )
    when = "; ".join(f"at {duration_text(at)} for {duration_text(seconds)}" for at, seconds in cuts)
    asked = sum(kind != "talk" for _, kind in lane.turns)
    text = f"{when or 'not disrupted'}, {plural(len(lane.turns), 'turn')}, {plural(asked, 'question')}"
    return element(
        "div",
        element("p", element("b", lane.name), " ", element("span", text, class_="quiet"), class_="lane-name"),
        element(
            "svg",
            *shapes,
            viewBox=f"0 0 {WIDTH:.0f} {HEIGHT}",
            preserveAspectRatio="none",
            role="img",
            aria_label=f"{lane.name}: {text}",
        ),
        element(
            "p",
            element("span", "0 s"),
            element("span", duration_text(longest)),
            class_="axis",
        ),
        class_="lane",
    )


def _x(share: float) -> float:
    return round(min(1.0, max(0.0, share)) * WIDTH, 1)


def _width(seconds: float, longest: float) -> float:
    return max(LEAST_WIDTH, _x(seconds / longest))
