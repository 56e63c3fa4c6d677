"""One build of the action for all the tests that run it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.action.action_images import ActionImages
from tests.action.player import own_images, player, runner, workspace

__all__ = ["images", "own_images", "player", "runner", "workspace"]


@pytest.fixture(scope="session")
def images() -> Iterator[ActionImages]:
    """The images of the actions under test, until the last test has ended."""
    with ActionImages() as images:
        yield images
