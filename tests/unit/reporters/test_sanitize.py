"""Laws of sanitizing: no output is obeyed by a terminal, a runner or Markdown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gate.reporters.sanitize import (
    ELLIPSIS,
    escape_command_data,
    escape_command_property,
    escape_markdown,
    sanitize_line,
    sanitize_tail,
)
from tests.action.workflow_commands import parse_command, parse_unknown, split_lines
from tests.unit.reporters import hostile

TABLE = "| first | second |\n|---|---|\n| {} | end |\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I don't know.", "I don't know."),
        (
            "Bestellung №5 für Zoë — 100 €, ça va? 日本語 🎉",
            "Bestellung №5 für Zoë — 100 €, ça va? 日本語 🎉",
        ),
        ("I am sorry.\nI don't know.", r"I am sorry.\nI don't know."),
        ("a\r\nb\rc\td", r"a\nb\rc d"),
        ("\x1b[1;31mERROR\x1b[0m it broke", "ERROR it broke"),
        ("\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("ORD-48\u200b2913", r"ORD-48\u200b2913"),
        ("abc\u202edef", r"abc\u202edef"),
        ("I \u2764\ufe0f it", "I \u2764 it"),
        ("non\xa0breaking", "non breaking"),
        ("::error::x", ": :error: :x"),
        ("std::vector", "std: :vector"),
        ("a ##[error]x", "a ## [error]x"),
        ("##vso[task.x]y, ##TeamCity[z] and ##[", "## vso[task.x]y, ## TeamCity[z] and ## ["),
        ("## Heading, C# and [link]", "## Heading, C# and [link]"),
        ("10:30, a: b", "10:30, a: b"),
    ],
)
def test_one_line_shows_what_was_said(text: str, shown: str) -> None:
    assert sanitize_line(text) == shown


@pytest.mark.parametrize("begun", ["\x1b[", "\x9b"], ids=["ESC [", "CSI"])
def test_a_terminal_is_told_no_colour_and_no_place(begun: str) -> None:
    """A sequence may begin with two characters or with the single one that replaces them."""
    assert sanitize_line(f"a{begun}31mred{begun}0m, {begun}2J{begun}1;1H{begun}?25lb") == "ared, b"


@pytest.mark.parametrize(
    "begun", ["\x1b]", "\x9d", "\x1bP", "\x90", "\x1bX", "\x98", "\x1b^", "\x9e", "\x1b_", "\x9f"]
)
@pytest.mark.parametrize("ended", ["\x07", "\x1b\\", "\x9c"])
def test_a_terminal_is_told_no_title_and_no_link(begun: str, ended: str) -> None:
    """Other strings that a terminal consumes are removed too."""
    assert sanitize_line(f"a{begun}8;;http://a.example{ended}b") == "ab"


@pytest.mark.parametrize("sequence", ["\x1bc", "\x1b7", "\x1b(B", "\x1b#8", "\x1b=", "\x1bM"])
def test_a_terminal_is_told_no_mode(sequence: str) -> None:
    assert sanitize_line(f"a{sequence}b") == "ab"


IGNORABLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)
"""Unicode's Default_Ignorable_Code_Point: characters that are not drawn."""
NO_CHARACTERS = ((0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF))
BLOCK = 1024


@pytest.mark.parametrize("first", range(0, 0x110000, 64 * BLOCK), ids=hex)
def test_no_character_at_all_is_unseen(first: int) -> None:
    """Every character is shown, becomes a blank, is removed or is written as an escape."""
    hidden = {chr(code) for low, high in (*IGNORABLE, *NO_CHARACTERS) for code in range(low, high + 1)}
    for block in range(first, first + 64 * BLOCK, BLOCK):
        shown = sanitize_line("".join(map(chr, range(block, block + BLOCK))), 16 * BLOCK)
        assert hostile.unseen_in(shown) == []
        assert hidden.isdisjoint(shown)
        assert all(character == " " or unicodedata.category(character) != "Zs" for character in shown)
        assert not shown.endswith(ELLIPSIS)


@hostile.LAW
@given(hostile.texts(), st.integers(min_value=1, max_value=60))
def test_one_line_is_one_line_of_visible_characters(text: str, limit: int) -> None:
    shown = sanitize_line(text, limit)
    assert len(shown) <= limit
    assert split_lines(shown) in ([], [shown])
    assert hostile.unseen_in(shown) == []
    assert all(character == " " or unicodedata.category(character) != "Zs" for character in shown)


@hostile.LAW
@given(st.text(" \t\u3000", max_size=3), hostile.texts())
def test_no_runner_finds_a_command_in_one_line(blanks: str, text: str) -> None:
    line = blanks + sanitize_line(text)
    assert parse_command(line) is None
    assert parse_unknown(line) is None
    assert "::" not in line
    assert "##[" not in line


@hostile.LAW
@given(hostile.texts(), st.integers(min_value=0, max_value=400))
def test_no_wrapping_brings_a_command_to_the_beginning_of_a_line(text: str, start: int) -> None:
    assert parse_command("  " + sanitize_line(text)[start:]) is None


@hostile.LAW
@given(hostile.texts(), st.integers(min_value=1, max_value=60))
def test_one_line_twice_is_one_line_once(text: str, limit: int) -> None:
    once = sanitize_line(text, limit)
    assert sanitize_line(once, limit) == once


def test_a_cut_text_says_so() -> None:
    assert sanitize_line("abcdef", 4) == "abc" + ELLIPSIS
    assert sanitize_line("abcd", 4) == "abcd"
    assert sanitize_line("\x1b[0m" * 10_000 + "hidden far behind", 400).endswith(ELLIPSIS)


@pytest.mark.parametrize("piece", ["\x1b]", "\x9d", "\x9b", "\x1b[0", "::", "##", "##a", "\n", "www.", "1"])
def test_the_cost_of_a_huge_text_is_bounded(piece: str) -> None:
    """Quadratic time on such a text would exceed the suite's time limit."""
    text = piece * 2_000_000
    assert len(escape_markdown(text)) < 10_000
    assert sum(map(len, sanitize_tail([text] * 50))) < 10_000


@hostile.LAW
@given(st.lists(hostile.texts(), max_size=8))
def test_a_tail_is_a_few_neutral_lines(lines: list[str]) -> None:
    shown = sanitize_tail(lines, 5, 40)
    assert len(shown) <= 5
    assert all(line == sanitize_line(line, 40) and line.strip() for line in shown)


def test_a_tail_keeps_the_end_and_the_indentation() -> None:
    log = ["start", "Traceback:", '  File "bot.py", line 1', "progress 1 %\rprogress 2 %", ""]
    assert sanitize_tail(log, 4) == ("Traceback:", '  File "bot.py", line 1', "progress 1 %", "progress 2 %")


@hostile.LAW
@given(hostile.texts(), hostile.texts())
def test_a_command_carries_its_texts_whole_and_nothing_else(title: str, data: str) -> None:
    title, data = sanitize_line(title), sanitize_line(data)
    line = f"::error title={escape_command_property(title)}::{escape_command_data(data)}"
    assert split_lines(line) == [line]
    command = parse_command(line)
    assert command is not None
    assert (command.name, command.data) == ("error", data)
    # The runner drops blanks and "=" at the beginning of a value.
    assert command.get("title").lstrip("= ").rstrip() in (title.lstrip("= ").rstrip(), "")


@hostile.LAW
@given(st.text())
def test_escapes_leave_no_line_end_and_no_separator(text: str) -> None:
    assert not set("\r\n") & set(escape_command_data(text))
    assert not set("\r\n:,") & set(escape_command_property(text))


@hostile.LAW
@given(hostile.texts())
def test_markdown_is_plain_words_in_one_cell(text: str) -> None:
    tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(TABLE.format(escape_markdown(text)))
    )
    cells = [tokens[index + 1] for index, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 2
    children = cells[0].children or []
    assert {child.type for child in children} <= {"text", "html_inline"}
    assert {child.content for child in children if child.type == "html_inline"} <= {"<wbr>"}
    words = "".join(child.content for child in children if child.type == "text")
    assert words == sanitize_line(text).strip()


@hostile.LAW
@given(hostile.texts())
def test_markdown_begins_no_block(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table"]).parse(f"{escape_markdown(text)}\n")
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])


@hostile.LAW
@given(hostile.texts())
def test_github_finds_nothing_to_link_in_markdown(text: str) -> None:
    shown = escape_markdown(text)
    for link in ("://", "www.", "@o", "@b", "#1"):
        assert link not in shown.replace("&#", "")


@pytest.mark.parametrize("sign", "&<>|\\`*_[]()!~$@#")
def test_a_sign_of_markdown_stands_for_itself(sign: str) -> None:
    """Each character is escaped by itself, even if markup needs two of them."""
    entity = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(sign, f"&#{ord(sign)};")
    shown = {"@": "@<wbr>", "#": f"{entity}<wbr>"}.get(sign, entity)
    assert escape_markdown(f"a{sign}b {sign} c") == f"a{shown}b {shown} c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. one", "1&#46; one"),
        ("999999999) one", "999999999&#41; one"),
        ("- one", "&#45; one"),
        ("+ one", "&#43; one"),
        ("=== one", "&#61;== one"),
        (": one", "&#58;<wbr> one"),
        ("a - b + c = d: 1. e", "a - b + c = d: 1. e"),
        ("WWW.a.example, www.b.example", "WWW<wbr>.a.example, www<wbr>.b.example"),
        ("ftp://a.example", "ftp&#58;<wbr>//a.example"),
        ("  - one\n- two", r"&#45; one&#92;n- two"),
    ],
)
def test_nothing_begins_a_list_a_heading_or_a_link(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


def test_markdown_of_an_honest_reply_reads_as_it_is() -> None:
    reply = "Your order is ORD-482913, it's 50 % off; 10:30 - 11:00."
    assert escape_markdown(reply) == reply
