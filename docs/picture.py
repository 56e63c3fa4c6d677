"""Draws docs/console.svg: the console at the end of the demo's first run, as the gate itself prints it.

`make picture` plays the demo and calls this with the transcript of its in-memory bot.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from gate.analysis import analyse
from gate.core.transcript_lines import decode
from gate.reporters import ConsoleReporter

WIDTH = 92
KEPT_LINES = 22


def main(transcript: str, picture: str) -> None:
    """Writes `picture` from `transcript`."""
    printed = Console(file=io.StringIO(), width=WIDTH, record=True, force_terminal=True)
    ConsoleReporter(printed).finish(analyse(decode(Path(transcript).read_text().splitlines())))
    shown = Console(file=io.StringIO(), width=WIDTH, record=True, force_terminal=True)
    for line in printed.export_text(styles=True).splitlines()[:KEPT_LINES]:
        shown.print(Text.from_ansi(line), soft_wrap=True)
    svg = shown.export_svg(title="memory-gate run", theme=MONOKAI)
    # The picture must not load fonts from anywhere.
    Path(picture).write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main(*sys.argv[1:])
