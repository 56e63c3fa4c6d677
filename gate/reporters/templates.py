"""Templates of HTML and Markdown, in which every value is sanitized unless it is marked as safe.

Jinja is imported when the first template is rendered, so that no command waits for it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from gate.analysis.formatting import plural
from gate.reporters.messages import as_sentence
from gate.reporters.sanitize import TEXT_LIMIT, escape_markdown, sanitize_line

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HTML_TEXT_LIMIT = 2_000
"""Characters of a value in HTML."""


_PLAIN = re.compile(
    r"(?:[A-Za-z0-9 %,;()+?·→×–−✓✗…]"
    r"|(?<=[0-9])\.(?=[0-9])"  # a decimal point, and none of an address
    r"|(?<=[a-z])-(?=[a-z])"
    r"|:(?= ))*"
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Excerpt(Generic[T]):
    """First items of a sequence."""

    shown: Sequence[T]
    left: int
    """Number of items that were left out."""


class Markdown(str):
    """Text that is safe in Markdown: the gate's own words, or foreign text that was sanitized.

    String operations return a plain string, which is sanitized again.
    """

    __slots__ = ()


def sanitize(text: object, limit: int = TEXT_LIMIT) -> Markdown:
    """Return `text` as plain words for Markdown, at most `limit` characters of it."""
    return Markdown(escape_markdown(str(text), limit))


def sanitize_unless_plain(text: object) -> Markdown:
    """Return `text` unchanged if it holds no markup or command, else sanitized.

    It is meant for the gate's own figures and sentences, whose points and brackets are no markup.
    """
    shown = str(text)
    return Markdown(shown) if _PLAIN.fullmatch(shown) else sanitize(shown)


def embolden(text: object, wanted: bool = True) -> Markdown:
    """Return a figure in bold type if it is not empty and `wanted`."""
    shown = sanitize_unless_plain(text)
    return Markdown(f"**{shown}**") if wanted and shown else shown


def take_first(texts: Sequence[T], count: int) -> Excerpt[T]:
    """Return the first `count` items and the number of the others."""
    return Excerpt(shown=texts[:count], left=max(0, len(texts) - count))


def render_markdown(template: str, **values: object) -> Markdown:
    """Render a template of Markdown. Every value that is no `Markdown` is sanitized."""
    return Markdown(_markdown_templates().get_template(template).render(**values))


def html_markup(text: str) -> Markup:
    """Mark text as safe in HTML: an asset of the package, or data that cannot end its element."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the caller vouches for it


def render_html(template: str, **values: object) -> str:
    """Render a template of HTML. Every value that is no markup of this package is sanitized and escaped."""
    return _html_templates().get_template(template).render(**values)


@functools.cache
def _markdown_templates() -> Environment:
    from markupsafe import Markup

    def sanitize_value(value: object) -> Markup:
        # Integers and marked strings are safe; subclasses are not.
        is_safe = type(value) in (Markdown, int)
        return Markup(value if is_safe else sanitize(value))  # noqa: S704 - sanitized, or marked as safe

    environment = _environment(sanitize_value)
    environment.filters.update(sanitize=sanitize, plain=sanitize_unless_plain, strong=embolden)
    return environment


@functools.cache
def _html_templates() -> Environment:
    from markupsafe import Markup

    def sanitize_value(value: object) -> str:
        # Jinja escapes the returned value unless it is markup.
        return value if isinstance(value, Markup) else sanitize_line(str(value), HTML_TEXT_LIMIT)

    return _environment(sanitize_value)


def _environment(sanitize_value: object) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gate.reporters", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=sanitize_value,  # type: ignore[arg-type]
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(plural=plural, as_sentence=as_sentence)
    return environment
