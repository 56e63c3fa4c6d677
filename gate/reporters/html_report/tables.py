"""Tables of the page's data: texts and scenarios are stored once and referred to by number."""

from __future__ import annotations

from dataclasses import dataclass, field

from gate.reporters.html_report.bounds import EXCERPT_LIMIT, sanitize_lines
from gate.reporters.sanitize import sanitize_line

Document = dict[str, object]
"""An object of the page's data, as JSON has it."""

NAME_LIMIT = 200
"""Characters of the name of a scenario, file, session, fact or disruption."""


def sanitize_name(name: str) -> str:
    """Return a name that is safe to show, at most `NAME_LIMIT` characters long."""
    return sanitize_line(name, NAME_LIMIT)


@dataclass(kw_only=True)
class Tables:
    """Texts and scenarios by number, each stored once. Every text is sanitized on entry."""

    size: int = 0
    """Characters of all texts."""
    texts: dict[str, int] = field(default_factory=dict)
    """Text → its number."""
    scenarios: dict[tuple[str, str], int] = field(default_factory=dict)
    """File and name of a scenario → its number."""

    def number_excerpt(self, text: str) -> int:
        """Return the number of the start of `text`, on one line."""
        return self._number(sanitize_line(text, EXCERPT_LIMIT))

    def number_text(self, text: str) -> int:
        """Return the number of `text` with its line breaks."""
        return self._number(sanitize_lines(text))

    def number_scenario(self, file: str, name: str) -> int:
        """Return the number of a scenario."""
        return self.scenarios.setdefault((file, name), len(self.scenarios))

    def _number(self, text: str) -> int:
        known = self.texts.get(text)
        if known is None:
            known = self.texts[text] = len(self.texts)
            self.size += len(text)
        return known
