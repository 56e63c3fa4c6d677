"""The gate as a process, as the tests of the commands have it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.conftest import gate
from tests.zoo.images import Images, built

__all__ = ["gate", "images"]


@pytest.fixture(scope="session")
def images() -> Iterator[Images]:
    """The bot in two versions, for tests with the `docker` marker only."""
    with built() as both:
        yield both
