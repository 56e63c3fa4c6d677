"""The result of a stage: what its container did, and what GitHub would keep of it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.action.client_process import ClientExit
from tests.action.file_commands import SUMMARY_LIMIT, FileValues
from tests.action.step_log import Masks, StepLog
from tests.action.workflow_commands import Annotation, Command, split_lines

RunContext = Literal["main", "post"]
Conclusion = Literal["success", "failure", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """One container's run and everything that the runner took from it.

    `outputs` is what another job would see: those that hold a masked string are missing there, and named in
    `masked_outputs`; `step_outputs` is what a later step of the same job sees. `forged` lists the old
    commands that set outputs, state, environment or path from a printed line; the first two take effect, the
    others fail the step, as on GitHub. `raw_lines` is the output before masks and commands.
    """

    stage: Literal["main", "post"]
    exit_code: int
    conclusion: Conclusion
    failures: tuple[str, ...]
    log_lines: tuple[str, ...]
    raw_lines: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    dropped_annotations: Mapping[str, int]
    outputs: Mapping[str, str]
    step_outputs: Mapping[str, str]
    masked_outputs: tuple[str, ...]
    state: Mapping[str, str]
    env: Mapping[str, str]
    path: tuple[str, ...]
    summary: str | None
    summary_bytes: int
    commands: tuple[Command, ...]
    hidden_commands: tuple[Command, ...]
    unknown_commands: tuple[Command, ...]
    forged: tuple[Command, ...]
    container_name: str
    image: str
    signals: tuple[signal.Signals, ...]
    seconds: float

    @property
    def log(self) -> str:
        return "\n".join(self.log_lines)

    @property
    def client_killed(self) -> bool:
        """The client had to be killed, so the container may still run."""
        return signal.SIGKILL in self.signals


@dataclass(frozen=True, kw_only=True)
class StepResult(StageResult):
    """The main stage, with the post stage beside it where the action has one and its condition held."""

    undeclared_outputs: tuple[str, ...] = ()
    post: StageResult | None = None


def conclude(
    *,
    stage: RunContext,
    container_name: str,
    image: str,
    has_id: bool,
    ended: ClientExit,
    log: StepLog,
    values: FileValues,
    masks: Masks,
) -> StageResult:
    """Puts together what a stage printed, what it wrote to its files and how its client ended."""
    if ended.cancelled:
        log.error("The operation was canceled.")
    for context, pairs in (("env", values.env), ("state", values.state), ("output", values.outputs)):
        if pairs.error is not None:
            log.fail(f"file command '{context}'", pairs.error)
    if values.summary_bytes > SUMMARY_LIMIT:
        sizes = f"up to a size of {SUMMARY_LIMIT // 1024}k, got {values.summary_bytes // 1024}k"
        log.error(f"$GITHUB_STEP_SUMMARY upload aborted, supports content {sizes}.")
    env = dict(values.env.values)
    for blocked in [key for key in env if key.upper() == "NODE_OPTIONS"]:
        del env[blocked]
        log.error(f"Can't store {blocked} output parameter using '$GITHUB_ENV' command.")
    # The files are read last, so what they say wins over what was printed.
    outputs = {**log.outputs, **values.outputs.values} if has_id else {}
    masked = tuple(key for key, value in outputs.items() if masks.hide(value) != value)
    failed = ended.exit_code != 0 or bool(log.failures)
    return StageResult(
        stage=stage,
        exit_code=ended.exit_code,
        conclusion="cancelled" if ended.cancelled else "failure" if failed else "success",
        failures=tuple(log.failures),
        log_lines=tuple(log.lines),
        raw_lines=tuple(log.raw_lines),
        annotations=tuple(log.annotations),
        dropped_annotations=dict(log.dropped_annotations),
        outputs={key: value for key, value in outputs.items() if key not in masked},
        step_outputs=outputs,
        masked_outputs=masked,
        state={**log.state, **values.state.values},
        env=env,
        path=values.path,
        summary=None if values.summary is None else _masked_lines(values.summary, masks),
        summary_bytes=values.summary_bytes,
        commands=tuple(log.commands),
        hidden_commands=tuple(log.hidden_commands),
        unknown_commands=tuple(log.unknown_commands),
        forged=tuple(log.forged),
        container_name=container_name,
        image=image,
        signals=ended.signals,
        seconds=ended.seconds,
    )


def _masked_lines(text: str, masks: Masks) -> str:
    return "".join(f"{masks.hide(line)}\n" for line in split_lines(text))
