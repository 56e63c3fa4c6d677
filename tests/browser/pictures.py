"""Draw docs/images: three pictures of the HTML report, and the job summary as GitHub shows it.

`make images` runs this. The run is real: a bot of the zoo as a local process, which keeps its
conversations in a file of its container.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import Chromium, Page, find_chromium
from tests.browser.job_summary import page_of
from tests.commands.gate_process import LIBRARY, TWELVE, ZOO, Gate, disruptions

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
OPEN_ONE = (
    "[...document.querySelectorAll('.matrix tr')].find((node) => node.innerText.startsWith('Several facts'))"
    ".querySelector('.cell.bad').click()"
)
"""A scenario of three facts."""


def main() -> None:
    """Play the run and take the pictures."""
    program = find_chromium()
    if program is None:
        sys.exit("images: no Chromium is installed; install the package chromium, or name one in CHROMIUM")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = _measure(folder)
        browser = Chromium(program, folder / "profile")
        try:
            page = browser.page()
            _draw(page, report)
            _draw_summary(page, report.parent)
        finally:
            browser.close()


def _measure(folder: Path) -> Path:
    """Play the run and return its report."""
    gate = Gate(folder)
    for name in TWELVE:
        gate.write(f"scenarios/{name}.yml", (LIBRARY / f"{name}.yml").read_text(encoding="utf-8"))
    shutil.copytree(ZOO, folder / "support-bot", ignore=shutil.ignore_patterns("__pycache__"))
    bot = {"command": ["python", "bot.py"], "directory": "support-bot", "env": {"MEMORY": "file"}}
    gate.write("memory-gate.yml", json.dumps({"bot": bot, "scenarios": ["scenarios"]}))
    ended = gate.run("run", *disruptions("restart", "kill", "recreate"), "--trials", "2", "--seed", "7")
    if ended.code != 1:
        sys.exit(f"images: the run did not end as it should\n{ended.output}")
    return folder / "memory-gate-report" / "report.html"


def _draw(page: Page, report: Path) -> None:
    for name, scheme, width, height in (
        ("light", "light", 1280, 900),
        ("dark", "dark", 1280, 900),
        ("narrow", "light", 390, 844),
    ):
        page.look(width=width, height=height, scheme=scheme)
        page.open(report, f"?{name}")
        if name != "light":
            page.evaluate(OPEN_ONE)
            page.wait("document.getElementById('conversation').open")
            page.evaluate("document.activeElement.blur()")
        (FOLDER / f"report-{name}.png").write_bytes(page.picture())


def _draw_summary(page: Page, folder: Path) -> None:
    file = folder / "job-summary.html"
    file.write_text(page_of((folder / "summary.md").read_text(encoding="utf-8")), encoding="utf-8")
    page.look(width=1040, height=400, scheme="light")
    page.open(file)
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.look(width=1040, height=int(tall), scheme="light")
    (FOLDER / "summary.png").write_bytes(page.picture())


if __name__ == "__main__":
    main()
