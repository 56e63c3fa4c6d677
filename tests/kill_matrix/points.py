"""Which points are struck: every boundary of a run, and every kind of boundary with every signal."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.kill_matrix.striking import NEXT_RUN, POST_STEP, SUPERVISORS, SWEEP, Point

Boundary = tuple[str, int]
"""A kind of boundary, and the how-manieth of it."""

INT, TERM, HUP, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL
SIGNALS = (INT, TERM, HUP, KILL)
TWICE = ((INT, TERM), (TERM, INT), (HUP, HUP), (TERM, KILL))
"""A first signal, and one that comes in the middle of the clean-up."""
BEFORE_CLEAN_UP = ("clean-up", "cleaned-up", "run-ended", "verdict")
"""Where a signal comes too late for a second one to meet the clean-up."""


def on_processes(boundaries: Mapping[str, Sequence[Boundary]]) -> list[Point]:
    """Every boundary of the first scene, each with one signal; each kind with all of them, and with two."""
    usual, *others = boundaries
    rotating = itertools.cycle(SIGNALS)
    points = [_point(usual, one, next(rotating)) for one in boundaries[usual]]
    known: set[str] = set()
    for scene in (usual, *others):
        for one in _first_of_kind(boundaries[scene], known):
            points += [_point(scene, one, number) for number in SIGNALS]
    points += _twice(usual, boundaries[usual], SUPERVISORS)
    return list(dict.fromkeys(points))


def on_the_engine(scene: str, boundaries: Sequence[Boundary]) -> list[Point]:
    """Each kind of boundary with one signal after the other, and with SIGKILL; and with two."""
    kinds = list(_first_of_kind(boundaries, set()))
    rotating = itertools.cycle((INT, TERM, HUP))
    removers = itertools.cycle((SWEEP, POST_STEP))
    points = [_point(scene, one, next(rotating)) for one in kinds]
    points += [_point(scene, one, KILL, remover=next(removers)) for one in kinds]
    points += [
        _point(scene, one, KILL, remover=NEXT_RUN)
        for one in kinds
        if one[0] in ("deployment-started", "disruption-ended")
    ]
    return points + _twice(scene, kinds[::2], SWEEP)


def of_the_action(scene: str, boundaries: Sequence[Boundary]) -> list[Point]:
    """Each kind of boundary with the runner's cancel, some with the death of the container."""
    kinds = list(_first_of_kind(boundaries, set()))
    return [
        *(_point(scene, one, INT) for one in kinds),
        *(_point(scene, one, KILL, remover=POST_STEP) for one in kinds[1::3]),
    ]


def _first_of_kind(boundaries: Iterable[Boundary], known: set[str]) -> Iterator[Boundary]:
    for kind, ordinal in boundaries:
        if kind not in known:
            known.add(kind)
            yield kind, ordinal


def _twice(scene: str, boundaries: Iterable[Boundary], remover: str) -> list[Point]:
    kinds = [one for one in _first_of_kind(boundaries, set()) if one[0] not in BEFORE_CLEAN_UP]
    return [
        _point(scene, one, first, second, remover=remover)
        for one, (first, second) in zip(kinds, itertools.cycle(TWICE), strict=False)
    ]


def _point(
    scene: str,
    boundary: Boundary,
    number: signal.Signals,
    second: signal.Signals | None = None,
    *,
    remover: str = SUPERVISORS,
) -> Point:
    kind, ordinal = boundary
    return Point(scene=scene, kind=kind, ordinal=ordinal, number=number, second=second, remover=remover)
