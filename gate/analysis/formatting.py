"""Format counts, shares and disruptions for the reasons of a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.disruption_names import UNDISTURBED
from gate.core.report import Tally


def percent(share: float) -> str:
    """Return a share as people write it; never rounded up to 100 % when something is missing."""
    figure = int(share * 1000 + 1e-6) / 10
    return f"{figure:.0f} %" if figure == int(figure) else f"{figure:.1f} %"


def remembered(counts: Tally) -> str:
    """Render the counts: "18 of 20 facts (90 %)"."""
    return f"{counts.remembered} of {plural(counts.scored, 'fact')} ({percent(counts.share or 0.0)})"


def remembered_of(kept: int, scored: int) -> str:
    """Render two counts: "18 of 20 facts (90 %)"."""
    return remembered(Tally(remembered=kept, scored=scored))


def plural(count: int, singular: str, many: str = "") -> str:
    """Render a count of things: "1 fact", "1,200 facts", "2 early expiries"."""
    several = singular[:-1] + "ies" if singular.endswith("ry") else f"{singular}s"
    return f"{count:,} {singular if count == 1 else many or several}"


def lasting(seconds: float) -> str:
    """Return a length of time in its largest whole unit: "30 d", "90 min", "12 s"; never rounded up."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size and (seconds % size < 1 or seconds >= 10 * size):
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 1:.0f} s"


def subject(disruptions: Sequence[str]) -> str:
    """Return the disruptions as the subject of a sentence: "restart", "restart then kill"."""
    return "the undisturbed run" if _is_undisturbed(disruptions) else " then ".join(disruptions)


def after(disruptions: Sequence[str]) -> str:
    """Say when the treated arm was asked: "after restart", "undisturbed"."""
    return "undisturbed" if _is_undisturbed(disruptions) else f"after {subject(disruptions)}"


def after_all(rows: Sequence[Sequence[str]]) -> str:
    """Say when all treated arms were asked: "after restart and kill, and undisturbed"."""
    disturbed = [subject(row) for row in rows if not _is_undisturbed(row)]
    if not disturbed:
        return "undisturbed"
    listed = " and ".join(part for part in (", ".join(disturbed[:-1]), disturbed[-1]) if part)
    return f"after {listed}" + (", and undisturbed" if len(disturbed) < len(rows) else "")


def _is_undisturbed(disruptions: Sequence[str]) -> bool:
    return list(disruptions) == [UNDISTURBED]
