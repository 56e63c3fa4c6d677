"""The emulated runner against a real engine, with throw-away actions: the facts that the action relies on."""

import json
from pathlib import Path

import pytest

from tests.action.action_images import ActionImages, BuildError, docker
from tests.action.emulated_runner import EmulatedRunner
from tests.action.player import BASE
from tests.action.stage_result import StageResult

pytestmark = pytest.mark.docker

SHELL_ACTION = """\
name: Shell
inputs: {max-drop: {default: "5"}, plain: {default: "6"}}
runs: {using: docker, image: Dockerfile}
"""

SHOW_ENVIRONMENT = "for key in sorted(os.environ): print(key, '=', repr(os.environ[key]))"


def environment_of(stage: StageResult) -> dict[str, str]:
    pairs = (line.split(" = ", 1) for line in stage.raw_lines)
    return {pair[0]: pair[1].strip("'") for pair in pairs if len(pair) == 2}


def test_the_environment_of_a_pull_request(runner: EmulatedRunner, player: Path, workspace: Path) -> None:
    step = runner.uses(
        player,
        inputs={"main-script": SHOW_ENVIRONMENT, "post-script": SHOW_ENVIRONMENT, "empty": ""},
        env={"HERE": f"{workspace}/bot.py", "TAKEN": "from-the-step", "LINES": "a\nb"},
    )
    assert step.conclusion == "success"
    seen = environment_of(step)
    expected = {
        "CI": "true",
        "GAP": "filled",
        "GITHUB_ACTION": "gate",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": "/github/workflow/event.json",
        "GITHUB_WORKSPACE": "/github/workspace",
        "HERE": "/github/workspace/bot.py",
        "HOME": "/github/home",
        "INPUT_EMPTY": "",
        "INPUT_MAX-DROP": "0.1",
        "INPUT_TWO_WORDS": "x",
        "LINES": "a\\nb",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": "/github/runner_temp",
        "RUNNER_WORKSPACE": str(workspace.parent),
        "TAKEN": "from-the-step",
    }
    assert {key: seen.get(key) for key in expected} == expected
    for name in ("OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY"):
        assert seen[f"GITHUB_{name}"].startswith("/github/file_commands/")
    assert "GITHUB_TOKEN" not in seen
    assert step.post is not None
    later = environment_of(step.post)
    assert later["INPUT_MAX-DROP"] == "0.1"
    assert later["GITHUB_OUTPUT"] != seen["GITHUB_OUTPUT"]


def test_the_container_is_started_as_the_runner_starts_it(
    runner: EmulatedRunner, player: Path, workspace: Path
) -> None:
    (workspace / "bot.py").write_text("here")
    script = """
import json, pathlib, stat, sys
print(os.getpid(), os.getuid(), os.getcwd(), sys.stdin.isatty(), repr(sys.stdin.read()))
print(json.dumps(sys.argv[1:]))
print(pathlib.Path("bot.py").read_text(), json.load(open(os.environ["GITHUB_EVENT_PATH"]))["number"])
print(stat.S_ISSOCK(os.stat("/var/run/docker.sock").st_mode))
print(os.path.isdir("/github/runner_temp/_github_home"))
"""
    step = runner.uses(player, inputs={"main-script": script})
    assert step.raw_lines == (
        "1 0 /github/workspace False ''",
        json.dumps(["0.1", "", "a 'b' \"c\""]),
        "here 7",
        "True",
        "True",
    )
    assert step.container_name.startswith(step.image.replace(":", "").lstrip("0123456789"))


def test_hyphenated_inputs_are_lost_under_a_shell(runner: EmulatedRunner, tmp_path: Path) -> None:
    folder = tmp_path / "shell"
    folder.mkdir()
    show = "import os; print(os.environ.get('INPUT_MAX-DROP'), os.environ.get('INPUT_PLAIN'))"
    (folder / "action.yml").write_text(SHELL_ACTION)
    (folder / "show.py").write_text(show)
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nCOPY show.py /\nENTRYPOINT python /show.py; true\n")
    assert runner.uses(folder).raw_lines == ("None 6",)


def test_outputs_env_and_summary(runner: EmulatedRunner, player: Path) -> None:
    script = """
put("OUTPUT", "verdict=passed\\nreasons<<E1\\nfirst\\n\\nsecond\\nE1\\n")
put("ENV", "LATER=yes\\nNODE_OPTIONS=--x\\n")
put("STEP_SUMMARY", "| a |\\n|---|")
put("PATH", "/opt/x\\n")
"""
    step = runner.uses(player, inputs={"main-script": script, "post-script": "print(os.environ['LATER'])"})
    assert step.outputs == {"verdict": "passed", "reasons": "first\n\nsecond"}
    assert step.undeclared_outputs == ("reasons",)
    assert step.env == {"LATER": "yes"}
    assert step.path == ("/opt/x",)
    assert step.summary == "| a |\n|---|\n"
    assert step.post is not None
    assert step.post.raw_lines == ("yes",)
    assert step.post.summary is None
    # What a step puts into the environment stays for the job's later steps.
    later = runner.uses(player, inputs={"main-script": "print(os.environ['LATER'])"}, step_id=None)
    assert later.raw_lines == ("yes",)


def test_outputs_of_a_step_without_id_are_lost(runner: EmulatedRunner, player: Path) -> None:
    script = "put('OUTPUT', 'verdict=passed\\n'); print(os.environ['GITHUB_ACTION'])"
    step = runner.uses(player, inputs={"main-script": script}, step_id=None)
    assert (step.outputs, step.raw_lines) == ({}, ("__self",))


def test_a_summary_too_big_is_dropped_whole(runner: EmulatedRunner, player: Path) -> None:
    step = runner.uses(player, inputs={"main-script": "put('STEP_SUMMARY', 'x' * (1024 * 1024 + 1))"})
    assert (step.summary, step.summary_bytes, step.conclusion) == (None, 1024 * 1024 + 1, "success")
    assert "GITHUB_STEP_SUMMARY upload aborted" in step.annotations[0].message


def test_an_invalid_line_in_a_file_fails_the_step(runner: EmulatedRunner, player: Path) -> None:
    step = runner.uses(player, inputs={"main-script": "put('OUTPUT', 'verdict=passed\\nhello\\n')"})
    assert (step.exit_code, step.conclusion) == (0, "failure")
    assert step.failures == ("Invalid format 'hello'",)
    assert step.outputs == {"verdict": "passed"}


def test_commands_of_both_streams(runner: EmulatedRunner, player: Path, workspace: Path) -> None:
    # Which of two streams comes first is nobody's to say: what comes on the one is waited for.
    script = """
import sys, time
print("::error file=/github/workspace/memory/a.yml,line=3,title=Lost::who%0Aam I")
print("::warning file=memory/a.yml::w", file=sys.stderr, flush=True)
while not os.path.exists("go"): time.sleep(0.02)
print("progress 10%\\r::notice::after a lone return")
print("bot> ##[set-output name=verdict]passed")
print("::stop-commands::k3y-k3y-k3y")
print("bot> ##[set-output name=verdict]hidden")
print("::error::hidden")
print("::k3y-k3y-k3y::")
print("::errror::typing error")
print("::add-mask::s3cret")
put("OUTPUT", "leak=my s3cret\\n")
print("a s3cret", flush=True)
sys.exit(3)
"""

    def go_on(line: str) -> bool:
        if line.startswith("::warning"):
            (workspace / "go").touch()
        return False

    step = runner.uses(player, inputs={"main-script": script}, cancel_when=go_on)
    assert (step.exit_code, step.conclusion) == (3, "failure")
    found = {annotation.level: annotation for annotation in step.annotations}
    assert len(step.annotations) == 3
    assert (found["error"].file, found["error"].line, found["error"].title) == ("memory/a.yml", 3, "Lost")
    assert found["error"].message == "who\nam I"
    assert found["warning"].file == "memory/a.yml"
    assert found["notice"].message == "after a lone return"
    assert [command.data for command in step.forged] == ["passed"]
    assert [command.data for command in step.hidden_commands] == ["hidden", "hidden"]
    assert [command.name for command in step.unknown_commands] == ["errror"]
    assert step.outputs == {"verdict": "passed"}
    assert step.masked_outputs == ("leak",)
    assert "s3cret" not in step.log
    assert "a ***" in step.log_lines


def test_unexpected_inputs_only_warn(runner: EmulatedRunner, player: Path) -> None:
    step = runner.uses(player, inputs={"typo": "x"})
    assert step.conclusion == "success"
    assert [annotation.message for annotation in step.annotations] == ["Unexpected input(s) 'typo'"]


def test_state_reaches_post_and_post_runs_after_a_failure(runner: EmulatedRunner, player: Path) -> None:
    between: list[list[str]] = []
    step = runner.uses(
        player,
        inputs={
            "main-script": "put('STATE', 'nonce<<E\\n1\\n2\\nE\\n'); raise SystemExit(1)",
            "post-script": "print(repr(os.environ['STATE_nonce'])); raise SystemExit(2)",
        },
        before_post=lambda main: between.append(runner.survivors()),
    )
    assert (step.exit_code, step.conclusion) == (1, "failure")
    assert step.state == {"nonce": "1\n2"}
    assert step.post is not None
    assert step.post.raw_lines == ("'1\\n2'",)
    assert (step.post.exit_code, step.post.conclusion) == (2, "failure")
    assert between == [[]]


def test_the_job_network(workspace: Path, tmp_path: Path, own_images: ActionImages, player: Path) -> None:
    inside: list[str] = []
    look = "import time\nprint('ready', flush=True)\n"
    look += "while not os.path.exists('go'): time.sleep(0.02)"

    def note(line: str) -> bool:
        if line == "ready":
            names = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}"
            inside.append(docker("inspect", "--format", names, *job.survivors()).stdout.strip())
            (workspace / "go").touch()
        return False

    with EmulatedRunner(workspace, tmp_path / "_temp", images=own_images, job_network=True) as job:
        job.uses(player, inputs={"main-script": look}, cancel_when=note)
        assert inside == [job.network]
        assert (job.network or "").startswith("github_network_")
    assert docker("network", "ls", "--quiet", "--filter", f"label={job.label}").stdout == ""


def test_an_image_is_built_once_and_a_prebuilt_one_not_at_all(
    runner: EmulatedRunner, own_images: ActionImages, player: Path, tmp_path: Path
) -> None:
    built = runner.build(player)
    count = own_images.builds
    assert runner.build(player) == built
    assert own_images.builds == count
    folder = tmp_path / "prebuilt"
    folder.mkdir()
    entry = "{using: docker, image: 'docker://" + built + "', entrypoint: python, args: [-c, print(1)]}"
    (folder / "action.yml").write_text(f"runs: {entry}\n")
    step = runner.uses(folder, remote="octo-org/memory-gate@v1")
    assert (step.raw_lines, step.image, own_images.builds) == (("1",), built, count)


def test_a_build_that_fails_says_why(runner: EmulatedRunner, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "action.yml").write_text("runs: {using: docker, image: Dockerfile}\n")
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nRUN echo because; exit 7\n")
    with pytest.raises(BuildError, match=r"(?s)exit code 7.*because"):
        runner.uses(folder)
