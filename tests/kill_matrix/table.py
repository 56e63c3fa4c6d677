"""The page that says what the kill matrix came to."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.kill_matrix.striking import SUPERVISORS, Outcome

COLUMNS = 110
PROCESS = "local processes"
ENGINE = "Docker engine"
ACTION = "the action, in GitHub's runner (emulated)"

HEADER = """\
# Kill matrix

Written by `make kill-matrix`. A listener in the gate's own stream of events ends the gate at one boundary of
a run, right after an event was put on record: no clock and no luck decides where. The boundaries besides the
events are the beginning and the end of the clean-up, and the moment at which the verdict is written.

After SIGINT, SIGTERM, SIGHUP and the runner's cancel the gate has to remove everything it made, to write the
report of what is known (inconclusive, interrupted) with a transcript of every event up to the signal, and to
end with exit code 130. Where all had been played, it may end with its verdict. After SIGKILL nobody is left
to do so: whoever removes must remove all of it, and the transcript has to hold every event before the end.

"""
FOOTER = """
*Left behind* counts processes, containers, networks, volumes, temporary folders and drafts of files, of the
run that was struck. *Written* counts runs that left a report, or after SIGKILL a transcript, as described
above. *Slowest end* is from the first signal to the end of the process, on two cores with two runs at a time;
the runner's cancel leaves ten seconds.

A part of this runs with the suite (`tests/kill_matrix`). Beside it stand the tests of what may fail
around a run: the engine, through a proxy that a test disturbs (`tests/commands/test_engine_faults.py`), the
report folder and the transcript in it (`tests/commands/test_report_folder.py`), what removes what
(`tests/docker/test_sweep.py`), and the key of a real model, searched for in every artefact and
spelling (`tests/commands/test_secrets.py`).
"""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Runs that went on undisturbed on the same engine meanwhile: how many, and how many passed."""

    runs: int
    passed: int
    kept: bool
    """Whether containers, networks and volumes of another run that is not over yet are all still there."""


def page(outcomes: Mapping[str, Sequence[Outcome]], neighbours: Neighbours | None) -> str:
    """The page; `outcomes` by place."""
    every = [one for several in outcomes.values() for one in several]
    rows = [
        _row(place, name, [one for one in several if one.point.name == name])
        for place, several in outcomes.items()
        for name in dict.fromkeys(one.point.name for one in several)
    ]
    table = [
        "| where | signal | points | left behind | written | slowest end |",
        "|---|---|--:|--:|--:|--:|",
        *rows,
    ]
    kinds = sorted({one.point.kind for one in every})
    removers = ", ".join(
        f"{name} {count}"
        for name, count in _counted(
            one.point.remover for one in every if one.point.kills and one.point.remover != SUPERVISORS
        )
    )
    text = HEADER
    text += (
        textwrap.fill(f"{len(every)} points, of {len(kinds)} kinds: {', '.join(kinds)}.", COLUMNS) + "\n\n"
    )
    text += "\n".join(table) + "\n"
    if removers:
        text += f"\nWhat a killed gate left on the engine was removed by: {removers}.\n"
    if neighbours is not None:
        text += "\n" + textwrap.fill(
            f"Meanwhile {neighbours.runs} other runs went on on the same engine, and {neighbours.passed} of"
            " them passed as if alone. What belonged to another run whose time was not over was"
            f" {'left alone' if neighbours.kept else 'NOT LEFT ALONE'} through all of it.",
            COLUMNS,
        )
        text += "\n"
    return text + FOOTER


def problems(outcomes: Iterable[Outcome]) -> list[str]:
    """A line for each point at which something was wrong."""
    return [
        f"{one.point.name} at {one.point.kind} {one.point.ordinal} ({one.point.scene}):"
        f" {'; '.join([*one.left, *one.problems])}"
        for one in outcomes
        if not one.clean
    ]


def _row(place: str, name: str, outcomes: Sequence[Outcome]) -> str:
    left = sum(len(one.left) for one in outcomes)
    written = sum(not one.problems and (one.reported or one.point.kills) for one in outcomes)
    slowest = max(one.seconds for one in outcomes)
    shown = "cancel" if place == ACTION and not outcomes[0].point.kills else name
    return f"| {place} | {shown} | {len(outcomes)} | {left} | {written} | {slowest:.1f} s |"


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items())
