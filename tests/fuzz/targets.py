"""What is fuzzed: for each kind of file real ones to mangle, and what may come of reading the result."""

# ruff: noqa: E501  -- a configuration reads best with one key a line

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.cli import faults
from gate.cli.comparing import compare_reports
from gate.cli.library import known_kinds
from gate.cli.run import judge_command
from gate.config import load_settings
from gate.core.bounded_json import loads_bounded
from gate.core.event_stream import EVENT_STREAM
from gate.core.transcript import ModelAsked
from gate.core.transcript_lines import encode
from gate.documents import render
from gate.errors import DocumentError, ExitCode, GateError, TurnRefused
from gate.model_endpoint.endpoint import routes
from gate.model_endpoint.wire import MALFORMED, Refused
from gate.protocols.replies import WHOLE, reply_in
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ReferenceModel
from gate.reporters.json_report import to_json
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from gate.scenarios import load_scenarios
from tests.fuzz.mangling import mangled, mangled_json
from tests.transcripts.runs import Run, honest_run

ROOT = Path(__file__).parents[2]
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]|^::|##\[", re.MULTILINE)
"""What foreign text must not bring to a terminal or a log."""

CONFIGURATION = """\
bot:
  command: [python, bot.py, --port, 8000]
  directory: .
  port: 9000
  ready: /ready
  env: {LOG_LEVEL: info, WORKERS: 2, DEBUG: no}
  protocol: http-json
  request: {method: PUT, path: "/talk/{session}", json: {q: ["{text}", 1, true, null, 0.5]}, headers: {X-Key: a}}
  reply: choices.0.message.content
  ready-timeout: 30
  stop-timeout: 2.5
store: {kind: redis, image: "redis:7", persistence: rdb}
model: {mode: none, base-url: "http://127.0.0.1:9/v1", name: gpt-4o, cassette: tapes/mine.jsonl}
run: {disruptions: [kill, recreate], trials: 3, concurrency: 8, seed: 7}
gate: {accuracy: 95 %, confidence: 99 %, max-drop: 0.1, leaks: 1, fabrications: 2, inconclusive: allow}
scenarios: [tests/memory, ../more.yml]
"""


class Unclean(Exception):
    """Something came of a file that must not: a finding, no error of this program."""


Check = Callable[[Path], bool]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A kind of file. `check` reads one: whether it was taken; raises whatever is not clean."""

    name: str
    suffix: str
    originals: Callable[[], Sequence[bytes]]
    mangle: Callable[[random.Random, bytes, bytes], bytes]
    check: Check

    def file(self, seed: int, number: int) -> bytes:
        """The mangled file with this number, the same on every machine."""
        source = random.Random(f"{seed}/{self.name}/{number}")
        originals = self.originals()
        return self.mangle(source, source.choice(originals), source.choice(originals))


def read_scenario(file: Path) -> bool:
    """Whether the scenario loads; a refusal is checked."""
    try:
        (scenario,) = load_scenarios([file], known_kinds())
    except DocumentError as error:
        check_refusal(error, file.read_bytes())
        return False
    if not scenario.name or not all(step.position.line for step in scenario.script):
        raise Unclean("a scenario without a name, or a step without a place, was taken")
    return True


def read_configuration(file: Path) -> bool:
    """Whether the configuration loads; a refusal is checked."""
    try:
        load_settings(
            config=Path(file.name),
            overrides={},
            working_directory=file.parent,
            kinds=known_kinds(),
        )
    except DocumentError as error:
        check_refusal(error, file.read_bytes())
        return False
    return True


def read_transcript(file: Path) -> bool:
    """Whether the transcript is judged, with all its reports, or refused as it should be."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        try:
            code = judge_command(file, file.parent / "report", None)
        except GateError as error:
            return _refused(error)
    _check_shown(shown.getvalue())
    if code not in (ExitCode.PASSED, ExitCode.FAILED, ExitCode.INCONCLUSIVE):
        raise Unclean(f"judge ended with {code}")
    json.loads((file.parent / "report" / "report.json").read_text(encoding="utf-8"))
    return True


def read_report(file: Path) -> bool:
    """Whether the report compares with a sound one, either way round, or is refused as it should be."""
    sound = file.with_name("sound.json")
    if not sound.exists():
        sound.write_bytes(reports()[0])
    for base, head in ((file, sound), (sound, file)):
        try:
            lines, code = compare_reports(base, head)
        except GateError as error:
            return _refused(error)
        _check_shown("\n".join(lines))
        if code not in (ExitCode.PASSED, ExitCode.FAILED, ExitCode.INCONCLUSIVE):
            raise Unclean(f"compare ended with {code}")
    return True


def read_answer(file: Path) -> bool:
    """Whether a bot's answer holds a reply, as a document or as a stream, where contracts have it."""
    taken = False
    for content_type in ("application/json", "application/x-ndjson", EVENT_STREAM):
        for path in ("reply", "choices.0.message.content", "*.text", WHOLE):
            try:
                reply = reply_in(200, content_type, file.read_bytes(), path)
            except TurnRefused as error:
                _refused(error)
                continue
            reply.encode()
            taken = True
    return taken


def read_request(file: Path) -> bool:
    """Whether any path of the model endpoint answers this body; what it answers has to be sound."""
    try:
        body = loads_bounded(file.read_bytes())
    except MALFORMED:
        return False
    taken = False
    for path, interface in routes(strict=True).items() if isinstance(body, dict) else ():
        try:
            request = interface.parse_request(path, body)
        except (*MALFORMED, Refused):
            continue
        # From here on nothing may go wrong: the request was understood.
        readings = [_reference_model().read(prompt) for prompt in request.prompts]
        raw, response = interface.build_response(request, [reading.answer for reading in readings])
        interface.remember(request, response)
        if raw.status != 200 or not all(chunk.decode() for chunk in raw.chunks):
            raise Unclean(f"{path} answers {raw}")
        for prompt, reading in zip(request.prompts, readings, strict=True):
            said = [f"{message.role}: {message.text}" for message in prompt]
            event = ModelAsked(at=0.0, path=path, prompt=said, about=reading.about, answer=reading.answer)
            encode(event).encode()
        taken = True
    return taken


def check_refusal(error: DocumentError, content: bytes) -> None:
    """Raises Unclean unless every mistake has a place inside the file, and can be shown."""
    text = content.decode("utf-8-sig", "replace")
    lines = re.split(r"\r\n|\r|\n", text)
    if not 1 <= len(error.problems) <= 100:
        raise Unclean(f"{len(error.problems)} mistakes")
    for one in error.problems:
        if not one.message:
            raise Unclean("a mistake without a message")
        if one.line == 0:
            if "larger than" not in one.message:
                raise Unclean(f"no place: {one.message}")
        elif not (one.line <= len(lines) and 1 <= one.column <= len(lines[one.line - 1]) + 1):
            raise Unclean(f"the place {one.line}:{one.column} is not in the file: {one.message}")
    if len(shown := render(error)) > 200_000:
        raise Unclean(f"{len(shown)} characters of mistakes")
    _check_shown("\n".join(faults.lines_of(error)))


def _refused(error: GateError) -> bool:
    if error.exit_code not in (ExitCode.INPUT, ExitCode.INCONCLUSIVE):
        raise Unclean(f"refused with exit code {error.exit_code}")
    stream = io.StringIO()
    faults.explain(error, stream)
    _check_shown(stream.getvalue())
    return False


def _check_shown(text: str) -> None:
    found = UNSAFE.search(text)
    if found:
        raise Unclean(f"{found.group()!r} is shown: {text[max(0, found.start() - 60) : found.end() + 20]!r}")
    text.encode()


@functools.cache
def scenarios() -> tuple[bytes, ...]:
    """The built-in library."""
    return tuple(file.read_bytes() for file in sorted((ROOT / "scenarios").glob("*.yml")))


@functools.cache
def configurations() -> tuple[bytes, ...]:
    """One with every key, and the one of the documentation."""
    documented = re.search(r"```yaml\n(bot:.*?)```", (ROOT / "docs" / "configuration.md").read_text(), re.S)
    return (CONFIGURATION.encode(), *([documented[1].encode()] if documented else []))


@functools.cache
def transcripts() -> tuple[bytes, ...]:
    """Of an honest bot, of one that forgets, and of two disruptions with a confidence."""
    return tuple("".join(encode(event) + "\n" for event in run.events()).encode() for run in _runs())


@functools.cache
def reports() -> tuple[bytes, ...]:
    """The reports of the same runs, each on one line."""
    return tuple(json.dumps(json.loads(to_json(run.analyse()))).encode() for run in _runs())


@functools.cache
def answers() -> tuple[bytes, ...]:
    """As bots answer a turn."""
    return (
        json.dumps({"reply": "Your order is ORD-123456. 🦊"}).encode(),
        json.dumps(
            {"choices": [{"message": {"role": "assistant", "content": "a\nb"}}], "reply": "c"}
        ).encode(),
    )


@functools.cache
def requests() -> tuple[bytes, ...]:
    """As clients put them to a model, one for each path and some of its options."""
    (told, *_, asked) = (turn.text for turn in _plan().conversations[0].turns)
    chat = [{"role": "user", "content": told}, {"role": "user", "content": [{"type": "text", "text": asked}]}]
    return tuple(
        json.dumps(one).encode()
        for one in (
            {"model": "any", "messages": chat, "stream": True, "stream_options": {"include_usage": True}},
            {"messages": chat, "tools": [{"type": "function"}], "n": 1, "temperature": 0.5},
            {"prompt": [f"Human: {told}\nHuman: {asked}\nAI:", "b"], "stream": False},
            {"input": chat, "instructions": "Be kind.", "store": True, "metadata": {"a": "b"}},
            {"input": told, "previous_response_id": None, "stream": True},
            {"input": [told, asked], "dimensions": 8, "encoding_format": "base64"},
            {"input": [[1, 2], [3]], "model": "text-embedding-3-small"},
        )
    )


@functools.cache
def _plan() -> Plan:
    return plan_run(
        load_scenarios([ROOT / "scenarios" / "order-follow-up.yml"], known_kinds()), ["restart"], 1, 7
    )


@functools.cache
def _reference_model() -> ReferenceModel:
    return build_reference_model(_plan())


def _runs() -> tuple[Run, ...]:
    forgetful = honest_run(("restart",))
    for one in forgetful.talks:
        one.order.reply = "I don't know."
        one.isolation.reply = f"It is {one.facts['order']}."
    confident = honest_run(("none", "kill"), scenarios=2, policy={"accuracy": 0.9, "confidence": 0.9})
    return honest_run(), forgetful, confident


TARGETS: dict[str, Target] = {
    one.name: one
    for one in (
        Target(name="scenario", suffix=".yml", originals=scenarios, mangle=mangled, check=read_scenario),
        Target(
            name="config", suffix=".yml", originals=configurations, mangle=mangled, check=read_configuration
        ),
        Target(
            name="transcript",
            suffix=".jsonl",
            originals=transcripts,
            mangle=mangled_json,
            check=read_transcript,
        ),
        Target(name="answer", suffix=".json", originals=answers, mangle=mangled_json, check=read_answer),
        Target(name="request", suffix=".json", originals=requests, mangle=mangled_json, check=read_request),
        Target(name="report", suffix=".json", originals=reports, mangle=mangled_json, check=read_report),
    )
}
