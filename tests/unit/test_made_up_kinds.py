"""A kind is one file and one entry of its dict, whatever its sort.

Start here to see what a new kind costs. Every registered kind declares all that its Protocol names, and a
made-up kind of every sort is known everywhere and used by a run:

* disruption and scorer (the worked example of CONTRIBUTING.md): below;
* store: `stores/test_made_up_kind.py`, with the kind itself in `stores/shelf`;
* runtime: `runtimes/test_made_up_kind.py`;
* protocol: `protocols/test_made_up_kind.py`;
* reporter: `reporters/test_made_up_kind.py`.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema
import pytest
from typer.testing import CliRunner

from benchmarks.measurement.bots import KeepsOutside
from benchmarks.measurement.runtime import InProcessKind, store_server
from docs.reference import generated
from gate.analysis import analyse
from gate.cli.commands import application
from gate.cli.library import PACKAGE, find_scenarios, known_kinds
from gate.config import load_settings, overrides_from_options
from gate.core.disruption_traits import DisruptionTraits, Need
from gate.core.guarantees import GUARANTEES
from gate.core.observations import Observations
from gate.core.report import Outcome, Report, Verdict
from gate.core.scorer_traits import Argument, ScorerTraits
from gate.core.specification import RunSpecification
from gate.core.transcript import MEANWHILE, DisruptionStarted
from gate.core.transcript_lines import decode
from gate.disruptions import DISRUPTIONS
from gate.errors import DocumentError
from gate.ports import (
    BotProtocol,
    Deployment,
    Disruption,
    Evidence,
    FileReporter,
    RuntimeKind,
    Scorer,
    Stoppable,
    StoreKind,
    Traffic,
)
from gate.protocols import PROTOCOLS
from gate.reporters import FILE_REPORTERS
from gate.reporters.transcript_file import NAME
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.runtimes import RUNTIMES
from gate.scenarios import load_scenarios
from gate.scorers import SCORERS
from gate.stores import STORES
from tests.docs.pages import fences

# Every sort


REGISTRIES: Mapping[type, Mapping[str, Any]] = {
    Disruption: DISRUPTIONS,
    Scorer: SCORERS,
    BotProtocol: PROTOCOLS,
    StoreKind: STORES,
    RuntimeKind: RUNTIMES,
    FileReporter: FILE_REPORTERS,
}
KINDS = [(sort, name) for sort, registry in REGISTRIES.items() for name in registry]


def undeclared(sort: type, kind: object) -> list[str]:
    """What the Protocol `sort` names and `kind` does not have."""
    names = {*get_type_hints(sort), *(name for name in vars(sort) if not name.startswith("_"))}
    return sorted(name for name in names if not hasattr(kind, name))


@pytest.mark.parametrize(("sort", "name"), KINDS, ids=[f"{sort.__name__}-{name}" for sort, name in KINDS])
def test_every_kind_declares_every_trait(sort: type, name: str) -> None:
    kind = REGISTRIES[sort][name]
    assert undeclared(sort, kind) == []
    if "name" in get_type_hints(sort):
        assert kind.name == name


def test_a_trait_that_is_missing_is_noticed() -> None:
    """Else the test above could not fail."""

    class Bare:
        name = "bare"

    assert undeclared(Disruption, Bare()) == ["inject", "proof", "sentence", "traits"]
    assert undeclared(Scorer, Bare()) == ["score", "sentence", "traits"]


@pytest.mark.parametrize("name", DISRUPTIONS)
def test_the_traits_of_a_disruption_name_what_there_is(name: str) -> None:
    traits = DISRUPTIONS[name].traits
    assert traits.guarantee in GUARANTEES
    assert set(traits.needs) <= set(Need)
    assert not traits.stand_in or traits.stand_in in DISRUPTIONS
    assert traits.sends_turns or not traits.store_away
    assert traits.several_answer or not traits.asks_often


@pytest.mark.parametrize("name", SCORERS)
def test_the_traits_of_a_scorer_fit_one_another(name: str) -> None:
    """What a reply must hold it must not hold at once; a judge decides nothing."""
    traits = SCORERS[name].traits
    assert not (traits.recalls and traits.absence)
    assert traits.recalls or not traits.holds_every
    assert traits.compares or not traits.is_decisive
    assert traits.failure.format("x")
    assert traits.expectation.format("x")
    assert traits.argument in Argument


CHOICES = {
    ("cli/demonstration.py", "restart"),
    *(("core/default_disruptions.py", name) for name in RunSpecification().disruptions),
}
"""What a run, and the demo, inject where nobody chooses."""
WORDS = {"none", "any", "all", "number", "unknown", "judge"}
"""Names that mean other things elsewhere."""


def texts_of(file: Path) -> Iterator[str]:
    """The texts in a module's code."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_disruption_and_no_scorer_is_known_by_its_name_elsewhere() -> None:
    """Facts about a kind stand on the kind; a table by names would miss the next one."""
    names = {*DISRUPTIONS, *SCORERS} - WORDS
    found = {
        (file.relative_to(PACKAGE).as_posix(), text)
        for file in PACKAGE.rglob("*.py")
        if file.parent.name not in ("disruptions", "scorers")
        for text in texts_of(file)
        if text in names
    }
    assert found == CHOICES


def run(folder: Path, scenarios: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Report:
    """A run of a bot that keeps its memory in the store, from settings to report."""
    (folder / "s.yml").write_text(scenarios, encoding="utf-8")
    (folder / "memory-gate.yml").write_text("bot: {command: [a]}", encoding="utf-8")

    async def played() -> Report:
        async with store_server(os.environ) as server:
            here = InProcessKind(new_bot=KeepsOutside, server=server, name="here")
            monkeypatch.setitem(RUNTIMES, here.name, here)
            settings = load_settings(
                config=None,
                overrides=overrides_from_options(
                    {"runtime": "here", "seed": "7", "report_dir": str(folder / "report"), **options}
                ),
                working_directory=folder,
                kinds=known_kinds(),
            )
            return await execute(
                RunInputs(
                    settings=settings,
                    scenarios=find_scenarios((Path("s.yml"),), folder),
                    name=run_name.new_run_name(),
                    environment={},
                    reporters=(),
                    repeat=("memory-gate", "run"),
                )
            )

    return asyncio.run(played())


ORDER = """\
name: an order
facts: {order: {pattern: "ORD-######"}}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""

# A disruption


class Brownout:
    """The made-up disruption: all there is to know about it stands here."""

    name = "brownout"
    sentence = "The bot is stopped while the lights flicker, and started again."
    proof = "the dimmed instance"
    traits = DisruptionTraits(
        sends_turns=True, bot_down=True, guarantee="monotonic-reads", asked_afterwards="the dimmed bot"
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """See Disruption."""
        assert isinstance(deployment, Stoppable)
        await traffic.send()
        await deployment.stop()
        await deployment.start()
        await deployment.wait_until_ready()
        return Evidence(
            took_effect=True,
            sentence="the lights flickered",
            observed=Observations(instances=["lamp"], exit_codes=[137], stop_enforced=True),
        )


@pytest.fixture
def brownout(monkeypatch: pytest.MonkeyPatch) -> Brownout:
    """While the test runs, the made-up disruption is one of DISRUPTIONS."""
    kind = Brownout()
    monkeypatch.setitem(DISRUPTIONS, kind.name, kind)
    return kind


def test_a_made_up_disruption_is_listed_with_where_it_can_be_done(
    brownout: Brownout, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = CliRunner().invoke(application, ["list", "disruptions"]).output
    [line] = [line for line in listed.splitlines() if line.startswith("brownout")]
    assert line.split()[1:3] == ["yes", "yes"]
    assert f"{brownout.sentence} Proof: {brownout.proof}." in line
    monkeypatch.setattr(Brownout, "traits", replace(Brownout.traits, needs=(Need.MEMORY_LIMIT,)))
    listed = CliRunner().invoke(application, ["list", "disruptions"]).output
    [line] = [line for line in listed.splitlines() if line.startswith("brownout")]
    assert line.split()[1:3] == ["yes", "no"]
    assert "Not on process: " in line


FLICKER = ORDER.replace("  - disrupt\n", "  - disrupt: brownout*2\n")


def test_validate_schema_and_reference_know_a_made_up_disruption(
    brownout: Brownout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("memory-gate.yml").write_text("bot: {command: [a]}\nrun: {disruptions: [brownout*2]}")
    Path("s.yml").write_text(FLICKER)
    assert CliRunner().invoke(application, ["validate", "memory-gate.yml", "s.yml"]).exit_code == 0
    schema = json.loads(CliRunner().invoke(application, ["schema", "config"]).output)
    jsonschema.validate({"bot": {"command": ["a"]}, "run": {"disruptions": ["brownout"]}}, schema)
    schema = json.loads(CliRunner().invoke(application, ["schema", "scenario"]).output)
    jsonschema.validate({"name": "n", "script": [{"disrupt": {"brownout": {"times": 2}}}]}, schema)
    assert f"| `brownout` | {brownout.sentence} |" in generated()["disruptions"]


def test_without_its_line_nobody_knows_a_disruption(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(FLICKER)
    with pytest.raises(DocumentError):
        load_scenarios([Path("s.yml")], known_kinds(), working_directory=tmp_path)


def test_a_run_injects_it_and_judges_it_by_its_traits_alone(
    brownout: Brownout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those are in the transcript: who judges it later needs no such disruption."""
    report = run(tmp_path, ORDER, monkeypatch, disrupt=("brownout",))
    assert report.verdict is Verdict.PASSED, report.reasons
    [result] = report.disruptions
    assert (result.name, result.evidence) == ("brownout", "the lights flickered")
    assert result.details == {"instance": "lamp", "exit code": "137", "needed SIGKILL": "yes"}
    assert result.asked_afterwards == "the dimmed bot"
    assert result.availability.acknowledged > 0
    assert result.availability.seconds == pytest.approx(result.seconds)
    assert {one.guarantee for one in report.probes if one.arm == MEANWHILE} == {"monotonic-reads"}
    assert any("did not stop within its grace" in finding for finding in report.findings)
    events = tuple(decode((tmp_path / "report" / NAME).read_text(encoding="utf-8").splitlines()))
    [started] = (one for one in events if isinstance(one, DisruptionStarted))
    assert (started.kind, started.times) == ("brownout", 1)
    assert [one.traits for one in events if isinstance(one, DisruptionStarted)] == [
        replace(brownout.traits, needs=[])
    ]
    judged = analyse(events)
    monkeypatch.delitem(DISRUPTIONS, "brownout")
    assert analyse(events) == judged
    assert judged.disruptions == report.disruptions


# A scorer


@pytest.fixture
def begins(monkeypatch: pytest.MonkeyPatch) -> Scorer:
    """While the test runs, CONTRIBUTING's worked example is one of SCORERS, as it is written there."""
    code, _ = (one.text for one in fences("python") if one.page == "CONTRIBUTING.md")
    names: dict[str, Any] = {}
    exec(code, names)
    kind: Scorer = names["Begins"]()
    assert not inspect.isabstract(kind)
    monkeypatch.setitem(SCORERS, kind.name, kind)
    return kind


BEGINS = ORDER.replace('expect: "{order}"', 'expect: {begins: "{order}"}')


def test_a_made_up_scorer_is_listed(begins: Scorer) -> None:
    listed = CliRunner().invoke(application, ["list", "scorers"]).output
    assert any(line.split() == ["begins", *begins.sentence.split()] for line in listed.splitlines())


def test_validate_schema_and_reference_know_a_made_up_scorer(
    begins: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yml").write_text(BEGINS)
    assert CliRunner().invoke(application, ["validate", "s.yml"]).exit_code == 0
    assert f"| `begins` | {begins.sentence} |" in generated()["scorers"]
    schema = json.loads(CliRunner().invoke(application, ["schema", "scenario"]).output)
    probe = {"alice": "And?", "expect": {"begins": "{order}", "judge": "is friendly"}}
    jsonschema.validate({"name": "n", "script": [probe]}, schema)
    monkeypatch.setattr(begins, "traits", replace(begins.traits, recalls=False), raising=False)
    schema = json.loads(CliRunner().invoke(application, ["schema", "scenario"]).output)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "n", "script": [probe]}, schema)


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ('expect: {begins: "Sure"}', "this probe asks for no fact"),
        ('expect: {begins: "{city}"}', 'alice has not told "city" before this; nobody did'),
        ('expect: {judge: "is friendly"}', "a judge alone decides nothing"),
    ],
)
def test_the_loader_checks_the_honesty_of_its_probes(
    begins: Scorer, tmp_path: Path, written: str, mistake: str
) -> None:
    facts = '{order: {pattern: "ORD-######"}, city: word}'
    text = BEGINS.replace('{order: {pattern: "ORD-######"}}', facts).replace(
        'expect: {begins: "{order}"}', written
    )
    (tmp_path / "s.yml").write_text(text)
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path("s.yml")], known_kinds(), working_directory=tmp_path)
    assert any(one.message.startswith(mistake) for one in caught.value.problems)


def test_the_loader_refuses_a_question_that_gives_its_fact_away(begins: Scorer, tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(BEGINS.replace("What is my order number?", "Is it {order}?"))
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path("s.yml")], known_kinds(), working_directory=tmp_path)
    assert any("gives fact" in one.message for one in caught.value.problems)


def test_a_made_up_scorer_of_absence_alone_is_no_probe_of_recall(
    begins: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that remembers nothing would pass it."""
    absent = ScorerTraits(recalls=False, absence=True, failure="it has {}", expectation="not {}")
    monkeypatch.setattr(begins, "traits", absent, raising=False)
    (tmp_path / "s.yml").write_text(BEGINS)
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path("s.yml")], known_kinds(), working_directory=tmp_path)
    assert "a bot that remembers nothing passes this probe" in [one.message for one in caught.value.problems]


def test_a_run_scores_by_it(begins: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says what it wanted, and what it missed, in the scorer's own words."""
    report = run(tmp_path, BEGINS, monkeypatch, disrupt=("restart",))
    probes = [one for one in report.probes if one.arm != MEANWHILE]
    assert probes
    for probe in probes:
        order = probe.expected.removeprefix("a reply that begins with ")
        assert order.startswith("ORD-")
        assert (probe.outcome is Outcome.REMEMBERED) == probe.reply.startswith(order)
        if probe.outcome is Outcome.LOST:
            assert probe.reason == f"the reply begins with none of {order}"
