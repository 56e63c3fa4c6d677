"""A browser for all tests and a page for each. Without a Chromium the tests are skipped.

They fail instead if MEMORY_GATE_REQUIRE_BROWSER=1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, Page, find_chromium

NO_CHROMIUM = "no Chromium is installed; install the package chromium, or name one in CHROMIUM"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Start a browser for the whole session."""
    program = find_chromium()
    if program is None:
        if os.environ.get("MEMORY_GATE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"MEMORY_GATE_REQUIRE_BROWSER=1, but {NO_CHROMIUM}", pytrace=False)
        pytest.skip(NO_CHROMIUM)
    browser = Chromium(program, tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    """Open an empty page. The test fails if the page has complaints at its end."""
    page = chromium.page()
    page.look()
    yield page
    complaints = page.complaints
    page.close()
    assert complaints == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder for reports."""
    return tmp_path
