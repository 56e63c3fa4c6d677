"""Sanitizers of foreign text for terminals, logs, Markdown and workflow commands.

Text is foreign if it comes from a bot, a log, a file name or a pull request. Sanitized text cannot move
the cursor, start a new line, command the runner, or act as Markdown. Ordinary text stays unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

ELLIPSIS = "…"
"""Mark at the end of a text that was cut."""

TEXT_LIMIT = 400
"""Characters shown of a sentence, a question or a reply."""

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f\r\n]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)
"""Escape sequences, which a terminal obeys instead of showing."""

_VARIATION_SELECTOR = re.compile(r"[\ufe00-\ufe0f]")
"""Variation selectors. They choose a glyph and carry no meaning, and replies hold many of them."""

_BLANK = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")

_INVISIBLE = re.compile(
    r"\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029]"  # control characters and line ends
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # changes of the writing direction
    r"|[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f]"  # no width
    r"|[\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    r"|[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # surrogates and noncharacters
)

_COMMAND = re.compile(r":(?=:)|##(?=[A-Za-z]*\[)")
"""`::` anywhere, since a wrapped line may begin at any word, and `##[`. Other CI systems obey `##name[`."""

_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def sanitize_line(text: str, limit: int = TEXT_LIMIT) -> str:
    r"""Return `text` on one line of at most `limit` characters, without invisible characters.

    ANSI sequences are removed. Other control characters, line ends, zero-width characters and changes of
    direction are written as `\n`, `\x07`, `\u202e`. `::` becomes `: :` and `##[` becomes `## [`. The
    function is idempotent.
    """
    # An early cut bounds the cost. It leaves more than can be shown, unless the text is full of sequences.
    examined = 8 * limit + 256
    shown = _ESCAPE_SEQUENCE.sub("", text[:examined])
    shown = _BLANK.sub(" ", _VARIATION_SELECTOR.sub("", shown))
    shown = _INVISIBLE.sub(lambda found: _make_visible(found.group()), shown)
    shown = _COMMAND.sub(lambda found: found.group() + " ", shown)
    if len(shown) <= limit and len(text) <= examined:
        return shown
    return shown[: limit - 1] + ELLIPSIS


def sanitize_tail(lines: Sequence[str], count: int = 20, limit: int = 200) -> tuple[str, ...]:
    """Return the last `count` lines of a log, sanitized. Line ends inside an entry start a new line."""
    recent = [part for line in lines[-count:] for part in _LINE_END.split(line[-8 * limit * count :])]
    shown = [sanitize_line(line.rstrip(), limit).rstrip() for line in recent]
    return tuple(line for line in shown if line)[-count:]


def escape_json(document: str) -> str:
    """Escape invisible characters and commands in a JSON document. Its meaning stays the same.

    A lone surrogate is replaced by U+FFFD, because it is not text.
    """
    return _COMMAND.sub(
        lambda found: _escape_command(found.group()), _INVISIBLE.sub(_escape_invisible, document)
    )


def encode_json(value: object) -> str:
    """Encode `value` as a JSON document that is safe to print. Raises ValueError for infinite numbers."""
    return escape_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def escape_command_data(text: str) -> str:
    """Escape the data of a workflow command, which follows its second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_command_property(text: str) -> str:
    """Escape the value of a property of a workflow command."""
    return escape_command_data(text).replace(":", "%3A").replace(",", "%2C")


_MARKUP = re.compile(
    r"\A\d{1,9}[.)]|\A[-+=:]"  # starts a list, a heading or a table at the start of a line
    r"|[&<>|\\`*_\[\]()!~$]"
    r"|[@#]|:(?=//)|www(?=\.)",
    re.IGNORECASE,
)


def escape_markdown(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` as plain words for GitHub's Markdown, for a paragraph or a table cell.

    Markup is written as entities, because backslashes do not work in tables and HTML. GitHub finds
    mentions, issue numbers and addresses in the rendered text, so an invisible `<wbr>` splits them.
    """
    return _MARKUP.sub(lambda found: _escape_markup(found.group()), sanitize_line(text, limit).strip())


def _escape_invisible(found: re.Match[str]) -> str:
    invisible = found.group()
    if invisible == "\n":
        return invisible  # It stands between fields; JSON escapes line ends in strings.
    return json.dumps("\ufffd" if "\ud800" <= invisible <= "\udfff" else invisible)[1:-1]


def _escape_command(command: str) -> str:
    return f"{command[:-1]}\\u{ord(command[-1]):04x}"


def _make_visible(invisible: str) -> str:
    if invisible in ("\n", "\r\n"):
        return r"\n"
    if invisible == "\r":
        return r"\r"
    code = ord(invisible)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_markup(markup: str) -> str:
    if markup == "@" or markup.lower() == "www":
        return f"{markup}<wbr>"
    entity = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(markup[-1], f"&#{ord(markup[-1])};")
    return f"{markup[:-1]}{entity}{'<wbr>' if markup in '#:' else ''}"
