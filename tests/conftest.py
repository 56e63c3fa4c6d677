"""Tests marked `docker` run where an engine answers; elsewhere they are skipped loudly or, in CI, fail."""

import functools
import os
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

BROWSER = Path(__file__).parent / "browser"
NO_ENGINE = "no Docker engine answers; start one or run 'make engine'"


@functools.cache
def engine_answers() -> bool:
    """Ask once per run; a missing socket, or a directory in its place, is no engine."""
    try:
        client = docker.from_env(timeout=5)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that use the engine follow one another, whatever else runs: some count what is on it.

    Those in the browser share one.
    """
    for item in items:
        if item.get_closest_marker("docker") is not None:
            item.add_marker(pytest.mark.xdist_group("engine"))
        elif BROWSER in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


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
