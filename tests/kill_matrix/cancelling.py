"""Cancels the action at one boundary, as GitHub's runner does, and looks at what is left of it."""

from __future__ import annotations

import dataclasses
import json
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.action.action_images import ActionImages, docker
from tests.action.emulated_runner import EmulatedRunner
from tests.action.stage_result import StageResult
from tests.commands.gate_process import Gate
from tests.kill_matrix.scenes import SCENES, configure
from tests.kill_matrix.stricken_gate import Strike
from tests.kill_matrix.striking import REPOSITORY, Outcome, Point, examine, on_the_engine

SCENE = "stating"
ENTRYPOINT = """\
#!/usr/bin/env python3
import json, os, sys
from gate.cli import run_action
from tests.kill_matrix.stricken_gate import Strike, compose
compose(Strike(**json.loads(os.environ["STRIKE"])))
sys.exit(run_action())
"""
ADDED = ("tests/__init__.py", "tests/kill_matrix/__init__.py", "tests/kill_matrix/stricken_gate.py")


class StrickenAction:
    """The action of this repository with the listener in it, to be used by an emulated runner."""

    def __init__(self, folder: Path, images: ActionImages) -> None:
        self.folder = folder
        self.images = images
        for name in ADDED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
        shutil.copy(REPOSITORY / "action.yml", folder / "action.yml")
        entrypoint = folder / "stricken_entrypoint.py"
        entrypoint.write_text(ENTRYPOINT, encoding="utf-8")
        entrypoint.chmod(0o755)
        (folder / "Dockerfile").write_text(
            f"FROM {images.build(REPOSITORY)}\n"
            "COPY tests /app/tests\nCOPY stricken_entrypoint.py /app/\n"
            'ENTRYPOINT ["/app/stricken_entrypoint.py"]\n',
            encoding="utf-8",
        )
        images.build(folder)


@contextmanager
def stricken_action() -> Iterator[StrickenAction]:
    """Its images are gone at the end."""
    with tempfile.TemporaryDirectory() as folder, ActionImages() as images:
        yield StrickenAction(Path(folder), images)


def cancel_at(action: StrickenAction, point: Point, image: str) -> Outcome:
    """Runs the action on the bot's `image`, and cancels it at the boundary, or kills its container there."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder))
        mark = f"waiting-{secrets.token_hex(4)}"
        strike = Strike(
            run=secrets.token_hex(6),
            log="boundaries",
            kind=point.kind,
            ordinal=point.ordinal,
            waits_for=mark,
        )
        arguments = configure(gate, SCENES[SCENE], run=strike.run, image=image)
        kinds = [arguments[place + 1] for place, word in enumerate(arguments) if word == "--disrupt"]
        left: list[str] = []
        ended: list[float] = []

        def look(main: StageResult) -> None:
            ended.append(time.time())
            if not point.kills:
                left.extend(on_the_engine(strike.run))

        with EmulatedRunner(gate.folder, gate.folder / "temp", images=action.images) as runner:

            def cancels(line: str) -> bool:
                if mark not in line or not point.kills:
                    return mark in line
                for name in runner.survivors():
                    docker("kill", "--signal", "KILL", name)
                return False

            step = runner.uses(
                action.folder,
                inputs={"seed": "7", "disruptions": " ".join(kinds)},
                env={"STRIKE": json.dumps(dataclasses.asdict(strike))},
                cancel_when=cancels,
                before_post=look,
            )
        here = dataclasses.replace(strike, log=str(gate.folder / "boundaries"))
        problems, reported = examine(point, gate.folder, here, step.exit_code, step.log)
        if step.client_killed:
            problems.append("the gate did not end within the runner's grace")
        if step.post is None or step.post.exit_code != 0:
            problems.append("the post stage failed")
        struck = Path(f"{here.log}.struck")
        return Outcome(
            point=point,
            struck=struck.exists(),
            left=[*left, *on_the_engine(strike.run)],
            problems=problems,
            reported=reported,
            seconds=ended[0] - struck.stat().st_mtime if struck.exists() else 0.0,
            output=step.log,
        )


CANCEL = signal.SIGINT
"""The first signal of the runner's cancel; SIGTERM and the end of the client would follow."""
