"""The console on a terminal, in a log, on GitHub, and in a narrow encoding."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from rich.cells import cell_len

from gate.core.report import Outcome, Report, Tally, Verdict
from gate.core.transcript import Event
from gate.reporters.console import ConsoleReporter, open_console
from tests.transcripts import samples
from tests.unit.reporters import builder, hostile
from tests.unit.reporters.golden import assert_golden

FOLDER = Path("memory-gate-report")


class Terminal(io.StringIO):
    """Stream that claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def shown(
    report: Report,
    *,
    events: Iterable[Event] = (),
    github: bool = False,
    stream: io.StringIO | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    stream = stream or io.StringIO()
    console = open_console(stream, environment or {})
    reporter = ConsoleReporter(console, github=github, report_directory=FOLDER)
    for event in events:
        reporter.show(event)
    reporter.finish(report)
    return stream.getvalue()


def test_a_failed_run_in_a_log() -> None:
    assert_golden(
        "console-failed.txt", shown(builder.failed_report(), events=samples.played(conversations=2))
    )


def test_a_passed_run_in_a_log() -> None:
    assert_golden("console-passed.txt", shown(builder.report(), events=samples.played(conversations=2)))


def test_an_inconclusive_run_in_a_log() -> None:
    assert_golden("console-inconclusive.txt", shown(builder.inconclusive_report(), events=samples.troubled()))


def test_a_narrow_encoding_gets_other_signs() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    reporter = ConsoleReporter(open_console(stream, {}), report_directory=FOLDER)
    for event in samples.played(conversations=2):
        reporter.show(event)
    reporter.finish(builder.failed_report())
    assert_golden("console-ascii.txt", raw.getvalue().decode("ascii"))


@pytest.mark.parametrize("report", [builder.failed_report(), builder.report(), builder.inconclusive_report()])
def test_eighty_columns_are_enough(report: Report) -> None:
    lines = shown(report, events=samples.troubled("a rather long sentence " * 9)).splitlines()
    assert [line for line in lines if cell_len(line) > 80 and not line.startswith("      | ")] == []


def test_a_table_too_wide_names_fewer_stages() -> None:
    result = builder.disruption(
        "restart+store-restart+rest",
        verdict=Verdict.FAILED,
        lost_at={"told": 1000, "stored": 1001, "loaded": 1002, "answered": 1003},
        retained=Tally(remembered=10000, scored=14006),
    )
    lines = shown(builder.report(disruptions=(result,))).splitlines()
    assert "answered 1003 …" in lines[2]
    assert cell_len(lines[2]) <= 80


def test_the_command_that_repeats_the_run_stays_on_one_line() -> None:
    repeat = "memory-gate run --image " + "registry.example/team/bot:" + "x" * 100 + " --seed 7"
    assert f"again: {repeat}\n" in shown(builder.report(repeat=repeat))


def test_without_colour_nothing_is_told_by_colour() -> None:
    coloured = shown(
        builder.failed_report(), stream=Terminal(), environment={"TERM": "xterm", "COLUMNS": "80"}
    )
    plain = shown(builder.failed_report(), stream=Terminal(), environment={"TERM": "dumb", "COLUMNS": "80"})
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert plain == shown(builder.failed_report())


def test_no_color_means_no_colour() -> None:
    text = shown(builder.failed_report(), stream=Terminal(), environment={"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b[31m" not in text
    assert ";31m" not in text


def test_a_terminal_sees_rows_that_move_and_no_step_lines() -> None:
    text = shown(
        builder.report(),
        events=samples.played(conversations=2),
        stream=Terminal(),
        environment={"TERM": "xterm", "COLUMNS": "80"},
    )
    assert "talked 4/4 → restart 1.6 s → asked 2/2" in text
    assert "conversations held" not in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1


def test_a_run_cut_short_gives_the_cursor_back() -> None:
    stream = Terminal()
    reporter = ConsoleReporter(open_console(stream, {"TERM": "xterm", "COLUMNS": "80"}))
    for event in list(samples.played())[:40]:
        reporter.show(event)
    assert "\x1b[?25h" not in stream.getvalue()
    reporter.close()
    reporter.close()
    assert stream.getvalue().count("\x1b[?25h") == 1


def test_forced_colour_in_a_log_moves_no_cursor() -> None:
    text = shown(
        builder.report(),
        events=samples.played(conversations=2),
        github=True,
        environment={"FORCE_COLOR": "1", "TERM": "xterm"},
    )
    assert "conversations held" in text
    assert "\x1b[?25l" not in text


def test_no_line_is_printed_for_a_turn() -> None:
    few = shown(builder.report(), events=samples.played(conversations=1)).splitlines()
    many = shown(builder.report(), events=samples.played(conversations=40)).splitlines()
    assert len(few) == len(many)


def test_on_github_progress_is_a_group_and_the_verdict_is_not() -> None:
    log = hostile.runner_reads(shown(builder.report(), events=samples.played(conversations=1), github=True))
    names = [command.name for command in log.commands]
    assert names[:2] == ["group", "stop-commands"]
    assert names[3] == "endgroup"
    assert names[4] == "stop-commands"
    assert len(names) == 6
    lines = log.raw_lines
    ended = lines.index("::endgroup::")
    assert any("conversations held" in line for line in lines[:ended])
    assert any(line.startswith("PASSED") for line in lines[ended:])


def test_on_github_a_run_cut_short_lets_commands_through_again() -> None:
    stream = io.StringIO()
    reporter = ConsoleReporter(open_console(stream, {}), github=True)
    reporter.show(samples.run_started())
    reporter.close()
    reporter.close()
    stream.write("::notice::heard\n")
    log = hostile.runner_reads(stream.getvalue())
    assert [annotation.message for annotation in log.annotations] == ["heard"]
    assert log.lines.count("##[endgroup]") == 1


def test_elsewhere_nothing_is_said_to_a_runner() -> None:
    text = shown(builder.failed_report(), events=samples.played(conversations=1))
    assert hostile.runner_reads(text).commands == []


def test_a_log_tail_of_a_bot_that_recovered_is_not_shown() -> None:
    text = shown(builder.report(), events=samples.played(conversations=1))
    assert "the last lines" not in text


def test_a_log_that_repeats_itself_is_shown_once() -> None:
    text = shown(builder.report(), events=(*samples.troubled(), *samples.troubled()))
    assert text.count("restart: the last lines that were printed") == 1


def test_many_reasons_are_counted() -> None:
    reasons = tuple(f"reason {number}" for number in range(9))
    text = shown(builder.report(verdict=Verdict.FAILED, reasons=reasons))
    assert "FAILED  Reason 0\n        Reason 1\n" in text
    assert "… 4 more reasons\n" in text


def test_losses_within_the_tolerance_are_named_as_such() -> None:
    text = shown(builder.report(probes=tuple(builder.trials(outcome=Outcome.LOST))))
    assert "PASSED" in text
    assert "Not remembered, within what is allowed:" in text
