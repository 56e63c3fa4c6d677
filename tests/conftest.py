"""Tests marked `docker` run where an engine answers; elsewhere they are skipped loudly or, in CI, fail."""

import functools
import os

import docker
import pytest
from docker.errors import DockerException

NO_ENGINE = "no Docker engine answers; start one or run 'make engine'"
ENGINE_SECONDS = 30
"""However busy it is, an engine answers a ping in less."""


@functools.cache
def engine_answers() -> bool:
    """Ask once per run; a missing socket, or a directory in its place, is no engine."""
    try:
        client = docker.from_env(timeout=ENGINE_SECONDS)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Decide before any fixture reaches for the engine."""
    if item.get_closest_marker("docker") is None or engine_answers():
        return
    if os.environ.get("MEMORY_GATE_REQUIRE_ENGINE") == "1":
        pytest.fail(f"MEMORY_GATE_REQUIRE_ENGINE=1, but {NO_ENGINE}", pytrace=False)
    pytest.skip(NO_ENGINE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of the suite did not run."""
    skipped = sum(NO_ENGINE in str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if skipped:
        terminalreporter.write_line(
            f"*** {skipped} DOCKER TEST(S) SKIPPED: {NO_ENGINE} ***", yellow=True, bold=True
        )
