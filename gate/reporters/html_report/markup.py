"""Building HTML such that no text can ever be taken for markup."""

from __future__ import annotations

from html import escape

from gate.reporters.neutraliser import one_line

TEXT_LIMIT = 2_000

_VOID = frozenset({"meta", "input", "br"})


class Html(str):
    """Text that is markup already. Only this module and constants in this package make any."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | int | float | None) -> Html:
    """An element. Children that are no `Html` are foreign: they are neutralised and escaped.

    `class_` is the attribute class, `aria_label` is aria-label; an attribute of None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(one_line(str(value), TEXT_LIMIT))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """The children after one another."""
    return Html(
        "".join(one if isinstance(one, Html) else escape(one_line(one, TEXT_LIMIT)) for one in children)
    )
