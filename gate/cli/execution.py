"""One run from settings to report: everything is built here, and everything is taken down here."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import secrets
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gate import __version__
from gate.cli.real_model import build_behind, load_tapes
from gate.cli.tiebreak import ask_judge, check_judge
from gate.core.scenario import JUDGED, Scenario
from gate.core.transcript import DeploymentFailed, Event, RunEnded, RunStarted, decode
from gate.core.verdict import Report, Verdict
from gate.disruptions import DISRUPTIONS
from gate.errors import ExitCode, GateError, InputError
from gate.interfaces import Recorder, Reporter, Runtime
from gate.judging import judge
from gate.judging.baseline import Measurement
from gate.judging.regression import against
from gate.protocols import PROTOCOLS
from gate.reader.catalogue import reader_for
from gate.reader.endpoint import Behind, ModelEndpoint
from gate.reader.whereabouts import Whereabouts
from gate.reporters.transcript_file import TranscriptFile
from gate.runner.plan import Plan, Turn, plan_run
from gate.runner.play import Stage, play
from gate.runner.window import within_window
from gate.scorers import SCORERS
from gate.settings import Settings
from gate.stores import STORES

KEY_BYTES = 16


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
    `repeat` are the words of the command that repeats the run, without its seed; `baseline` is an
    earlier run that this one is to be no worse than. Raises InputError.
    """
    check_judge(settings, scenarios)
    tapes = load_tapes(settings)
    seed = tapes.seed
    windowed = within_window(scenarios, settings.bot.window)
    plan = plan_run(windowed.scenarios, settings.run.disruptions, settings.run.trials, seed)
    transcript = TranscriptFile(settings.report_directory)
    audience: tuple[Reporter, ...] = (transcript, *reporters)

    whereabouts = Whereabouts([wave.name for wave in plan.waves])

    def record(event: Event) -> None:
        whereabouts.watch(event)
        for reporter in audience:
            reporter.show(event)

    began = time.monotonic()

    def clock() -> float:
        return round(time.monotonic() - began, 6)

    record(
        RunStarted(
            at=0.0,
            version=__version__,
            seed=seed,
            bot=settings.bot.label,
            runtime=runtime_name(settings),
            disruptions=settings.run.disruptions,
            trials=settings.run.trials,
            model=settings.model.mode,
            policy=dataclasses.asdict(settings.policy),
            repeat=shlex.join([*repeat, "--seed", str(seed)]),
            window=settings.bot.window,
            left_out=windowed.left_out,
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
            clock=clock,
            behind=functools.partial(build_behind, settings, plan, tapes, whereabouts=whereabouts),
        )
        # Before the end of the run: what the judge finds belongs to what is judged.
        await ask_judge(settings, plan, tapes, decode(transcript.lines()), record=record, clock=clock)
        tapes.keep()
    except asyncio.CancelledError:
        interrupted = True
    except InputError:
        transcript.discard()
        raise
    finally:
        tapes.discard()
    record(RunEnded(at=clock(), interrupted=interrupted))
    transcript.close()
    report = judge(decode(transcript.lines()))
    if baseline is not None:
        report = against(report, baseline)
    for reporter in reporters:
        reporter.finish(report)
    return report


def exit_code(report: Report, settings: Settings) -> ExitCode:
    """What a verdict means to the caller of the process."""
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if report.verdict is Verdict.INCONCLUSIVE:
        return ExitCode.PASSED if settings.policy.inconclusive == "allow" else ExitCode.INCONCLUSIVE
    return ExitCode.PASSED if report.verdict is Verdict.PASSED else ExitCode.FAILED


def runtime_name(settings: Settings) -> str:
    """The runtime that was asked for, or the one that fits how the bot is given."""
    return settings.run.runtime or ("process" if settings.bot.command else "docker")


async def _perform(
    settings: Settings,
    plan: Plan,
    *,
    run: str,
    environment: Mapping[str, str],
    record: Recorder,
    clock: Callable[[], float],
    behind: Callable[..., Behind | None],
) -> None:
    key = f"memory-gate-{secrets.token_hex(KEY_BYTES)}"
    endpoint: ModelEndpoint | None = None
    runtime: Runtime | None = None
    connections = contextlib.ExitStack()
    try:
        try:
            runtime = _build_runtime(settings, run, environment, connections)
            host = await runtime.open()
            told: dict[str, str] = {}
            if settings.model.mode != "none":
                endpoint = ModelEndpoint(
                    reader_for(plan),
                    key=key,
                    record=record,
                    clock=clock,
                    behind=behind(record=record, clock=clock),
                )
                told = {"OPENAI_BASE_URL": await endpoint.open(host), "OPENAI_API_KEY": key}
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
                connect=lambda deployment: protocol.connect(settings.bot, deployment.address),
                disruptions=DISRUPTIONS,
                environment=told,
                record=record,
                clock=clock,
                concurrency=settings.run.concurrency,
                captures=settings.model.mode != "reader",
                missed=missed,
                hold=endpoint.hold if endpoint is not None else None,
            ),
        )
    finally:
        # The runtime removes everything over its connection.
        with connections:
            await _take_down(runtime, endpoint)


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


async def _take_down(runtime: Runtime | None, endpoint: ModelEndpoint | None) -> None:
    """Removes everything. A fault here is worth a warning, but says nothing about the bot."""
    parts = [part.close() for part in (runtime, endpoint) if part is not None]
    for outcome in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


def _build_runtime(
    settings: Settings, run: str, environment: Mapping[str, str], connections: contextlib.ExitStack
) -> Runtime:
    """What `connections` holds is to be closed after the runtime."""
    store = STORES[settings.store.kind](settings.store)
    if runtime_name(settings) == "process":
        from gate.runtimes.processes import Processes

        return Processes(settings.bot, store, run=run, environment=environment)
    from gate.runtimes.docker_engine import DockerEngine, connect

    engine = connect(environment)
    connections.callback(engine.close)
    return DockerEngine(
        engine,
        settings.bot,
        store,
        run=run,
        environment=environment,
        # A bot that brings its own model has to reach it.
        internal=settings.model.mode != "none",
    )


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
                log=list(error.log),
            )
        )


def prepare_report_directory(directory: Path) -> None:
    """Makes the folder and tries to write in it, before anything is started. Raises InputError."""
    probe = directory / f".memory-gate-{secrets.token_hex(4)}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"the report folder {directory} cannot be written",
            why=error.strerror or str(error),
            remedy="name another one with --report-dir, or the input report-dir",
        ) from error
