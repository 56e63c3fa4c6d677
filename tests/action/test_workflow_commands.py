"""The runner's reading of a step's output, fact by fact, without Docker."""

import base64

import pytest

from tests.action.step_log import Masks, StepLog
from tests.action.workflow_commands import (
    Annotation,
    parse_command,
    parse_unknown,
    split_lines,
    to_annotation,
)


def fed(*lines: str, masks: Masks | None = None) -> StepLog:
    log = StepLog(masks=masks or Masks())
    for line in lines:
        log.feed(line)
    return log


def test_lines_end_at_line_feed_both_and_a_lone_carriage_return() -> None:
    assert split_lines("a\nb\r\nc\rd\n\ne") == ["a", "b", "c", "d", "", "e"]


@pytest.mark.parametrize("character", ["\v", "\f", "\x1c", "\x85", "\u2028"])
def test_no_other_character_ends_a_line(character: str) -> None:
    assert split_lines(f"a{character}b") == [f"a{character}b"]


@pytest.mark.parametrize("line", ["::error::x", "  ::error::x", "\t::ERROR ::x", "\u3000::error::x"])
def test_new_form_counts_after_leading_blanks_in_any_case(line: str) -> None:
    command = parse_command(line)
    assert command is not None
    assert (command.name.lower(), command.data, command.form) == ("error", "x", "::")


@pytest.mark.parametrize(
    "line",
    ["said ::error::x", "\x1c::error::x", "\ufeff::error::x", "::error", ":: error::x", "::eror::x", ""],
)
def test_new_form_counts_nowhere_else(line: str) -> None:
    assert parse_command(line) is None


def test_old_form_counts_anywhere_in_a_line() -> None:
    command = parse_command("bot> your code is ##[set-output name=accuracy;]1.0")
    assert command is not None
    assert (command.name, command.get("name"), command.data) == ("set-output", "accuracy", "1.0")
    assert command.form == "##["


def test_only_the_first_old_form_of_a_line_is_looked_at() -> None:
    assert parse_command("##[nothing] ##[set-output name=accuracy]1.0") is None
    assert parse_command("##[ ##[set-output name=accuracy]1.0") is None


def test_what_is_no_new_command_gets_a_second_reading_as_an_old_one() -> None:
    command = parse_command("::nothing::##[set-output name=a]b")
    assert command is not None
    assert (command.name, command.data) == ("set-output", "b")


def test_escapes_of_data_and_properties() -> None:
    command = parse_command("::error file=a%3Ab%2Cc%25.py,title=x%0Ay::50%25 %0D%0A%3A%2C %250A")
    assert command is not None
    assert command.get("file") == "a:b,c%.py"
    assert command.get("title") == "x\ny"
    # A message knows only three escapes, and the per cent sign comes last.
    assert command.data == "50% \r\n%3A%2C %0A"


def test_escapes_of_the_old_form() -> None:
    command = parse_command("##[error file=a%3Bb;title=c%5Dd]e%3Bf%5D%25")
    assert command is not None
    assert (command.get("file"), command.get("title"), command.data) == ("a;b", "c]d", "e;f]%")


def test_escapes_are_upper_case() -> None:
    command = parse_command("::error::a%0ab")
    assert command is not None
    assert command.data == "a%0ab"


def test_properties_are_split_as_dotnet_splits_them() -> None:
    command = parse_command("::error file==a=b,,title=,line, col=3::x")
    assert command is not None
    assert dict(command.properties) == {"file": "a=b", " col": "3"}


def test_data_may_hold_the_separator() -> None:
    command = parse_command("::error::std::vector")
    assert command is not None
    assert command.data == "std::vector"


def test_annotation_has_all_its_properties() -> None:
    command = parse_command("::warning file=a.py,line=3,endLine=3,col=2,endColumn=9,title=T::m")
    assert command is not None
    assert to_annotation(command) == Annotation(
        level="warning", message="m", file="a.py", line=3, end_line=3, col=2, end_col=9, title="T"
    )


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("endLine=4", (4, 4, None, None)),
        ("line=4,endLine=3", (None, None, None, None)),
        ("line=3,endLine=4,col=1", (3, 4, None, None)),
        ("col=1", (None, None, None, None)),
        ("line=1,endColumn=5", (1, None, 5, 5)),
        ("line=1,col=5,endColumn=4", (1, None, None, None)),
        ("line=x", (None, None, None, None)),
    ],
)
def test_positions_that_contradict_themselves_are_thrown_out(
    properties: str, expected: tuple[int | None, ...]
) -> None:
    command = parse_command(f"::error {properties}::m")
    assert command is not None
    annotation = to_annotation(command)
    assert (annotation.line, annotation.end_line, annotation.col, annotation.end_col) == expected


def test_ten_annotations_of_each_level_and_all_in_the_log() -> None:
    log = fed(*(f"::{level}::{n}" for n in range(12) for level in ("error", "warning", "notice")))
    assert [a.message for a in log.annotations if a.level == "error"] == [str(n) for n in range(10)]
    assert len(log.annotations) == 30
    assert log.dropped_annotations == {"error": 2, "warning": 2, "notice": 2}
    assert log.lines[-3:] == ["##[error]11", "##[warning]11", "##[notice]11"]


def test_a_message_is_cut_at_4096_utf16_units() -> None:
    log = fed(f"::error::{'a' * 5000}", f"::error::{'😀' * 3000}")
    assert [len(annotation.message) for annotation in log.annotations] == [4096, 2048]


def test_error_alone_fails_nothing() -> None:
    assert fed("::error::bad").failures == []


@pytest.mark.parametrize("line", ["::set-output name=verdict::pass", "bot: ##[set-output name=verdict]pass"])
def test_a_printed_output_is_noticed_and_takes_effect(line: str) -> None:
    log = fed(line)
    assert [command.name for command in log.forged] == ["set-output"]
    assert log.outputs == {"verdict": "pass"}
    assert log.lines == []


def test_a_printed_state_is_noticed_and_takes_effect() -> None:
    log = fed("##[save-state name=nonce]other")
    assert [command.name for command in log.forged] == ["save-state"]
    assert log.state == {"nonce": "other"}


@pytest.mark.parametrize(
    "line", ["::set-env name=A::b", "x ##[add-path]/tmp", "::set-output::b", "::echo::x"]
)
def test_refused_commands_fail_the_step(line: str) -> None:
    log = fed(line)
    assert len(log.failures) == 1
    assert [annotation.level for annotation in log.annotations] == ["error", "error"]


def test_unknown_commands_are_plain_lines_and_recorded() -> None:
    log = fed("::eror file=a::b", "x ##[sett-output name=a]b", "std::vector::push", "::1::")
    assert [command.name for command in log.unknown_commands] == ["eror", "sett-output"]
    assert log.lines == ["::eror file=a::b", "x ##[sett-output name=a]b", "std::vector::push", "::1::"]
    assert log.commands == []
    assert parse_unknown("::error::b") is None


def test_stop_commands_hides_until_its_token_and_masks_it() -> None:
    log = fed(
        "::stop-commands::tok3n-tok3n",
        "::error::hidden",
        "##[set-output name=a]b",
        "::tok3n::",
        "bot ##[TOK3N-tok3n]",
        "::error::seen",
    )
    assert [annotation.message for annotation in log.annotations] == ["seen"]
    assert [command.name for command in log.hidden_commands] == ["error", "set-output"]
    assert log.forged == []
    assert log.outputs == {}
    assert log.lines[0] == "::stop-commands::***"
    assert log.lines[1] == "::error::hidden"


@pytest.mark.parametrize("token", ["", "error", "Group", "pause-logging"])
def test_some_words_cannot_end_a_stop_section(token: str) -> None:
    log = fed(f"::stop-commands::{token}", "::error::seen")
    assert len(log.failures) == 1
    assert log.annotations[-1].message == "seen"


def test_groups_are_written_in_the_runners_own_form() -> None:
    assert fed("::group::One", "x", "::endgroup::ignored").lines == ["##[group]One", "x", "##[endgroup]"]


def test_debug_is_recorded_but_not_shown() -> None:
    log = fed("::debug::quiet")
    assert [(command.name, command.data) for command in log.commands] == [("debug", "quiet")]
    assert log.lines == []


def test_echo_shows_what_is_otherwise_swallowed() -> None:
    log = fed("::echo::on", "::save-state name=a::b", "::echo::off", "::save-state name=a::c")
    assert log.lines == ["::save-state name=a::b", "::echo::off"]


def test_a_message_with_line_breaks_fills_several_lines() -> None:
    assert fed("::error::a%0Ab").lines == ["##[error]a", "b"]


def test_masks_cover_each_line_and_the_encodings_in_all_later_text() -> None:
    masks = Masks()
    log = fed(
        "s3cret-one before", "::add-mask::s3cret-one%0A  s3cret two ", "::error::is s3cret-one", masks=masks
    )
    assert log.lines == ["s3cret-one before", "##[error]is ***"]
    assert log.annotations[0].message == "is ***"
    assert masks.hide("s3cret-ones3cret two") == "***"
    assert masks.hide("s3cret%20two") == "***"
    assert masks.hide(base64.b64encode(b"s3cret-one").decode()) == "***"


def test_a_short_mask_spoils_everything() -> None:
    masks = Masks()
    fed("::add-mask::1", masks=masks)
    assert masks.hide("accuracy 0.81") == "accuracy 0.8***"


def test_an_empty_mask_only_warns() -> None:
    assert [annotation.level for annotation in fed("::add-mask:: ").annotations] == ["warning"]
