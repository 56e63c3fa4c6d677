"""What the matrix came to, and the sections of the page that say so."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gate.analysis.statistics import exact_lower_bound
from gate.core.specification import RunSpecification
from tests.zoo.costs import Costs
from tests.zoo.measuring import Findings
from tests.zoo.page import counted
from tests.zoo.rows import Row, Subject

CONFIDENCE = 0.95
MOST_CHOSEN = 5


@dataclass(frozen=True, kw_only=True)
class Caught:
    """A defect and what the gate found under each disruption."""

    row: Row
    findings: Mapping[str, Findings]
    not_run: str = ""

    @property
    def by(self) -> tuple[str, ...]:
        """The disruptions under which it was refused for its guarantee."""
        return tuple(name for name, one in self.findings.items() if one.caught(self.row.guarantee))

    @property
    def otherwise(self) -> tuple[str, ...]:
        """The disruptions under which it was refused, but not for its guarantee."""
        return tuple(
            name
            for name, one in self.findings.items()
            if one.verdict == "failed" and not one.caught(self.row.guarantee)
        )

    @property
    def passes(self) -> tuple[str, ...]:
        """The disruptions under which it was not refused."""
        return tuple(name for name, one in self.findings.items() if one.verdict != "failed")

    @property
    def lost_at(self) -> str:
        """The stage that lost most, where the guarantee was found broken."""
        lost: Counter[str] = Counter()
        for name in self.by:
            lost.update(self.findings[name].lost_at)
        return lost.most_common(1)[0][0] if lost else ""

    @property
    def is_caught(self) -> bool:
        """Whether all disruptions that are to expose it did, at the stage that is to be named."""
        right_stage = not self.row.lost_at or self.row.lost_at == self.lost_at
        return set(self.row.exposing) <= set(self.by) and right_stage

    @property
    def line(self) -> str:
        """For who watches."""
        mark = "not run" if self.not_run else "caught" if self.is_caught else "MISSED"
        return f"{mark:8} {self.row.number:4} {self.row.name}: {self.row.guarantee} by {', '.join(self.by)}"


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A healthy bot and what the gate said of it under each disruption, with one seed."""

    patient: Subject
    seed: int
    findings: Mapping[str, Findings]
    output: str = ""

    @property
    def alarms(self) -> tuple[str, ...]:
        """The disruptions under which it did not pass."""
        return tuple(name for name, one in self.findings.items() if one.verdict != "passed")

    @property
    def line(self) -> str:
        """For who watches."""
        reasons = "; ".join(reason for name in self.alarms for reason in self.findings[name].reasons)
        verdict = f"ALARM under {', '.join(self.alarms)}: {reasons}" if self.alarms else "passed"
        return f"healthy  {self.patient.label}, seed {self.seed}: {verdict} ({len(self.findings)} runs)"


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Everything that was measured."""

    caught: Sequence[Caught]
    twins: Sequence[Twin]

    @property
    def runs(self) -> int:
        """Bot × disruption × seed."""
        return sum(len(one.findings) for one in self.twins)

    @property
    def alarms(self) -> int:
        """How many of them did not pass."""
        return sum(len(one.alarms) for one in self.twins)

    @property
    def missed(self) -> list[Caught]:
        """The defects that were not caught as they should have been."""
        return [one for one in self.caught if not one.not_run and not one.is_caught]

    @property
    def failures(self) -> int:
        """What must not be."""
        return len(self.missed) + self.alarms

    @property
    def summary(self) -> str:
        """In one sentence."""
        ran = [one for one in self.caught if not one.not_run]
        return (
            f"{len(ran) - len(self.missed)} of {len(ran)} defects caught; {self.alarms} false alarms in"
            f" {self.runs} runs of healthy bots"
        )

    def catches(self, chosen: Collection[str]) -> list[Caught]:
        """The defects of a bot of one replica and one version that these disruptions miss."""
        return [
            one
            for one in self.caught
            if one.findings and not one.row.needs_more and set(chosen).isdisjoint(one.by)
        ]

    def smallest_sets(self, costs: Costs) -> list[tuple[str, ...]]:
        """The smallest sets of disruptions that catch every such defect, the cheapest first."""
        single = [one for one in self.caught if one.findings and not one.row.needs_more]
        kinds = sorted({name for one in single for name in one.by})
        for size in range(1, MOST_CHOSEN + 1):
            sets = [some for some in itertools.combinations(kinds, size) if not self.catches(some)]
            if sets:
                return sorted(sets, key=lambda some: sum(map(costs.in_all, some)))
        return []


def introduction(matrix: Matrix) -> str:
    """How the page begins."""
    ran = [one for one in matrix.caught if not one.not_run]
    kept = len(ran) - len(matrix.missed)
    numbers = {one.row.number.rstrip("abc") for one in ran}
    missed_numbers = {one.row.number.rstrip("abc") for one in matrix.missed}
    bound = 1 - exact_lower_bound(matrix.runs - matrix.alarms, matrix.runs, CONFIDENCE)
    return "\n".join(
        [
            "# What the gate catches, and whom it blames",
            "",
            "Made by `make zoo`; not edited by hand. Each defect was met in a bot or a framework of the wild."
            " In [tests/zoo](../tests/zoo) it is a small bot that differs by the defect alone from a healthy"
            " twin. Both are run under every disruption that local processes can undergo; what takes an"
            " engine is run on one.",
            "",
            f"{counted(len(numbers) - len(missed_numbers), len(numbers), kept, len(ran))}"
            f" are caught for the right guarantee. Healthy bots: {matrix.alarms}"
            f" false alarms in {matrix.runs} runs** (bot × disruption × seed), so at most {bound * 100:.2f} %"
            f" with {CONFIDENCE * 100:.0f} % confidence (exact bound).",
        ]
    )


def sections(matrix: Matrix, costs: Costs) -> dict[str, list[str]]:
    """Heading → lines."""
    return {
        "Defects": [
            "*Caught by* are the disruptions under which the run is refused and the guarantee is found"
            " broken; under *others* it is refused for another one; the rest do not expose it.",
            "",
            "| # | defect | guarantee | lost at | caught by | others | not exposed by |",
            "|---|---|---|---|---|---|---|",
            *(row_of_table(one) for one in matrix.caught),
            "",
            *_not_run(matrix),
        ],
        "Healthy twins": twins_table(matrix.twins),
        "What to run": _choice(matrix, costs),
    }


def row_of_table(one: Caught) -> str:
    """The defect's line."""
    mark = "not run" if one.not_run else "✓" if one.is_caught else "✗"
    return (
        f"| {one.row.number} {mark} | {one.row.name} | {one.row.guarantee} | {one.lost_at or '–'} |"
        f" {listed(one.by, len(one.findings))} | {listed(one.otherwise)} | {listed(one.passes)} |"
    )


def listed(names: Sequence[str], all_of_them: int = 0) -> str:
    """Names in a cell of a table."""
    if all_of_them and len(names) == all_of_them:
        return "all"
    return ", ".join(names) or "–"


def _not_run(matrix: Matrix) -> list[str]:
    reasons = [f"* {one.row.number} {one.row.name}: {one.not_run}" for one in matrix.caught if one.not_run]
    return ["Not run here:", "", *reasons, ""] if reasons else []


def twins_table(twins: Sequence[Twin]) -> list[str]:
    """Each healthy bot, with all its runs in one line."""
    lines = ["| bot | runs | false alarms |", "|---|--:|--:|"]
    for label in dict.fromkeys(one.patient.label for one in twins):
        own = [one for one in twins if one.patient.label == label]
        runs, alarms = sum(len(one.findings) for one in own), sum(len(one.alarms) for one in own)
        lines.append(f"| {label} | {runs} | {alarms} |")
    return lines


def _choice(matrix: Matrix, costs: Costs) -> list[str]:
    default = RunSpecification().disruptions
    left = matrix.catches(default)
    several = [one.row.number for one in matrix.caught if one.row.needs_more]
    smallest = matrix.smallest_sets(costs)
    lines = [
        f"The default is {_code(default)}. Of what a bot of one replica and one version can do wrong it"
        " misses "
        + (", ".join(f"{one.row.number} ({one.row.name})" for one in left) or "nothing")
        + f". Rows {', '.join(several)} take replicas or two versions, and so `replica-hop`, `blue-green` or"
        " `rolling`; the preset `thorough` runs all that the runtime can do.",
        "",
    ]
    if smallest:
        shown = "; ".join(_code(some) for some in smallest[:3])
        lines.append(f"The smallest sets that miss nothing of it, the cheapest first: {shown}.")
    else:
        lines.append(f"No {MOST_CHOSEN} disruptions catch all of it.")
    return lines


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
