"""What each disruption costs a run, in seconds, measured on the plain healthy bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate.disruptions import DISRUPTIONS
from tests.zoo.runs import Examined


@dataclass(frozen=True, kw_only=True)
class Costs:
    """One run on each runtime; None where it was not to be had."""

    process: Examined | None = None
    docker: Examined | None = None

    @property
    def alarms(self) -> tuple[str, ...]:
        """Where the healthy bot did not pass, and why."""
        return tuple(
            f"the healthy bot under {name}: {one.verdict}, {'; '.join(one.reasons)}"
            for examined in (self.process, self.docker)
            if examined is not None
            for name, one in examined.findings.items()
            if one.verdict != "passed"
        )

    @property
    def summary(self) -> str:
        """In one sentence."""
        runs = sum(len(one.findings) for one in (self.process, self.docker) if one is not None)
        return f"costs: {'; '.join(self.alarms) or f'{runs} runs of the healthy bot, all passed'}"

    def in_all(self, disruption: str) -> float:
        """Seconds that it adds to a run of processes, its deployment included; 0 where not measured."""
        return self.process.seconds.get(disruption, 0.0) if self.process else 0.0

    @property
    def section(self) -> Sequence[str]:
        """For the page."""
        return [
            "In seconds, on the plain healthy bot and seven scenarios, with nothing beside it: the disruption"
            " by itself, and all that it adds to a run, with a deployment of its own. – is what the runtime"
            " cannot do, or was not measured.",
            "",
            "| disruption | by itself, processes | in all | by itself, containers | in all |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| `{name}` | {_seconds(self.process, name)} | {_seconds(self.docker, name)} |"
                for name in DISRUPTIONS
            ),
        ]


def _seconds(examined: Examined | None, disruption: str) -> str:
    if examined is None or disruption not in examined.findings:
        return "– | –"
    itself, in_all = examined.findings[disruption].seconds, examined.seconds.get(disruption)
    return f"{itself:.1f} | {'–' if in_all is None else f'{in_all:.1f}'}"
