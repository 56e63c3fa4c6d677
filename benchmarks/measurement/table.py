"""What a measurement came to, and the page that shows all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FRAME = Path(__file__).with_name("frame.md")
"""The page's own words; {table}, {disruptions} and {missing} are filled in."""
SHOWN = 20
"""How many of the things that went wrong are printed."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table. `holds` is None where it could not be measured here."""

    claim: str
    done: str
    counted: str
    result: str
    holds: bool | None
    wrong: Sequence[str] = ()
    """What spoke against it, one sentence each."""

    def in_words(self, name: str) -> str:
        """For the terminal."""
        lines = [f"{name}: {_state(self.holds)}", f"  {self.claim}", f"  {self.counted}: {self.result}"]
        lines += [f"  - {one}" for one in self.wrong[:SHOWN]]
        if len(self.wrong) > SHOWN:
            lines.append(f"  - and {len(self.wrong) - SHOWN} more")
        return "\n".join(lines)


def page(rows: Iterable[tuple[str, Row]], disruptions: Sequence[str], missing: Sequence[str]) -> str:
    """docs/measurement.md. The same measurement gives the same text.

    `disruptions` are those that were tried, `missing` those that could not be.
    """
    lines = ["| | what must hold | what was done | counted | result | command |", "|--:|---|---|---|---|---|"]
    lines += [_line(number, name, row) for number, (name, row) in enumerate(rows, start=1)]
    return (
        FRAME.read_text(encoding="utf-8")
        .replace("{table}", "\n".join(lines))
        .replace("{disruptions}", _listed(disruptions))
        .replace("{missing}", f" Not tried here: {_listed(missing)}." if missing else "")
    )


def with_row(text: str, name: str, row: Row) -> str:
    """The page with one row measured anew; the same page when it has no such row."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("| ") and line.endswith(f"| {_command(name)} |"):
            lines[index] = _line(int(line.split("|")[1]), name, row)
    return "\n".join(lines)


def _line(number: int, name: str, row: Row) -> str:
    verdict = f"**{_state(row.holds)}**: {row.result}"
    cells = (str(number), row.claim, row.done, row.counted, verdict, _command(name))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _command(name: str) -> str:
    return f'`make measurement ARGS="--only {name}"`'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def _state(holds: bool | None) -> str:
    return {True: "holds", False: "DOES NOT HOLD", None: "not measured"}[holds]


def figure(number: int) -> str:
    """A number with its thousands apart: 12,345."""
    return f"{number:,}"
