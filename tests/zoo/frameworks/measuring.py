"""What the gate finds in the bots on real frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.zoo.detection import Caught, Twin, listed
from tests.zoo.frameworks.rows import (
    DEFAULT,
    EXPOSING,
    FRAMEWORK_ROWS,
    FrameworkImages,
    FrameworkRow,
    versions,
)
from tests.zoo.runs import Examined, run

MODULE_NAMED = "the module search is not loaded"


@dataclass(frozen=True, kw_only=True)
class WithoutModules:
    """A bot that needs a module of the store, beside a server that lacks it."""

    row: FrameworkRow
    examined: Examined

    @property
    def is_right(self) -> bool:
        """Whether the bot is not called forgetful, and the missing module is named."""
        verdicts = {one.verdict for one in self.examined.findings.values()}
        return verdicts == {"inconclusive"} and MODULE_NAMED in " ".join(self.examined.output.split())

    @property
    def line(self) -> str:
        """For who watches."""
        mark = "named" if self.is_right else "UNNAMED"
        return f"{mark:8} {self.row.number} on a Redis without its module"


def examine_framework(row: FrameworkRow, images: FrameworkImages) -> Caught:
    """A defect under what exposes it, beside the server that it needs."""
    beside = images.beside(images.searching if row.needs_modules else images.plain)
    return Caught(row=row, findings=run(row.patient, row.scenarios, EXPOSING, 1, beside).findings)


def examine_framework_twin(row: FrameworkRow, images: FrameworkImages) -> Twin:
    """The healthy twin under the default disruptions."""
    beside = images.beside(images.searching if row.needs_modules else images.plain)
    examined = run(row.twin, row.scenarios, DEFAULT, 1, beside)
    return Twin(patient=row.twin, seed=1, findings=examined.findings, output=examined.output)


def examine_without_modules(row: FrameworkRow, images: FrameworkImages) -> WithoutModules:
    """The same bot where it cannot work."""
    examined = run(row.patient, row.scenarios, ("none",), 1, images.beside(images.plain))
    return WithoutModules(row=row, examined=examined)


@dataclass(frozen=True, kw_only=True)
class Frameworks:
    """Everything that was measured on frameworks."""

    caught: Sequence[Caught]
    twins: Sequence[Twin]
    without_modules: Sequence[WithoutModules]

    @property
    def failures(self) -> tuple[str, ...]:
        """What must not be, a sentence each."""
        wrong: Iterable[Caught | Twin | WithoutModules] = (
            *(one for one in self.caught if not one.is_caught),
            *(one for one in self.twins if one.alarms),
            *(one for one in self.without_modules if not one.is_right),
        )
        return tuple(one.line for one in wrong)

    @property
    def summary(self) -> str:
        """In one sentence."""
        runs = sum(len(one.findings) for one in self.twins)
        return (
            f"frameworks: {'; '.join(self.failures) or f'{len(self.caught)} of {len(self.caught)} defects'}"
            f" caught; {runs} runs of healthy twins"
        )

    @property
    def section(self) -> list[str]:
        """For the page."""
        by_name = {row.number: row for row in FRAMEWORK_ROWS}
        twins = {one.patient.bot: one for one in self.twins}
        lines = [
            "The same with the frameworks in which such defects were met, at the versions of"
            " [requirements.txt](../tests/zoo/frameworks/requirements.txt), in containers beside a Redis 8;"
            " where it is needed, with its search and JSON modules. The healthy twin uses the same"
            " framework the way that holds, and is run under the default disruptions.",
            "",
            "| framework | defect | guarantee | lost at | caught by | healthy twin | runs | false alarms |",
            "|---|---|---|---|---|---|--:|--:|",
        ]
        for one in self.caught:
            row = by_name[one.row.number]
            twin = twins[row.twin.bot]
            mark = "✓" if one.is_caught else "✗"
            lines.append(
                f"| {mark} {versions(row.packages)} | {row.name} | {row.guarantee} | {one.lost_at or '–'} |"
                f" {listed(one.by)} | `{row.twin.bot}` | {len(twin.findings)} | {len(twin.alarms)} |"
            )
        named = [f"`{one.row.number}`" for one in self.without_modules if one.is_right]
        if named:
            lines += [
                "",
                f"Beside a Redis without these modules {' and '.join(named)} cannot start. That is"
                " inconclusive, not forgetting, and the report says why:"
                f" “{MODULE_NAMED}; name an image that has it under store: {{image: …}}”.",
            ]
        return lines
