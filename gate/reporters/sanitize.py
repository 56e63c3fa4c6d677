"""The one place through which foreign text passes on its way to a terminal, a log, Markdown or a command.

Foreign is whatever a bot, a log, a file name or a pull request says. What leaves here cannot move the
cursor, start a line of its own, give the runner an order, or take part in the Markdown around it.
Everything is pure, and the text that honest bots say comes out as it went in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

ELLIPSIS = "…"
"""Stands where a text was cut."""

TEXT_LIMIT = 400
"""Characters of a sentence, a question or a reply that are shown."""

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f\r\n]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)
"""What a terminal obeys instead of showing it."""

_VARIATION_SELECTOR = re.compile(r"[\ufe00-\ufe0f]")
"""Chooses between two drawings of the same character. Replies are full of them, and they say nothing."""

_BLANK = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")

_INVISIBLE = re.compile(
    r"\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029]"  # control characters, and all that ends a line
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # turns the direction of writing
    r"|[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f]"  # no width
    r"|[\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    r"|[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # no characters at all
)

_COMMAND = re.compile(r":(?=:)|##(?=[A-Za-z]*\[)")
"""`::` anywhere, since a wrapped line may begin at any word, and `##[`; other CI systems read `##name[`."""

_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def sanitize_line(text: str, limit: int = TEXT_LIMIT) -> str:
    r"""`text` on one line of at most `limit` characters, with nothing in it that a reader cannot see.

    ANSI sequences vanish; other control characters, line ends, marks without width and changes of
    direction show as `\n`, `\x07`, `\u202e`. `::` becomes `: :` and `##[` becomes `## [`. Applying it
    twice changes nothing.
    """
    # A cut before the work bounds its cost; what it leaves is more than can be shown, sequences apart.
    examined = 8 * limit + 256
    shown = _ESCAPE_SEQUENCE.sub("", text[:examined])
    shown = _BLANK.sub(" ", _VARIATION_SELECTOR.sub("", shown))
    shown = _INVISIBLE.sub(lambda found: _make_visible(found.group()), shown)
    shown = _COMMAND.sub(lambda found: found.group() + " ", shown)
    if len(shown) <= limit and len(text) <= examined:
        return shown
    return shown[: limit - 1] + ELLIPSIS


def sanitize_tail(lines: Sequence[str], count: int = 20, limit: int = 200) -> tuple[str, ...]:
    """The last `count` lines of a log, each as `sanitize_line`; line ends inside an entry count as such."""
    recent = [part for line in lines[-count:] for part in _LINE_END.split(line[-8 * limit * count :])]
    shown = [sanitize_line(line.rstrip(), limit).rstrip() for line in recent]
    return tuple(line for line in shown if line)[-count:]


def escape_json(document: str) -> str:
    """A JSON document that means the same and can be printed: what is invisible or an order is escaped.

    Half of a surrogate pair, which is no text, becomes U+FFFD.
    """
    return _COMMAND.sub(
        lambda found: _escape_command(found.group()), _INVISIBLE.sub(_escape_invisible, document)
    )


def escape_command_data(text: str) -> str:
    """The data of a workflow command: what follows its second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_command_property(text: str) -> str:
    """The value of one property of a workflow command."""
    return escape_command_data(text).replace(":", "%3A").replace(",", "%2C")


_MARKUP = re.compile(
    r"\A\d{1,9}[.)]|\A[-+=:]"  # begins a list, a heading or a table where it begins a line
    r"|[&<>|\\`*_\[\]()!~$]"
    r"|[@#]|:(?=//)|www(?=\.)",
    re.IGNORECASE,
)


def escape_markdown(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text` as one run of plain words in GitHub's Markdown, in a table's cell as well as in a paragraph.

    Entities rather than backslashes: they hold inside tables and HTML too. GitHub finds mentions, issue
    numbers and addresses in the finished text, so `<wbr>`, which shows nothing, comes between their parts.
    """
    return _MARKUP.sub(lambda found: _escape_markup(found.group()), sanitize_line(text, limit).strip())


def _escape_invisible(found: re.Match[str]) -> str:
    invisible = found.group()
    if invisible == "\n":
        return invisible  # Between the fields: inside a string JSON escapes it already.
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
