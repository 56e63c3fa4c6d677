"""The two bots of the story on an engine, as much as every test run can bear: `make zoo` runs all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.commands.gate_process import Gate
from tests.zoo.article import OF_THE_BOT, article_images, compare
from tests.zoo.images import Images
from tests.zoo.measuring import Findings, examine
from tests.zoo.rows import Subject

KINDS = ("oom", "replica-hop", "kill-mid-turn", "cold-start")
"""What no other test does to these bots."""


@pytest.mark.docker
@pytest.mark.timeout(900)
def test_the_bot_of_the_story_forgets_and_the_mended_one_does_not(gate: Gate) -> None:
    """Each under the same disruptions; and where the store forgets, its setting is blamed by name."""

    def found(
        patient: Subject, scenarios: Sequence[str], kinds: Sequence[str], images: Images
    ) -> Mapping[str, Findings]:
        ended, findings = examine(gate, patient, scenarios, kinds, images=images)
        assert set(findings) == set(kinds), ended.output
        return findings

    compared = compare(found, article_images(), KINDS)
    assert compared.failures == ()
    assert set(KINDS) <= set(OF_THE_BOT)
    assert {one.after for one in compared.redis.values()} == {1}
    assert {one.before for one in (*compared.buffer.values(), *compared.redis.values())} == {1}
