"""Runs the gate on a bot of the zoo, and reads in its report what it found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.core.guarantees import GUARANTEES
from tests.commands.gate_process import LIBRARY, ZOO, Ended, Gate, disruptions
from tests.zoo.images import NO_IMAGES, Images
from tests.zoo.rows import Subject

OF_ANOMALY: Mapping[str, str] = {
    name: one.name for one in GUARANTEES.values() for name in (one.anomaly, one.other_anomaly) if name
}


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the gate said under one disruption."""

    disruption: str
    verdict: str
    guarantees: Mapping[str, int] = field(default_factory=dict)
    """Guarantee → how many probes show it broken, the commonest first."""
    lost_at: Mapping[str, int] = field(default_factory=dict)
    """Stage → how many lost facts were lost there, the commonest first."""
    before: float | None = None
    """How much was known before the disruption, between 0 and 1; None where nothing was scored."""
    after: float | None = None
    seconds: float = 0.0
    """What the disruption itself took."""
    reasons: tuple[str, ...] = ()

    def caught(self, guarantee: str) -> bool:
        """Whether this guarantee was found broken, and the bot refused for it."""
        return self.verdict == "failed" and guarantee in self.guarantees


def configuration(patient: Subject, scenarios: Sequence[str], images: Images = NO_IMAGES) -> dict[str, Any]:
    """memory-gate.yml for a patient: as local processes, or as containers."""
    source: dict[str, object] = {"command": ["python", "bot.py"], "directory": str(ZOO)}
    if images.candidate:
        source = {"image": images.candidate}
    if images.previous:
        source["previous"] = images.previous
    environment = {"MEMORY": patient.memory, "DEFECT": patient.bot, **dict(patient.environment)}
    return {
        "bot": {**source, "env": environment},
        "store": {**dict(patient.store), **({"image": images.store} if images.store else {})},
        "scenarios": [str(scenario_path(name)) for name in scenarios],
    }


def scenario_path(name: str) -> Path:
    """A scenario of the library, or one of the zoo's own."""
    own = ZOO / "scenarios" / f"{name}.yml"
    return own if own.exists() else LIBRARY / f"{name}.yml"


def examine(
    gate: Gate,
    patient: Subject,
    scenarios: Sequence[str],
    kinds: Sequence[str],
    *,
    seed: int = 1,
    images: Images = NO_IMAGES,
    jobs: int | None = None,
) -> tuple[Ended, Mapping[str, Findings]]:
    """One run under some disruptions, each on a deployment of its own, and what was found under each.

    `jobs` is how many deployments stand at once; None leaves it to the gate.
    """
    # JSON is YAML.
    gate.write("memory-gate.yml", json.dumps(configuration(patient, scenarios, images)))
    side_by_side = () if jobs is None else ("--jobs", str(jobs))
    ended = gate.run("run", "--seed", str(seed), *side_by_side, *disruptions(*kinds))
    return ended, findings_in(ended.report)


def findings_in(report: Mapping[str, Any]) -> Mapping[str, Findings]:
    """Disruption → what was found."""
    certain = [one["name"] for one in report.get("guarantees", ()) if one["standing"] == "broken"]
    found = {}
    for one in report.get("disruptions", ()):
        probes = [
            probe for probe in report["probes"] if probe["disruption"] == one["name"] and probe["anomaly"]
        ]
        broken = Counter(OF_ANOMALY[probe["anomaly"]] for probe in probes)
        verdict = one["verdict"]
        if "retention" in certain and "retention" not in broken and report["verdict"] == "failed":
            # An early expiry is seen in the store, and no probe shows it.
            broken["retention"] += 1
            verdict = "failed"
        if {"isolation", "no-fabrication", "retention"} & set(broken) and report["verdict"] == "failed":
            # What tolerates none blocks the run, whatever the disruption's own share of it.
            verdict = "failed"
        found[one["name"]] = Findings(
            disruption=one["name"],
            verdict=verdict,
            guarantees=dict(broken.most_common()),
            lost_at=dict(Counter(probe["lost_at"] for probe in probes if probe["lost_at"]).most_common()),
            before=one["accuracy_before"],
            after=one["accuracy"],
            seconds=one["seconds"],
            reasons=tuple(one["reasons"]),
        )
    return found
