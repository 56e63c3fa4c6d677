"""One run from settings to report: everything is built here, and everything is taken down here."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import functools
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gate import __version__
from gate.cli.debugging import trace_of
from gate.cli.interruption import to_the_end
from gate.cli.jobs import sensible_jobs
from gate.cli.real_model import build_behind, load_tapes
from gate.cli.recording import Recording
from gate.cli.tiebreak import ask_judge, check_judge
from gate.core.allowance import Allowance
from gate.core.content import contents_of
from gate.core.scenario import JUDGED, Scenario
from gate.core.secret import Secret
from gate.core.transcript import DeploymentFailed, Event, RunEnded, RunStarted
from gate.core.transcript_lines import decode
from gate.core.verdict import Report
from gate.disruptions import DISRUPTIONS
from gate.errors import GateError, InputError
from gate.interfaces import Recorder, Reporter, Runtime, RuntimeParts
from gate.judging import judge
from gate.judging.measurement import Measurement
from gate.judging.regression import against
from gate.protocols import PROTOCOLS
from gate.reader.catalogue import reader_for
from gate.reader.endpoint import Behind, ModelEndpoint
from gate.reader.whereabouts import Faults, Whereabouts
from gate.reporters import report_files
from gate.reporters.transcript_file import TranscriptFile
from gate.reporters.whole_files import DRAFT, remove_drafts
from gate.runner.plan import Plan, Turn
from gate.runner.play import Stage, play
from gate.runner.sharding import plan_part
from gate.runtimes import choose_runtime
from gate.scorers import SCORERS
from gate.settings import Settings
from gate.stores import STORES, recorded_stores

PROBE_BYTES = 1024 * 1024
"""What a report folder has to take before anything is started: the report of a small run."""


def new_run() -> str:
    """A name for a run that nobody can guess, for its labels."""
    return secrets.token_hex(6)


async def execute(
    settings: Settings,
    scenarios: Sequence[Scenario],
    *,
    run: str,
    environment: Mapping[str, str],
    reporters: Sequence[Reporter],
    repeat: Sequence[str],
    baseline: Measurement | None = None,
) -> Report:
    """Plays the scenarios and gives the report, which the reporters have then shown.

    Cancelling it ends the run early: everything is removed and what is known is reported.
    `repeat` are the words of the command that repeats the run, without its shard and seed; `baseline` is an
    earlier run that this one is to be no worse than. Raises InputError.
    """
    check_judge(settings, scenarios)
    tapes = load_tapes(settings)
    seed = tapes.seed
    plan, left_out = plan_part(scenarios, settings.run, window=settings.bot.window, seed=seed)
    jobs = settings.run.jobs or sensible_jobs(settings, deployments=len(plan.waves))
    transcript = open_transcript(settings.report_directory)
    secret = Secret(settings.openai_api_key)
    whereabouts = Whereabouts()
    recording = Recording(transcript, reporters, end=_canceller())

    def record(event: Event) -> None:
        whereabouts.watch(event)
        # Whoever said the key again, and wherever: it goes no further.
        recording(secret.hidden_in(event))

    began = time.monotonic()

    def clock() -> float:
        return round(time.monotonic() - began, 6)

    record(
        RunStarted(
            at=0.0,
            version=__version__,
            seed=seed,
            bot=settings.bot.label,
            runtime=choose_runtime(settings.bot, settings.run.runtime).name,
            disruptions=settings.run.disruptions,
            trials=settings.run.trials,
            model=settings.model.mode,
            policy=dataclasses.asdict(settings.policy),
            commands=[list(repeat)],
            window=settings.bot.window,
            left_out=left_out,
            jobs=jobs,
            shard=str(settings.run.shard or ""),
            split_from=contents_of(scenarios) if settings.run.shard else {},
            store=settings.store.kind,
        )
    )
    interrupted = False
    try:
        await _perform(
            settings,
            plan,
            run=run,
            environment=environment,
            record=record,
            recording=recording,
            clock=clock,
            behind=functools.partial(build_behind, settings, plan, tapes, whereabouts=whereabouts),
            jobs=jobs,
            exhausted=Faults(record, clock).seen,
        )
        # Before the end of the run: what the judge finds belongs to what is judged.
        await ask_judge(settings, plan, tapes, decode(transcript.lines()), record=record, clock=clock)
        tapes.keep()
    except asyncio.CancelledError:
        interrupted = not recording.fault
    except InputError:
        transcript.discard()
        raise
    finally:
        recording.over()
        tapes.discard()
    for fault in recording.faults([wave.name for wave in plan.waves], clock()):
        record(fault)
    record(RunEnded(at=clock(), interrupted=interrupted, left_behind=recording.left_behind))
    transcript.close()
    report = judge(decode(transcript.lines()), stores=recorded_stores())
    if baseline is not None:
        report = against(report, baseline)
    recording.finish(report)
    return report


def open_transcript(directory: Path) -> TranscriptFile:
    """A transcript that is to be written. Raises InputError."""
    try:
        return TranscriptFile(directory)
    except OSError as error:
        raise unwritable(directory, error) from error


def _canceller() -> Callable[[], object]:
    """What ends the run that is being executed."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    return task.cancel


async def _perform(
    settings: Settings,
    plan: Plan,
    *,
    run: str,
    environment: Mapping[str, str],
    record: Recorder,
    recording: Recording,
    clock: Callable[[], float],
    behind: Callable[..., Behind | None],
    jobs: int,
    exhausted: Callable[[str, str], None],
) -> None:
    turns = sum(conversation.planned(0.0).turns for conversation in plan.conversations)
    endpoint: ModelEndpoint | None = None
    runtime: Runtime | None = None
    connections = contextlib.AsyncExitStack()
    told: Callable[[str], Mapping[str, str]] = _nothing_told
    try:
        try:
            runtime = await _build_runtime(settings, run, environment, connections)
            host = await runtime.open()
            if settings.model.mode != "none":
                endpoint = ModelEndpoint(
                    reader_for(plan),
                    record=record,
                    clock=clock,
                    behind=behind(record=record, clock=clock),
                    allowance=Allowance.for_turns(turns),
                    exhausted=exhausted,
                )
                told = functools.partial(_told, endpoint, await endpoint.open(host))
        except InputError:
            raise
        except GateError as error:
            _call_off(plan, error, record, clock)
            return
        protocol = PROTOCOLS[settings.bot.protocol]
        await play(
            plan,
            Stage(
                runtime=runtime,
                connect=lambda deployment: protocol.connect(settings.bot, deployment.route_turn),
                reply_quota=Allowance.for_turns(turns),
                disruptions=DISRUPTIONS,
                environment=told,
                record=record,
                clock=clock,
                concurrency=settings.run.concurrency,
                jobs=jobs,
                captures=settings.model.mode != "reader",
                missed=missed,
                hold=endpoint.hold if endpoint is not None else None,
            ),
        )
    finally:
        # The runtime removes everything over its connection.
        async with connections:
            # An interruption that comes now must not leave half of it behind.
            recording.left_behind = await to_the_end(_take_down(runtime, endpoint))


def _nothing_told(_deployment: str) -> Mapping[str, str]:
    """Of a model of the gate's: the bot brings its own."""
    return {}


def _told(endpoint: ModelEndpoint, address: str, deployment: str) -> Mapping[str, str]:
    """Where the bot of a deployment finds its model, and the key that it alone is given."""
    return {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": endpoint.key_of(deployment)}


def missed(turn: Turn, reply: str) -> bool:
    """Whether a reply is not what the turn expects, as far as comparisons tell: no judge has been asked yet.

    A scorer that crashes has seen nothing.
    """
    checks = turn.expectation.checks if turn.expectation else {}
    try:
        return any(
            not SCORERS[name].score(reply, arguments) for name, arguments in checks.items() if name != JUDGED
        )
    except Exception:
        return False


async def _take_down(runtime: Runtime | None, endpoint: ModelEndpoint | None) -> str:
    """Removes everything. What could not be removed, "" for nothing: it says nothing about the bot."""
    parts = [part.close() for part in (runtime, endpoint) if part is not None]
    faults = [
        f"{one.sentence}; {one.remedy}" if isinstance(one, GateError) else f"not all was removed: {one!r}"
        for one in await asyncio.gather(*parts, return_exceptions=True)
        if isinstance(one, Exception)
    ]
    return "; ".join(faults)


async def _build_runtime(
    settings: Settings, run: str, environment: Mapping[str, str], connections: contextlib.AsyncExitStack
) -> Runtime:
    """What `connections` holds is to be closed after the runtime."""
    parts = RuntimeParts(
        bot=settings.bot,
        store=STORES[settings.store.kind].build(settings.store),
        run=run,
        environment=environment,
        brings_model=settings.model.mode == "none",
        trace=trace_of(environment),
        connections=connections,
    )
    return await choose_runtime(settings.bot, settings.run.runtime).build(parts)


def _call_off(plan: Plan, error: GateError, record: Recorder, clock: Callable[[], float]) -> None:
    """Puts on record what was going to be done and why none of it was."""
    for conversation in plan.conversations:
        record(conversation.planned(clock()))
    for wave in plan.waves:
        record(
            DeploymentFailed(
                at=clock(),
                deployment=wave.name,
                cause="engine",
                sentence=error.sentence,
                remedy=error.remedy,
                log=list(error.log),
            )
        )


def prepare_report_directory(directory: Path) -> None:
    """Makes the folder and tries to write in it, before anything is started. Raises InputError."""
    probe = directory / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        remove_drafts(directory)
        try:
            # A full disk takes an empty file, and nothing in it.
            probe.write_bytes(bytes(PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)
        for name in report_files():
            place = directory / name
            if place.is_dir() and not place.is_symlink():
                raise IsADirectoryError(errno.EISDIR, f"{name}: {os.strerror(errno.EISDIR)}")
    except OSError as error:
        raise unwritable(directory, error) from error


def unwritable(directory: Path, error: OSError) -> InputError:
    """What is to be said of a report folder that does not take what is written."""
    return InputError(
        f"the report folder {directory} cannot be written",
        why=error.strerror or str(error),
        remedy="make room in it, or name another folder with --report-dir, or the input report-dir",
    )
