"""One run, from settings to report: sets everything up, plays, tears everything down."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from gate import __version__
from gate.analysis import analyse
from gate.comparing.measurement import Measurement
from gate.comparing.regression import against
from gate.config import Settings
from gate.core.content import contents_of
from gate.core.quota import Quota
from gate.core.report import Report
from gate.core.scenario import Scenario
from gate.core.secret import Secret
from gate.core.transcript import DeploymentFailed, Event, RunEnded, RunStarted
from gate.core.transcript_lines import decode
from gate.disruptions import DISRUPTIONS
from gate.errors import GateError, InputError
from gate.model_endpoint.in_flight_turns import InFlightTurns
from gate.ports import Reporter, RuntimeParts
from gate.protocols import PROTOCOLS
from gate.run.jobs import sensible_jobs
from gate.run.model import NO_MODEL, ModelAccess, ModelParts, load_cassettes, open_endpoint, turns_in
from gate.run.recording import Recording
from gate.run.report_folder import open_transcript
from gate.run.teardown import Teardown
from gate.run.tiebreak import ask_judge, check_judge
from gate.runner.misses import missed
from gate.runner.play import RunContext, play
from gate.runner.sharding import plan_part
from gate.runtimes import choose_runtime
from gate.stores import STORES, recorded_stores


@dataclass(frozen=True, kw_only=True)
class RunInputs:
    """The inputs of a run."""

    settings: Settings
    scenarios: Sequence[Scenario]
    baseline: Measurement | None = None
    """The earlier run that this one must not be worse than."""
    reporters: Sequence[Reporter]
    repeat: Sequence[str]
    """The words of the command that repeats the run, without its shard and its seed."""
    name: str
    """The run's name, on the labels of everything it makes."""
    environment: Mapping[str, str] = field(repr=False)
    """The gate's own environment variables."""
    trace: Callable[[str], None] | None = None
    """Takes a debug line; None where nobody would see it."""


async def execute(inputs: RunInputs) -> Report:
    """Play the scenarios, let the reporters show the report, and return it.

    Cancelling it ends the run early: it removes everything and reports what it knows.
    Raises InputError when nothing was played, and GateError when the report cannot be written.
    """
    return await Run(inputs).execute()


class Run:
    """One run, which is executed once."""

    def __init__(self, inputs: RunInputs) -> None:
        """Plan the run and open its transcript. Start nothing. Raises InputError."""
        settings = inputs.settings
        check_judge(settings, inputs.scenarios)
        self._inputs = inputs
        self._settings = settings
        self._cassettes = load_cassettes(settings)
        self._plan, self._left_out = plan_part(
            inputs.scenarios, settings.run, window=settings.bot.window, seed=self._cassettes.seed
        )
        self._jobs = settings.run.jobs or sensible_jobs(settings, deployments=len(self._plan.waves))
        self._runtime = choose_runtime(settings.bot, settings.run.runtime)
        self._secret = Secret(settings.openai_api_key)
        self._in_flight = InFlightTurns()
        self._teardown = Teardown()
        self._interrupted = False
        self._task: asyncio.Task[object] | None = None
        self._transcript = open_transcript(settings.report_directory)
        self._recording = Recording(self._transcript, inputs.reporters, end=self._cancel)
        self._began = time.monotonic()

    async def execute(self) -> Report:
        """Play, ask the judge model, tear down, analyse and report. See the function `execute`."""
        self._task = asyncio.current_task()
        self._record(self._started())
        await self._play_and_record()
        self._end_record()
        return self._report()

    async def _play_and_record(self) -> None:
        try:
            await self._play()
            # Before the end of the run, because the judge's answers belong to the transcript.
            await ask_judge(
                self._settings,
                self._plan,
                self._cassettes,
                decode(self._transcript.lines()),
                record=self._record,
                clock=self._clock,
            )
            self._cassettes.keep()
        except asyncio.CancelledError:
            self._interrupted = not self._recording.fault
        except InputError:
            self._transcript.discard()
            raise
        finally:
            self._recording.over()
            self._cassettes.discard()

    async def _play(self) -> None:
        # The teardown needs the connections, so they close last.
        async with AsyncExitStack() as connections, self._teardown:
            try:
                context = await self._set_up(connections)
            except InputError:
                raise
            except GateError as error:
                self._call_off(error)
                return
            await play(self._plan, context)

    async def _set_up(self, connections: AsyncExitStack) -> RunContext:
        """Open the runtime and the model endpoint. Raises GateError."""
        parts = RuntimeParts(
            bot=self._settings.bot,
            store=STORES[self._settings.store.kind].build(self._settings.store),
            run=self._inputs.name,
            environment=self._inputs.environment,
            brings_model=self._settings.model.mode == "none",
            trace=self._inputs.trace,
            connections=connections,
        )
        runtime = self._teardown.add(await self._runtime.build(parts))
        host = await runtime.open()
        model = NO_MODEL if parts.brings_model else await self._open_model(host)
        protocol = PROTOCOLS[self._settings.bot.protocol]
        return RunContext(
            runtime=runtime,
            connect=lambda deployment: protocol.connect(self._settings.bot, deployment.route_turn),
            reply_quota=Quota.for_turns(turns_in(self._plan)),
            disruptions=DISRUPTIONS,
            environment=model.environment,
            record=self._record,
            clock=self._clock,
            concurrency=self._settings.run.concurrency,
            jobs=self._jobs,
            captures=self._settings.model.mode != "reader",
            missed=missed,
            hold=model.hold,
        )

    async def _open_model(self, host: str) -> ModelAccess:
        parts = ModelParts(
            settings=self._settings,
            plan=self._plan,
            cassettes=self._cassettes,
            in_flight=self._in_flight,
            record=self._record,
            clock=self._clock,
        )
        return await open_endpoint(parts, host, self._teardown)

    def _call_off(self, error: GateError) -> None:
        """Record the whole plan, and why none of it was played."""
        for conversation in self._plan.conversations:
            self._record(conversation.planned(self._clock()))
        for wave in self._plan.waves:
            self._record(
                DeploymentFailed(
                    at=self._clock(),
                    deployment=wave.name,
                    cause="engine",
                    sentence=error.sentence,
                    remedy=error.remedy,
                    log=list(error.log),
                )
            )

    def _started(self) -> RunStarted:
        settings, seed = self._settings, self._cassettes.seed
        shard = settings.run.shard
        return RunStarted(
            at=0.0,
            version=__version__,
            seed=seed,
            bot=settings.bot.label,
            runtime=self._runtime.name,
            disruptions=settings.run.disruptions,
            trials=settings.run.trials,
            model=settings.model.mode,
            policy=dataclasses.asdict(settings.policy),
            commands=[list(self._inputs.repeat)],
            window=settings.bot.window,
            left_out=self._left_out,
            jobs=self._jobs,
            shard=str(shard or ""),
            split_from=contents_of(self._inputs.scenarios) if shard else {},
            store=settings.store.kind,
        )

    def _end_record(self) -> None:
        """Record the faults of the recording itself, then the end of the run."""
        for fault in self._recording.faults([wave.name for wave in self._plan.waves], self._clock()):
            self._record(fault)
        self._record(
            RunEnded(at=self._clock(), interrupted=self._interrupted, left_behind=self._teardown.left_behind)
        )
        self._transcript.close()

    def _report(self) -> Report:
        """Analyse the transcript and let the reporters show the report. Raises GateError."""
        report = analyse(decode(self._transcript.lines()), stores=recorded_stores())
        if self._inputs.baseline is not None:
            report = against(report, self._inputs.baseline)
        self._recording.finish(report)
        return report

    def _record(self, event: Event) -> None:
        """Record an event, with the API key redacted from it."""
        self._in_flight.watch(event)
        self._recording(self._secret.redact_fields(event))

    def _clock(self) -> float:
        """Return the seconds since the run began."""
        return round(time.monotonic() - self._began, 6)

    def _cancel(self) -> None:
        """End the run early."""
        if self._task is not None:
            self._task.cancel()
