"""Comparison of two runs for a terminal or a log: a table, a sentence and notes."""

from __future__ import annotations

from gate.analysis.formatting import percent
from gate.comparing.baseline import Comparison
from gate.reporters.messages import as_sentence
from gate.reporters.sanitize import sanitize_line

HEAD = ("disruption", "guarantee", "probes", "base", "head", "worse", "better")
NUMBERS_FROM = 2
"""First column that is aligned right."""


def comparison_page(comparison: Comparison) -> list[str]:
    """Compose all lines, sanitized. `worse` and `better` count conversations."""
    rows = [
        HEAD,
        *(
            (
                sanitize_line(row.disruption, 40),
                row.guarantee,
                str(row.probes),
                percent(row.base / row.probes),
                percent(row.head / row.probes),
                str(row.worse),
                str(row.better),
            )
            for row in comparison.rows
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(_cells(row, widths)).rstrip() for row in rows] if comparison.rows else []
    return [
        *(f"  {line}" for line in table),
        *([""] if table else []),
        f"{as_sentence(sanitize_line(comparison.sentence))}.",
        *(f"  note: {sanitize_line(note)}" for note in comparison.notes),
    ]


def _cells(row: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        cell.rjust(width) if column >= NUMBERS_FROM else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
