"""`action.yml`, the job's folders and the client's ladder, without Docker."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.action.action_file import ActionFileError, evaluate, load_action
from tests.action.client_process import ClientExit, ClientTimeoutError, Ladder, run_client
from tests.action.job_context import Folders, github_variables
from tests.action.step_container import container_name

ACTION = """\
name: Sample
inputs:
  max-drop: {default: 0.10}
  whole: {default: 1.0}
  quoted: {default: "1.0"}
  on-fail: {default: yes}
  flag: {default: True}
  none: {default: ~}
  place: {default: "${{ github.workspace }}/x"}
  must: {required: true}
outputs:
  verdict: {description: d}
runs:
  using: docker
  image: Dockerfile
  entrypoint: /main.py
  post-entrypoint: /post.py
  args: ["${{ inputs.max-drop }}", "", "${{ inputs['on-fail'] }}"]
  env: {GAP: filled}
"""


def written(folder: Path, text: str, name: str = "action.yml") -> Path:
    (folder / name).write_text(text)
    return folder


def test_defaults_arrive_as_the_runner_writes_them(tmp_path: Path) -> None:
    action = load_action(written(tmp_path, ACTION))
    assert action.inputs({"FLAG": "no", "extra": "e"}, {"workspace": "/w"}) == {
        "FLAG": "no",
        "extra": "e",
        "max-drop": "0.1",
        "whole": "1",
        "quoted": "1.0",
        "on-fail": "yes",
        "none": "",
        "place": "/w/x",
        "must": "",
    }
    assert action.unexpected({"FLAG": "", "extra": "", "args": ""}) == ["extra"]


def test_the_rest_of_the_file(tmp_path: Path) -> None:
    action = load_action(written(tmp_path, ACTION, "action.yaml"))
    assert (action.entrypoint, action.post_entrypoint, action.pre_entrypoint) == (
        "/main.py",
        "/post.py",
        None,
    )
    assert action.args == ("${{ inputs.max-drop }}", "", "${{ inputs['on-fail'] }}")
    assert (action.outputs, action.env, action.post_if) == (("verdict",), {"GAP": "filled"}, "always()")
    assert action.prebuilt_image is None


def test_a_prebuilt_image(tmp_path: Path) -> None:
    action = load_action(written(tmp_path, "runs: {using: docker, image: 'docker://a/b@sha256:1'}"))
    assert action.prebuilt_image == "a/b@sha256:1"


@pytest.mark.parametrize(
    "text",
    ["name: x", "runs: {using: node20}", "runs: {using: docker, image: x/y:1}", "runs: {using: docker}"],
)
def test_what_is_no_docker_action_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ActionFileError):
        load_action(written(tmp_path, text))


def test_expressions() -> None:
    contexts = {"inputs": {"Max-Drop": "1"}, "github": {}}
    assert evaluate("a ${{inputs.max-drop}}${{ github.nothing }}b", contexts) == "a 1b"
    with pytest.raises(ActionFileError, match="not emulated"):
        evaluate("${{ inputs.a || 'b' }}", contexts)


def test_paths_are_translated_both_ways(tmp_path: Path) -> None:
    folders = Folders(workspace=tmp_path / "r" / "r", temp=tmp_path / "_temp")
    assert folders.to_container(str(folders.workspace)) == "/github/workspace"
    assert folders.to_container(f"{folders.workspace}/a b") == "/github/workspace/a b"
    assert folders.to_container(f"{folders.workspace}x") == f"{folders.workspace}x"
    assert folders.to_container(str(folders.home)) == "/github/home"
    assert folders.to_container(f"{folders.temp}/x") == "/github/runner_temp/x"
    assert folders.relative("/github/workspace/a.py") == folders.relative("a.py") == "a.py"
    assert folders.relative("/github/workspacex/a.py") == "/github/workspacex/a.py"
    assert folders.relative("/github/home/a.py") == f"{folders.home}/a.py"


def test_there_is_no_token(tmp_path: Path) -> None:
    variables = github_variables(run_id=1, folders=Folders(workspace=tmp_path, temp=tmp_path / "t"))
    assert "GITHUB_TOKEN" not in variables


def test_container_names() -> None:
    assert container_name("12ab3c:4d5e")[:-6] == "ab3c4d5e_"
    assert container_name("host.example/a-b/c_d@sha256:12")[:-6] == "hostexampleabc_dsha25612_"


IGNORES_ALL = """
import signal
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("ready", flush=True)
while True:
    signal.pause()
"""


def client(code: str, *, after_interrupt: float = 0.2, timeout: float = 60) -> tuple[ClientExit, list[str]]:
    lines: list[str] = []
    event = threading.Event()

    def on_line(line: str) -> None:
        lines.append(line)
        if line == "ready":
            event.set()

    ended = run_client(
        [sys.executable, "-c", code],
        folder=Path.cwd(),
        environment=os.environ,
        on_line=on_line,
        cancel_asked=event.is_set,
        ladder=Ladder(after_interrupt=after_interrupt, after_terminate=0.1),
        timeout=timeout,
    )
    return ended, lines


def test_a_client_that_ignores_all_is_killed_after_both_graces() -> None:
    ended, _ = client(IGNORES_ALL)
    assert ended.signals == (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    assert (ended.exit_code, ended.cancelled) == (137, True)
    assert ended.seconds >= 0.3


def test_a_client_that_obeys_gets_one_signal() -> None:
    # Set by hand: whoever starts the tests in the background hands down an ignored SIGINT.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    ended, _ = client(f"{code}; print('ready', flush=True); signal.pause()", after_interrupt=60)
    assert ended.signals == (signal.SIGINT,)


def test_all_lines_of_both_streams_arrive_and_stdin_is_closed() -> None:
    code = "import sys; print('a\\rb', sys.stdin.read() == '', sys.stdin.isatty())"
    code += "; print('\\xff', file=sys.stderr)"
    ended, lines = client(code)
    assert sorted(lines) == ["a", "b True False", "ÿ"]
    assert (ended.exit_code, ended.cancelled, ended.signals) == (0, False, ())


def test_output_after_a_signal_still_counts() -> None:
    code = """
import os, signal
def bye(*_):
    os.write(1, b"last words\\n")  # print() may be at work still
    raise SystemExit(3)
signal.signal(signal.SIGINT, bye)
print("ready", flush=True)
signal.pause()
"""
    ended, lines = client(code, after_interrupt=60)
    assert lines == ["ready", "last words"]
    assert ended.exit_code == 3


def test_a_client_that_never_ends_is_killed_and_reported() -> None:
    with pytest.raises(ClientTimeoutError):
        client("import signal; signal.pause()", timeout=0.5)
