"""A run with a real model, emulated, whose answers are recorded; then the same without it."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from benchmarks.measurement.bots import KeepsInside, KeepsOutside
from benchmarks.measurement.playing import Script, library, play
from benchmarks.measurement.repetition import timeless
from benchmarks.measurement.runtime import StoreServer
from benchmarks.measurement.seeds import Tally
from gate.core.report import Verdict
from gate.core.specification import ModelSpecification
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import Message
from gate.runner.plan import Plan
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer

BOTS = (KeepsOutside, KeepsInside)
VERDICTS = (Verdict.PASSED, Verdict.FAILED)
MISSING = "holds no answer to a request to /v1/chat/completions"


class ReadingModel(RealModelServer):
    """Answers well, and never twice in the same words."""

    def __init__(self, plan: Plan) -> None:
        self._reader = build_reference_model(plan)
        super().__init__()

    def _say(self, prompt: str) -> str:
        answer = self._reader.read([Message(role="user", text=prompt)]).answer
        return f"{answer} (my answer no. {len(self.asked)})"


async def recorded_and_replayed(server: StoreServer, seed: int) -> Tally:
    """The whole library on a bot that remembers, or one that forgets; then an answer is taken away."""
    script = Script(scenarios=library(), disruptions=("restart",), seed=seed)
    new_bot, verdict = BOTS[seed % len(BOTS)], VERDICTS[seed % len(BOTS)]
    tally = Tally()
    model = ReadingModel(script.plan)
    try:
        with tempfile.TemporaryDirectory(prefix="memory-gate-measurement-") as scratch:
            cassette = Path(scratch, "cassette.jsonl")
            recording = ModelSpecification(mode="record", base_url=model.url, cassette=str(cassette))
            recorded = (await play(script, new_bot, server, model=recording, key=REAL_KEY)).report
            tally.require(recorded.verdict is verdict, f"seed {seed}, recorded: {recorded.reasons}")
            asked = len(model.asked)
            model.close()
            replaying = dataclasses.replace(recording, mode="replay")
            replayed = (await play(script, new_bot, server, model=replaying)).report
            tally.require(timeless(replayed) == timeless(recorded), f"seed {seed}: the reports differ")
            for one, other in zip(recorded.probes, replayed.probes, strict=True):
                tally.expect(
                    one == other, f"seed {seed}: {one.file}:{one.line} {one.reply!r}, {other.reply!r}"
                )
            tally.count("requests", asked)
            lines = cassette.read_text(encoding="utf-8").splitlines(keepends=True)
            del lines[1 + seed * 37 % (len(lines) - 1)]
            cassette.write_text("".join(lines), encoding="utf-8")
            missed = (await play(script, new_bot, server, model=replaying)).report
            told = any(MISSING in reason for reason in missed.reasons)
            inconclusive = missed.verdict is Verdict.INCONCLUSIVE
            tally.require(told and inconclusive, f"seed {seed}, an answer gone: {missed.reasons}")
            tally.count("misses")
            tally.require(len(model.asked) == asked, f"seed {seed}: the real model was asked again")
    finally:
        model.close()
    return tally
