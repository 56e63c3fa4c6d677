"""Reading YAML with positions: what is refused, where, and how it is shown."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.documents import Node, did_you_mean, given_node, parse_document, read_document, render
from gate.errors import DocumentError, Problem


def problems_in(text: str) -> list[tuple[int, int, str]]:
    """Line, column and message of what is wrong with `text` as such."""
    problems: list[Problem] = []
    parse_document(text, name="a.yml", problems=problems)
    return [(one.line, one.column, one.message) for one in problems]


def root_of(text: str) -> tuple[Node, list[Problem]]:
    """The root of a sound document and the list that its getters report to."""
    problems: list[Problem] = []
    root = parse_document(text, name="a.yml", problems=problems)
    assert root is not None
    assert not problems
    return root, problems


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the file is empty"),
        ("# nothing\n", 1, 1, "the file is empty"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, 'duplicate key "a"'),
        ("a: {b: 1, b: 2}\n", 1, 11, 'duplicate key "b"'),
        ("1: x\n", 1, 1, "expected a text as the key, found the number 1"),
        ("a: x\nno: y\n", 2, 1, "expected a text as the key, found no, which YAML takes for true or false"),
        ("<<: {a: 1}\n", 1, 1, "expected a text as the key, found <<, which means something special in YAML"),
        ("{a: 1}: x\n", 1, 1, "expected a key, found a mapping"),
        ("a: &here 1\n", 1, 4, "anchors are not supported: &here"),
        ("a: *there\n", 1, 4, "aliases are not supported: *there"),
        (
            "a: !!python/object:os.system x\n",
            1,
            4,
            "tags are not supported: tag:yaml.org,2002:python/object:os.system",
        ),
        ("a: ! x\n", 1, 4, "tags are not supported: !"),
        ("a: 1\n---\nb: 2\n", 2, 1, "the file holds more than one document"),
        ("a:\n\tb: 1\n", 2, 1, "a tab cannot stand here"),
        ("a: 1\r\nb: \x07\r\n", 2, 4, "the character U+0007 cannot stand in YAML"),
        ("a: x\u2028y", 1, 5, "the character U+2028 cannot stand in YAML"),
        ("a: b: c\n", 1, 5, "this is not valid YAML: mapping values are not allowed here"),
        ('a: 1\nb: "open\n\nc: 2\n', 2, 4, "this is not valid YAML: found unexpected end of stream"),
        ("a: [1, 2\n", 1, 4, "this is not valid YAML: expected ',' or ']', but got '<stream end>'"),
        ('a: "\\U00110000"\n', 1, 7, "this is not valid YAML: a number is out of range"),
        ('a: "\\ud800"\n', 1, 4, "this text holds half a character"),
        ("[" * 30, 1, 25, "this is not valid YAML: nested too deep"),
        ("- " * 30 + "x", 1, 49, "this is not valid YAML: nested too deep"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_at_its_place(
    text: str, line: int, column: int, message: str
) -> None:
    assert problems_in(text) == [(line, column, message)]


def test_several_mistakes_in_one_file_are_all_reported() -> None:
    """A reader who mends one mistake should not meet the next one only at the next try."""
    assert [one[:2] for one in problems_in("a: *x\na: &y 1\nb: !z 1\n3: 4\n")] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (2, 1),
        (4, 1),
    ]


def test_positions_are_the_same_with_every_line_ending_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Editors on Windows write both."""
    for ending in ("\n", "\r\n", "\r"):
        file = tmp_path / "a.yml"
        file.write_bytes("\ufeff".encode() + ending.join(["é: 1", "b: 2", "b: 3"]).encode())
        problems: list[Problem] = []
        read_document(file, name="a.yml", problems=problems)
        assert [(one.line, one.column, one.source) for one in problems] == [(3, 1, "b: 3")]


def test_bytes_that_are_no_utf_8_are_refused_where_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_bytes(b"a: 1\nb: caf\xe9\n")
    problems: list[Problem] = []
    assert read_document(file, name="a.yml", problems=problems) is None
    assert [(one.line, one.column, one.message) for one in problems] == [(2, 7, "the file is not UTF-8 text")]


def test_a_file_that_is_missing_a_folder_or_too_large_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "large.yml").write_bytes(b"#" * (128 * 1024 + 1))
    problems: list[Problem] = []
    for name in ("none.yml", ".", "large.yml", "nul\0.yml"):
        assert read_document(tmp_path / name, name=name, problems=problems) is None
    assert [(one.line, one.message) for one in problems] == [
        (0, "there is no such file"),
        (0, "this is no ordinary file"),
        (0, "the file is larger than 128 KiB"),
        (0, "there is no such file"),
    ]


def test_getters_give_typed_values() -> None:
    root, problems = root_of("{t: text, q: '5', i: -7, n: 2.5e3, b: True, l: [a, 1], z: null}")
    fields = root.mapping()
    assert fields["t"].string() == "text"
    assert fields["q"].string() == "5"
    assert fields["i"].integer(-10, 10) == -7
    assert fields["n"].number(0, 10_000) == 2500
    assert fields["b"].boolean() is True
    assert [item.as_written() for item in fields["l"].sequence()] == ["a", "1"]
    assert root.value() == {"t": "text", "q": "5", "i": -7, "n": 2500.0, "b": True, "l": ["a", 1], "z": None}
    assert not problems


@pytest.mark.parametrize(
    ("text", "getter", "message"),
    [
        ("12", "string", "expected text, found the number 12"),
        ("no", "string", "expected text, found no, which YAML takes for true or false"),
        ("2026-11-02", "string", "expected text, found the date 2026-11-02"),
        ("{order}", "string", "expected text, found a mapping"),
        ("[a]", "mapping", "expected a mapping, found a list"),
        ("~", "sequence", "expected a list, found nothing"),
        ("yes", "boolean", "expected true or false, found yes, which YAML takes for true or false"),
        ("[]", "as_written", "expected text, a number or a boolean, found a list"),
        ("' '", "line_of_text", "expected text, found an empty one"),
        ('"a\\nb"', "line_of_text", "expected one line of text without control characters"),
    ],
)
def test_a_value_of_another_type_is_reported_with_what_was_found(
    text: str, getter: str, message: str
) -> None:
    root, problems = root_of(text)
    assert not getattr(root, getter)()
    assert [(one.line, one.column, one.message) for one in problems] == [(1, 1, message)]


@pytest.mark.parametrize("text", ["0", "6", "1.0", "'3'", "0x3", "1_0", "9" * 5000, "three", "~"])
def test_whole_numbers_are_plain_decimal_digits_within_their_bounds(text: str) -> None:
    root, problems = root_of(text)
    assert root.integer(1, 5) is None
    assert problems[0].message.startswith("expected a whole number from 1 to 5, found ")


@pytest.mark.parametrize("text", [".nan", ".inf", "-1", "1e999", "1:30", "''"])
def test_numbers_are_finite_decimals_within_their_bounds(text: str) -> None:
    root, problems = root_of(text)
    assert root.number(0, 1) is None
    assert len(problems) == 1


def test_unknown_keys_are_reported_with_the_nearest_right_word_and_missing_ones_too() -> None:
    root, problems = root_of("nmae: x\nzzz: y\n")
    assert root.fields(("name", "script"), required=("name", "script")) == {}
    assert [(one.line, one.column, one.message, one.hint) for one in problems] == [
        (1, 1, 'unknown key "nmae"', 'did you mean "name"?'),
        (2, 1, 'unknown key "zzz"', "known here: name, script"),
        (1, 1, 'missing key "script"', ""),
    ]


def test_a_mistake_inside_a_text_is_found_at_its_own_place_even_over_several_lines() -> None:
    root, problems = root_of("a: |\n  one\n  two {x}\n")
    root.mapping()["a"].problem("here", fragment="{x}")
    assert [(one.line, one.column, one.width, one.source) for one in problems] == [(3, 7, 3, "  two {x}")]


def test_a_value_from_no_file_has_no_line_and_names_its_origin() -> None:
    problems: list[Problem] = []
    node = given_node("--trials", "many", problems=problems)
    assert node.integer(1, 100) is None
    assert render(DocumentError(problems)) == (
        'error: --trials: expected a whole number from 1 to 100, found "many"\n1 error, nothing was started'
    )


def test_problems_are_shown_with_their_line_and_a_caret() -> None:
    problems: list[Problem] = []
    root = parse_document('a: 1\nb:\n    expects: "{order}"\n', name="s/order.yml", problems=problems)
    assert root is not None
    root.mapping()["b"].fields(("expect",))
    root.mapping()["a"].string()
    assert render(DocumentError(problems)) == (
        "error: s/order.yml:1:4: expected text, found the number 1\n"
        "   1 | a: 1\n"
        "     |    ^  put it in quotes\n"
        'error: s/order.yml:3:5: unknown key "expects"\n'
        '   3 |     expects: "{order}"\n'
        '     |     ^^^^^^^  did you mean "expect"?\n'
        "2 errors, nothing was started"
    )


def test_the_caret_stands_under_its_place_after_wide_characters_and_tabs() -> None:
    problem = Problem(file="a", line=1, column=5, message="m", source="日本\té{x}", width=3)
    assert render(DocumentError([problem])).splitlines()[1:3] == ["   1 | 日本 é{x}", "     |       ^^^"]


def test_source_lines_cannot_move_the_cursor_forge_a_command_or_fill_the_screen() -> None:
    hostile = "\x1b[2J\u202e\r\n::error::x ##[set-output name=a]1" + "x" * 5000
    shown = render(
        DocumentError(
            [
                Problem(
                    file="\x1b", line=12345, column=3000, message="a\nb", source=hostile, hint="\r", width=9
                )
            ]
        )
    )
    assert not {"\x1b", "\r", "\u202e"} & set(shown)
    assert "##[" not in shown
    assert all(len(line) <= 200 for line in shown.splitlines())
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert shown.splitlines()[2].index("^") - shown.splitlines()[1].index("|") == 2 + 120


def test_a_file_of_nothing_but_mistakes_reports_a_bounded_number() -> None:
    with pytest.raises(DocumentError) as caught:
        problems_in("a: 1\n" * 4000)
    assert len(caught.value.problems) == 100


def test_suggestions_ignore_case_and_are_withheld_when_nothing_is_near() -> None:
    assert did_you_mean("Expect", ("expect",)) == 'did you mean "expect"?'
    assert did_you_mean("zebra", ("expect",)) == ""
    assert did_you_mean("", ()) == ""


def walk(node: Node) -> None:
    """Every getter on every node."""
    node.string(), node.integer(0, 9), node.number(0, 1), node.boolean(), node.as_written()
    node.line_of_text(), node.choice(("a",), "letter"), node.value()
    node.fields(("a", "b"), required=("c",))
    for child in (*node.sequence(), *node.mapping().values(), *node.one_or_more()):
        if child is not node:
            walk(child)


YAML_PIECES = st.sampled_from(
    ["a", "b", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", '"', "'", "#", "&x ", "*x", "!t ", "|\n", ">\n",
     "---\n", "...\n", "%YAML 1.1\n", "? ", "<<: ", "\t", "\\", "\\u", "1", "no", "~", "=", "é", "😀", "\r\n", "\ufeff"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.lists(YAML_PIECES, max_size=40).map("".join), st.text(max_size=100))
)
def test_whatever_a_file_holds_it_gives_problems_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    problems: list[Problem] = []
    root = read_document(file, name="fuzz.yml", problems=problems)
    assert root is not None or problems
    if root is not None:
        # The mistake that is one too many ends the reading.
        with contextlib.suppress(DocumentError):
            walk(root)
    for problem in problems:
        lines = problem.source
        assert problem.line >= 1
        assert 1 <= problem.column <= len(lines) + 1
    assert render(DocumentError(problems))
