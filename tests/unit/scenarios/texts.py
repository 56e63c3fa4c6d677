"""Scenario files in tests, and what comes of loading them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.core.guarantees import GUARANTEES
from gate.core.kinds import Kinds
from gate.core.scenario import Scenario
from gate.errors import DocumentError
from gate.scenarios import load_scenarios

KINDS = Kinds(
    scorers=("contains", "any", "all", "without", "matches", "number", "fuzzy", "unknown", "judge"),
    disruptions=("none", "restart", "kill", "recreate"),
    guarantees=GUARANTEES,
)


EXAMPLE = """\
name: Order follow-up survives a deploy
facts:
  order: {pattern: "ORD-######"}                    # '#' a digit, '?' a letter
  city:  {pick: [Lisbon, Oslo, Kyoto, Quito]}
  moved: {pick: [Lisbon, Oslo, Kyoto, Quito], not: city}
script:
  - alice: "My order is {order} and I live in {city}."
  - bob: "Hello, I'm new here."
  - filler: 6
  - alice: "I have moved. I live in {moved} now."
  - disrupt                                         # or  - disrupt: kill
  - alice: "What is my order number?"
    expect: "{order}"
  - alice: "Which city do I live in now?"
    expect: {contains: "{moved}", without: "{city}"}
    guarantee: correction
  - bob: "What is my order number?"
    expect: {without: "{order}"}
    guarantee: isolation
"""


FACTS = """\
name: n
facts:
  order: {pattern: "ORD-######"}
script:
"""


"""Four lines, so that the script begins on line 5."""


TELL = '  - alice: "My order is {order}."\n'


ASK = '  - alice: "What is my order?"\n    expect: "{order}"\n'


def load(folder: Path, text: str, *, name: str = "scenarios/order.yml") -> Scenario:
    """The one scenario in `text`."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (scenario,) = load_scenarios([Path(name)], KINDS, working_directory=folder)
    return scenario


def mistakes(folder: Path, text: str) -> list[tuple[str, str]]:
    """Place and message of everything wrong with `text`."""
    with pytest.raises(DocumentError) as caught:
        load(folder, text)
    return [(f"{one.line}:{one.column}", one.message) for one in caught.value.problems]
