"""The emulated runner cancels and kills steps as the real one does."""

import threading
from pathlib import Path

import pytest

from tests.action.action_images import ActionImages, docker
from tests.action.emulated_runner import EmulatedRunner, StageTimeoutError

pytestmark = pytest.mark.docker

SLEEP = """
import signal, sys, time
def bye(number, frame):
    put("OUTPUT", f"signal={signal.Signals(number).name}\\n")
    print("bye", flush=True)
    sys.exit(5)
signal.signal(signal.SIGINT, bye)
print("ready", flush=True)
while True:
    time.sleep(60)
"""

DEAF = """
import signal, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
put("OUTPUT", "early=yes\\n")
print("ready", flush=True)
while True:
    time.sleep(60)
"""


def test_cancel_reaches_a_first_process_that_listens(runner: EmulatedRunner, player: Path) -> None:
    step = runner.uses(
        player,
        inputs={"main-script": SLEEP, "post-script": "print('post ran')"},
        cancel_when=lambda line: line == "ready",
    )
    assert step.conclusion == "cancelled"
    assert step.outputs == {"signal": "SIGINT"}
    assert step.raw_lines == ("ready", "bye")
    assert [number.name for number in step.signals] == ["SIGINT"]
    assert (step.exit_code, step.client_killed) == (5, False)
    assert step.post is not None
    assert step.post.raw_lines == ("post ran",)


def test_cancel_leaves_a_deaf_container_running(
    workspace: Path, tmp_path: Path, own_images: ActionImages, player: Path
) -> None:
    alive: list[list[str]] = []
    with EmulatedRunner(
        workspace, tmp_path / "_temp", images=own_images, sigint_grace=0.6, sigterm_grace=0.3
    ) as runner:
        step = runner.uses(
            player,
            inputs={"main-script": DEAF, "post-script": "print('post ran')"},
            cancel_when=lambda line: line == "ready",
            before_post=lambda main: alive.append(runner.survivors()),
        )
        assert step.conclusion == "cancelled"
        assert [number.name for number in step.signals] == ["SIGINT", "SIGTERM", "SIGKILL"]
        assert step.client_killed
        assert step.outputs == {"early": "yes"}
        assert step.post is not None
        assert step.post.raw_lines == ("post ran",)
        assert alive == [[step.container_name]]
        running = docker("inspect", "--format", "{{.State.Running}}", step.container_name)
        assert running.stdout.strip() == "true"
        docker("rm", "--force", step.container_name)
        assert runner.survivors() == []


def test_cancel_by_an_event_from_outside(runner: EmulatedRunner, player: Path) -> None:
    cancel = threading.Event()
    step_done = threading.Event()

    def cancel_once_it_runs() -> None:
        while not step_done.is_set() and not (runner.folders.workspace / "started").exists():
            step_done.wait(0.02)
        cancel.set()

    watcher = threading.Thread(target=cancel_once_it_runs)
    watcher.start()
    script = SLEEP.replace('print("ready", flush=True)', 'open("started", "w").close()')
    try:
        step = runner.uses(player, inputs={"main-script": script}, cancel_when=cancel)
    finally:
        step_done.set()
        watcher.join()
    assert step.conclusion == "cancelled"
    assert step.outputs == {"signal": "SIGINT"}


def test_a_stage_that_never_ends_is_killed_by_name(
    workspace: Path, tmp_path: Path, own_images: ActionImages, player: Path
) -> None:
    for seconds in (5, 10, 20, 40):
        folder = tmp_path / f"_temp-{seconds}"
        with EmulatedRunner(workspace, folder, images=own_images, stage_timeout=seconds) as runner:
            with pytest.raises(StageTimeoutError, match=f"main stage did not end in {seconds} s") as caught:
                runner.uses(player, inputs={"main-script": DEAF})
            assert runner.survivors() == []
        if "ready" in str(caught.value):
            break  # a slow machine needs longer until the stage says anything at all
    assert str(caught.value).endswith("its last lines:\nready")
