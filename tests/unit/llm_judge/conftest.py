"""A judge to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.llm_judge.judge_server import JudgeServer


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    server = JudgeServer()
    yield server
    server.close()
