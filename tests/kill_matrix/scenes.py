"""The runs that are struck, and what a user would have written to start them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.commands.gate_process import ZOO, Gate

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""
STATING = """\
name: A ticket survives
facts:
  desk: {pattern: "DSK-????"}
  ticket: {pattern: "TCK-######"}
script:
  - alice: "Will you open a ticket for desk {desk}?"
    states: ticket
  - disrupt
  - alice: "Which one did you open?"
    expect: "{ticket}"
"""
JUDGED = """\
name: A parcel
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: {contains: "{order}", judge: "says that the order is {order}"}
"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A run: which bot it has, what is said, and how it is disrupted. `judged` needs a judge's address."""

    name: str
    defect: str = ""
    scenario: str = SCENARIO
    disruptions: Sequence[str] = ("restart",)
    bot: dict[str, object] = field(default_factory=dict)
    judged: bool = False


SCENES = {
    one.name: one
    for one in (
        Scene(name="usual", disruptions=("restart", "kill-mid-turn")),
        Scene(name="stating", scenario=STATING),
        Scene(name="no start", defect="crash-on-start"),
        Scene(name="dead store", defect="kills-store"),
        Scene(name="judged", scenario=JUDGED, judged=True),
    )
}
"""Between them they have every kind of event."""


def configure(gate: Gate, scene: Scene, *, run: str, image: str = "", judge: str = "") -> Sequence[str]:
    """Writes the files of the scene; the arguments of the run. `image` for containers, else processes."""
    gate.write("scene.yml", scene.scenario)
    settings: dict[str, object] = {
        "bot": {
            **({"image": image} if image else {"command": ["python", "bot.py"], "directory": str(ZOO)}),
            "env": {"MEMORY": "redis", "DEFECT": scene.defect, "RUN": run},
            **scene.bot,
        },
        "scenarios": ["scene.yml"],
    }
    if scene.judged:
        settings["judge"] = {"base-url": judge, "model": "judge-1"}
    # JSON is YAML.
    gate.write("memory-gate.yml", json.dumps(settings))
    return ["run", "--seed", "7", *(word for kind in scene.disruptions for word in ("--disrupt", kind))]
