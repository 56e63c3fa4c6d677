"""`make measurement`: measures every row and writes docs/measurement.md; exit code 1 when one does not hold.

With `--only` some rows are measured, and put in the place that they have on that page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measurement.playing import SOURCE_TREE, possible_disruptions
from benchmarks.measurement.rows import ROWS
from benchmarks.measurement.table import Row, page, with_row
from gate.disruptions import DISRUPTIONS

PAGE = SOURCE_TREE / "docs" / "measurement.md"


def main(words: Sequence[str], rows: Mapping[str, Callable[[], Row]] = ROWS, path: Path = PAGE) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make measurement", description=__doc__)
    parser.add_argument("--only", choices=list(rows), action="append", help="a row; may be repeated")
    only = parser.parse_args(words).only
    measured: list[tuple[str, Row]] = []
    for name in only or rows:
        row = rows[name]()
        measured.append((name, row))
        sys.stdout.write(row.in_words(name) + "\n")
        sys.stdout.flush()
    if only:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for name, row in measured:
                text = with_row(text, name, row)
            path.write_text(text, encoding="utf-8")
    else:
        possible = possible_disruptions()
        missing = [one for one in DISRUPTIONS if one not in possible]
        path.write_text(page(measured, possible, missing), encoding="utf-8")
    return 1 if any(row.holds is False for _, row in measured) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
