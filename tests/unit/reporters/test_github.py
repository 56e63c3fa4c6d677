"""Outputs, state and annotations for GitHub; each is skipped if its variable is missing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gate.core.report import Outcome, Report, Verdict
from gate.errors import Problem
from gate.reporters.github import GitHubReporter, compose_outputs
from tests.action.action_file import load_action
from tests.action.file_commands import parse_pairs
from tests.action.step_log import StepLog
from tests.transcripts import samples
from tests.unit.reporters import builder, hostile
from tests.unit.reporters.golden import assert_golden

REPOSITORY = Path(__file__).resolve().parents[3]


class Job:
    """A workspace with one scenario file, and the runner's files."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        (self.workspace / "scenarios").mkdir(parents=True)
        (self.workspace / "scenarios" / "order.yml").touch()
        self.files = {
            name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
        }
        for file in self.files.values():
            file.touch()
        self.stream = io.StringIO()

    def reporter(self, *, without: str = "", report_path: Path | None = None) -> GitHubReporter:
        environment = {"GITHUB_ACTIONS": "true", **{name: str(path) for name, path in self.files.items()}}
        environment.pop(without, None)
        return GitHubReporter(environment, self.stream, self.workspace, report_path=report_path)

    @property
    def log(self) -> StepLog:
        return hostile.runner_reads(self.stream.getvalue())

    def values(self, name: str) -> dict[str, str]:
        pairs = parse_pairs(self.files[name].read_bytes().decode())
        assert pairs.error is None
        return dict(pairs.values)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_the_outputs_are_the_public_ones(job: Job) -> None:
    job.reporter(report_path=job.workspace / "memory-gate-report").finish(builder.failed_report())
    assert job.values("GITHUB_OUTPUT") == {
        "verdict": "failed",
        "accuracy": "0.6559",
        "accuracy-before": "1",
        "retention": "0.6559",
        "delta": "-0.3441",
        "lost-facts": str(builder.failed_questions(builder.failed_report())),
        "leaks": "1",
        "fabrications": "0",
        "baseline": "",
        "report-path": "memory-gate-report",
    }


def test_before_anything_is_known_the_outputs_say_so(job: Job) -> None:
    """A step that is killed later is not mistaken for one that passed."""
    job.reporter(report_path=job.workspace / "memory-gate-report").set_initial_outputs()
    early = job.values("GITHUB_OUTPUT")
    assert {name: value for name, value in early.items() if value} == {
        "verdict": "inconclusive",
        "report-path": "memory-gate-report",
    }
    assert list(early) == list(compose_outputs(builder.report(), "")) == list(load_action(REPOSITORY).outputs)


def test_outputs_are_set_once_and_by_whoever_comes_first(job: Job) -> None:
    reporter = job.reporter()
    reporter.outputs_reporter.finish(builder.failed_report())
    assert job.values("GITHUB_OUTPUT")["verdict"] == "failed"
    assert job.files["GITHUB_STEP_SUMMARY"].read_text() == job.stream.getvalue() == ""
    size = job.files["GITHUB_OUTPUT"].stat().st_size
    reporter.finish(builder.failed_report())
    assert job.files["GITHUB_OUTPUT"].stat().st_size == size
    assert job.files["GITHUB_STEP_SUMMARY"].read_text().startswith("### ❌ Failed")


def test_what_is_unknown_is_an_empty_output(job: Job) -> None:
    job.reporter().finish(builder.inconclusive_report())
    values = job.values("GITHUB_OUTPUT")
    unknown = ("accuracy", "accuracy-before", "retention", "delta", "report-path")
    assert [values[name] for name in unknown] == [""] * 5
    assert values["verdict"] == "inconclusive"


@pytest.mark.parametrize(
    ("before", "after", "accuracy", "delta"),
    [
        (1.0, 1.0, "1", "0"),
        (1.0, 0.0, "0", "-1"),
        (1.0, 0.95, "0.95", "-0.05"),
        (1.0, 0.949999, "0.9499", "-0.0501"),
        (0.9, 0.9 + 1e-12, "0.9", "0"),
        (None, 0.5, "0.5", ""),
        (1.0, float("nan"), "", ""),
    ],
)
def test_shares_have_four_decimals_and_are_never_rounded_up(
    before: float | None, after: float | None, accuracy: str, delta: str
) -> None:
    values = compose_outputs(builder.report(accuracy=after, accuracy_before=before), "")
    assert (values["accuracy"], values["delta"]) == (accuracy, delta)


def test_a_report_outside_the_workspace_keeps_its_path(job: Job, tmp_path: Path) -> None:
    job.reporter(report_path=tmp_path / "elsewhere").finish(builder.report())
    assert job.values("GITHUB_OUTPUT")["report-path"] == str(tmp_path / "elsewhere")


def test_a_state_comes_back_whole(job: Job) -> None:
    reporter = job.reporter()
    reporter.save_state("run", "a\nb=c\nrun<<x")
    reporter.save_state("second", "")
    assert job.values("GITHUB_STATE") == {"run": "a\nb=c\nrun<<x", "second": ""}


def test_annotations_stand_on_the_probes_line(job: Job) -> None:
    lost = builder.trials(disruption="recreate", outcome=Outcome.LOST)
    job.reporter().finish(
        builder.report(
            verdict=Verdict.FAILED, probes=tuple(lost), disruptions=(builder.disruption("recreate"),)
        )
    )
    (annotation,) = job.log.annotations
    assert annotation.level == "error"
    assert (annotation.file, annotation.line, annotation.col) == ("scenarios/order.yml", 14, 5)
    assert annotation.title == "memory-gate: durability"
    assert annotation.message == (
        "Lost after recreate: order. It was acknowledged, but it is not in the store,"
        " so the new instance had nothing to load. 3 of 3 trials."
    )


def test_annotations_lead_with_the_worst_and_count_the_rest(job: Job) -> None:
    (job.workspace / "scenarios" / "long.yml").touch()
    job.reporter().finish(builder.failed_report())
    errors = [annotation for annotation in job.log.annotations if annotation.level == "error"]
    assert len(errors) == 10
    assert [annotation.message.partition(".")[0] for annotation in errors[:2]] == [
        "Leak after restart: order",
        "Lost after recreate: order",
    ]
    notices = [annotation.message for annotation in job.log.annotations if annotation.level == "notice"]
    assert notices[0].startswith("Restart: the bot ended with exit code 137")
    assert notices[1].startswith("17 more failed probes not annotated here")
    assert len(notices) == 2
    assert job.log.dropped_annotations == {}


def test_a_file_of_the_built_in_library_is_named_in_the_message(job: Job, tmp_path: Path) -> None:
    library = tmp_path / "library" / "order.yml"
    library.parent.mkdir()
    library.touch()
    for name in (str(library), "scenarios/absent.yml", "../library/order.yml", "\x00", "x" * 5000):
        probes = (builder.probe(outcome=Outcome.LOST, file=name),)
        job.reporter().finish(builder.report(verdict=Verdict.FAILED, probes=probes))
    assert [annotation.file for annotation in job.log.annotations] == [None] * 5
    assert [annotation.line for annotation in job.log.annotations] == [None] * 5
    assert job.log.annotations[1].message.startswith("scenarios/absent.yml:14: Lost after restart: order. It")


def test_a_link_that_leads_out_of_the_workspace_is_no_place(job: Job, tmp_path: Path) -> None:
    (tmp_path / "outside.yml").touch()
    (job.workspace / "inside.yml").symlink_to(tmp_path / "outside.yml")
    probes = (builder.probe(outcome=Outcome.LOST, file="inside.yml"),)
    job.reporter().finish(builder.report(verdict=Verdict.FAILED, probes=probes))
    assert job.log.annotations[0].file is None


def test_a_run_without_a_verdict_is_one_error_with_its_reason(job: Job) -> None:
    job.reporter().finish(builder.inconclusive_report())
    (annotation,) = job.log.annotations
    assert (annotation.level, annotation.title) == ("error", "memory-gate: inconclusive")
    assert annotation.message == "The run was interrupted."


def test_a_failure_without_lost_probes_is_one_error_with_its_reason(job: Job) -> None:
    reasons = ("the bot did not come back after restart: it exited",)
    job.reporter().finish(builder.report(verdict=Verdict.FAILED, reasons=reasons))
    assert [annotation.message for annotation in job.log.annotations] == [
        "The bot did not come back after restart: it exited."
    ]


def test_a_run_that_passes_has_no_errors(job: Job) -> None:
    probes = tuple(builder.trials(outcome=Outcome.LOST))
    job.reporter().finish(builder.report(probes=probes, findings=("it is slow",)))
    assert [(annotation.level, annotation.message[-15:]) for annotation in job.log.annotations] == [
        ("warning", "3 of 3 trials."[-15:].rjust(15)),
        ("notice", "It is slow."),
    ]


def test_many_findings_stay_within_what_github_shows(job: Job) -> None:
    probes = tuple(builder.probe(outcome=Outcome.LOST, line=line) for line in range(1, 13))
    job.reporter().finish(builder.report(probes=probes, findings=tuple(map(str, range(20)))))
    assert [annotation.level for annotation in job.log.annotations] == ["warning"] * 10 + ["notice"] * 10
    assert job.log.annotations[-1].message.startswith("2 more failed probes and 11 more findings not")
    assert job.log.dropped_annotations == {}


def test_a_run_of_two_hundred_scenarios_that_loses_everything(job: Job) -> None:
    """Six disruptions, three facts a scenario: ten annotations, and a summary that GitHub shows."""
    names = ("restart", "kill", "recreate", "blue-green", "store-kill", "partition")
    questions = [(scenario, line) for scenario in range(200) for line in (14, 20, 26)]
    lost = tuple(
        builder.probe(
            outcome=Outcome.LOST,
            disruption=name,
            scenario=f"Scenario {scenario} " + "with a long name " * 10,
            file=f"scenarios/{scenario}.yml",
            line=line,
            question="What did I tell you? " * 20,
            reply="I do not know, " * 200,
        )
        for name in names
        for scenario, line in questions
    )
    for number in range(200):
        (job.workspace / "scenarios" / f"{number}.yml").touch()
    reporter = job.reporter()
    for event in samples.played(names, conversations=600):
        reporter.show(event)
    reporter.finish(
        builder.report(
            verdict=Verdict.FAILED,
            reasons=tuple(f"after {name}, the bot remembers 0 of 600 facts (0 %)" for name in names),
            probes=lost,
            disruptions=tuple(builder.disruption(name, verdict=Verdict.FAILED) for name in names),
        )
    )
    assert [annotation.level for annotation in job.log.annotations] == ["error"] * 10 + ["notice"]
    assert len({annotation.message.partition(":")[0] for annotation in job.log.annotations[:6]}) == 6
    assert all(annotation.file and annotation.line for annotation in job.log.annotations[:10])
    assert job.log.dropped_annotations == {}
    summary = job.files["GITHUB_STEP_SUMMARY"].read_text()
    assert len(summary.encode()) < 900 * 1024
    assert "… and 3,395 more failed probes, which report.json lists." in summary
    assert "```mermaid" in summary


def test_mistakes_in_files_stand_where_they_are(job: Job) -> None:
    problems = [
        Problem(
            file="scenarios/order.yml",
            line=9,
            column=7,
            width=7,
            message='unknown key "expects"',
            hint='did you mean "expect"?',
        ),
        Problem(file="--trials", line=0, column=0, message="expected a whole number"),
        Problem(file="absent.yml", line=3, column=1, message="cannot be read"),
    ]
    job.reporter().annotate_problems(problems)
    first, second, third = job.log.annotations
    assert (first.file, first.line, first.col, first.end_col) == ("scenarios/order.yml", 9, 7, 13)
    assert first.message == 'unknown key "expects" (did you mean "expect"?)'
    assert (second.file, second.message) == (None, "--trials: expected a whole number")
    assert (third.file, third.message) == (None, "absent.yml:3: cannot be read")


def test_many_mistakes_are_counted(job: Job) -> None:
    problem = Problem(file="scenarios/order.yml", line=1, column=1, message="wrong")
    job.reporter().annotate_problems([problem] * 25)
    assert len(job.log.annotations) == 11
    assert job.log.annotations[-1].message.startswith("15 more mistakes not annotated here")


def test_the_commands_of_a_failed_run(job: Job) -> None:
    job.reporter().finish(builder.failed_report())
    assert_golden("annotations-failed.txt", job.stream.getvalue())


@pytest.mark.parametrize("missing", ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"])
def test_a_missing_surface_is_skipped(job: Job, missing: str) -> None:
    reporter = job.reporter(without=missing)
    reporter.save_state("run", "1")
    reporter.finish(builder.report())
    assert job.files[missing].read_bytes() == b""
    assert all(file.read_bytes() for name, file in job.files.items() if name != missing)


def test_outside_of_github_nothing_happens(tmp_path: Path) -> None:
    stream = io.StringIO()
    reporter = GitHubReporter({}, stream, tmp_path, report_path=tmp_path)
    reporter.save_state("run", "1")
    reporter.annotate_problems([Problem(file="a", line=1, column=1, message="wrong")])
    reporter.finish(builder.failed_report())
    assert stream.getvalue() == ""
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_costs_no_other_surface(job: Job) -> None:
    job.files["GITHUB_OUTPUT"].unlink()
    job.files["GITHUB_OUTPUT"].mkdir()
    job.reporter().finish(builder.report())
    assert job.log.annotations[0].message == "the outputs could not be written: Is a directory"
    assert job.files["GITHUB_STEP_SUMMARY"].read_text().startswith("### ✅ Passed")


def test_a_summary_is_added_to_what_is_there(job: Job) -> None:
    job.files["GITHUB_STEP_SUMMARY"].write_text("# Mine")
    job.reporter().finish(builder.report())
    assert job.files["GITHUB_STEP_SUMMARY"].read_text().startswith("# Mine\n### ✅ Passed")


def test_a_summary_that_finds_no_room_is_left_out(job: Job) -> None:
    job.files["GITHUB_STEP_SUMMARY"].write_text("x" * 900 * 1024)
    job.reporter().finish(builder.failed_report())
    assert job.files["GITHUB_STEP_SUMMARY"].stat().st_size == 900 * 1024


@pytest.mark.parametrize("report", [builder.report(), builder.failed_report(), builder.inconclusive_report()])
def test_only_annotations_are_printed(job: Job, report: Report) -> None:
    job.reporter().finish(report)
    assert {command.name for command in job.log.commands} <= {"error", "warning", "notice"}
    assert len(job.log.commands) == len(job.log.raw_lines)
