"""Figures of a report as texts: shares, intervals, stages, durations and the power of the test."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict

from gate.analysis.formatting import percent, plural
from gate.analysis.power import BAD_SHARE, GOOD_SHARE
from gate.core.report import STAGES, Report

EN_DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"

LEAST_SECONDS = 0.05
"""Seconds that a part of the time must reach to be named; less would show as zero."""


def lost_facts(report: Report) -> int:
    """Count the recall probes that failed after a disruption."""
    return sum(probe.recall for probe in report.lost)


def stages_text(lost_at: Iterable[tuple[str, int]], shown: int = len(STAGES)) -> str:
    """Write losses by stage, in stage order: "stored 180, loaded 6". Keep the `shown` greatest numbers."""
    counted = [(stage, count) for stage, count in lost_at if count]
    greatest = sorted(counted, key=lambda entry: -entry[1])[:shown]
    order = {stage: index for index, stage in enumerate(STAGES)}
    text = ", ".join(
        f"{stage} {count}" for stage, count in sorted(greatest, key=lambda entry: order.get(entry[0], 9))
    )
    return f"{text} …" if len(greatest) < len(counted) else text


def share_text(share: float | None) -> str:
    """Write a share in percent; a dash if nothing was scored."""
    return EN_DASH if share is None else percent(share)


def points_text(base: float, head: float) -> str:
    """Write the change of a share in points: "+2.5 points"; "no change" below a tenth of a point."""
    points = round((head - base) * 100, 1)
    if not points:
        return "no change"
    return f"{'+' if points > 0 else MINUS}{abs(points):g} {'point' if abs(points) == 1 else 'points'}"


def interval_text(report: Report) -> str:
    """Write the 95 % interval of the accuracy after disruptions; "" without one."""
    if report.interval is None:
        return ""
    low, high = report.interval
    return f"{math.floor(low * 100 + 1e-6)}{EN_DASH}{math.ceil(high * 100 - 1e-6)} %"


def needed_text(report: Report) -> str:
    """Write the accuracy that is needed to pass: "95 %", or "95 % with 99 % confidence"."""
    needed = share_text(report.threshold)
    return needed if report.confidence is None else f"{needed} with {percent(report.confidence)} confidence"


def power_text(report: Report) -> str:
    """Say in one sentence how often the verdict would be wrong; "" if nothing was scored."""
    if report.power is None:
        return ""
    several = " per disruption" if len(report.disruptions) > 1 else ""
    return (
        f"{plural(report.power.probes, report.power.unit)}{several}:"
        f" a {percent(GOOD_SHARE)} bot is blocked {_chance_text(report.power.blocks_good)} of the time,"
        f" a {percent(BAD_SHARE)} bot passes {_chance_text(report.power.passes_bad)}"
    )


def _chance_text(chance: float) -> str:
    """Write a probability in percent, with a decimal near 0 and 1. It is never written as 0 % or 100 %."""
    if not 0.001 <= chance <= 0.999:
        return "under 0.1 %" if chance < 0.5 else "over 99.9 %"
    places = 0 if 0.02 <= chance <= 0.98 else 1
    return f"{chance * 100:.{places}f} %"


def milliseconds_text(before: float | None, after: float | None) -> str:
    """Write times before and after: "41 → 44"; a dash for a time that was not measured."""
    parts = [
        EN_DASH if value is None or not math.isfinite(value) else f"{value:.0f}" for value in (before, after)
    ]
    return EN_DASH if parts == [EN_DASH, EN_DASH] else " → ".join(parts)


def duration_text(seconds: float) -> str:
    """Write a duration: "1.6 s", "41 s", "2 min 5 s"; a dash if it is negative or not finite."""
    if not math.isfinite(seconds) or seconds < 0:
        return EN_DASH
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def time_text(report: Report) -> str:
    """Write the run's time and its parts: "41 s: bot 33 · model 1.2 · engine 7 · gate 0.6".

    Write the total alone if its parts are unknown.
    """
    whole = duration_text(report.seconds)
    parts = [
        f"{name} {_seconds_text(seconds)}"
        for name, seconds in asdict(report.time).items()
        # Many runs ask no model and have scripts without pauses; those parts would read 0.0.
        if name in ("bot", "engine", "gate") or seconds >= LEAST_SECONDS
    ]
    if not any(asdict(report.time).values()) or whole == EN_DASH:
        return whole
    return f"{whole}: {' · '.join(parts)}"


def _seconds_text(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:.0f}"
