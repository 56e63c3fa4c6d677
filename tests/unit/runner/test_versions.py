"""Which version of the bot a deployment begins with."""

from __future__ import annotations

import pytest

from gate.ports import CANDIDATE, PREVIOUS
from gate.runner.planner import plan_run
from tests.unit.runner.doubles import FakeDisruption, FakeStage
from tests.unit.runner.scripts import ASK, TELL, disrupt, scenario


@pytest.mark.parametrize(
    ("kinds", "version"),
    [
        (("restart",), CANDIDATE),
        (("blue-green",), PREVIOUS),
        (("rolling",), PREVIOUS),
        (("rollback",), CANDIDATE),
        (("blue-green*2",), PREVIOUS),
        # The first that cares decides: what comes before it disrupts the version that it starts from.
        (("restart", "blue-green"), PREVIOUS),
        (("blue-green", "rollback"), PREVIOUS),
        (("rollback", "blue-green"), CANDIDATE),
    ],
)
def test_a_wave_begins_with_the_version_that_its_disruptions_start_from(
    kinds: tuple[str, ...], version: str
) -> None:
    """A history is to be read by another version than wrote it."""
    stage = FakeStage(disruptions={})
    for kind in kinds:
        stage.disruptions[kind] = FakeDisruption(kind)
    script = scenario(TELL, *(disrupt(kind) for kind in kinds), ASK)
    stage.play(plan_run([script], ("restart",), 1, 7))
    assert stage.runtime.versions == [version]
