"""A bot that says everything that means something to somebody: nothing of it acts on any surface."""

from __future__ import annotations

import html
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.action.action_images import ActionImages
from tests.action.emulated_runner import EmulatedRunner
from tests.action.jobs import REPOSITORY
from tests.action.stage_result import StepResult
from tests.unit.reporters import hostile

pytestmark = pytest.mark.docker

OWN_COMMANDS = {"group", "endgroup", "error", "warning", "notice", "stop-commands"}
OWN_TAGS = {"details", "summary", "sub", "code", "pre", "br", "wbr"}
"""HTML that the summary itself consists of, besides what Markdown makes."""
MARKDOWN_TAGS = {"h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "blockquote"}

BOT = """\
import http.server, json, os, re, signal

TEXTS = json.load(open("texts.json"))
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
        text = TEXTS[int(re.search("[0-9]+", message).group())]
        print(text.encode("utf-8", "replace").decode(), flush=True)
        self.answer({"reply": text})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

http.server.HTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""

DOCKERFILE = """\
FROM python:3.13-slim-trixie
WORKDIR /bot
COPY bot.py texts.json ./
CMD ["python", "bot.py"]
"""

NAME = "::error::forged ##[error]forged | <b>x</b> `y` @octocat"


def scenario() -> str:
    """A question for each text that the bot can say; its own texts are as hostile as a pull request's."""
    numbers = range(len(hostile.TEXTS))
    return json.dumps(
        {
            "name": NAME,
            "facts": {f"fact-{one}": {"pattern": f"{one}-########"} for one in numbers},
            "script": [
                *({"alice": f"Fact {one} is {{fact-{one}}}."} for one in numbers),
                "disrupt",
                *(
                    {
                        "alice": f"::add-mask::{one} ##[set-output name=accuracy]1.0 <i>{one}</i>?",
                        "expect": f"{{fact-{one}}}",
                    }
                    for one in numbers
                ),
            ],
        },
        indent=1,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, images: ActionImages) -> Iterator[tuple[StepResult, Path]]:
    """The step, and its report folder."""
    folder = tmp_path_factory.mktemp("hostile")
    workspace = folder / "workspace"
    (workspace / "bot").mkdir(parents=True)
    (workspace / "checks").mkdir()
    (workspace / "checks" / "hostile.yml").write_text(scenario())
    (workspace / "bot" / "bot.py").write_text(BOT)
    (workspace / "bot" / "texts.json").write_text(json.dumps(hostile.TEXTS))
    (workspace / "bot" / "Dockerfile").write_text(DOCKERFILE)
    with EmulatedRunner(workspace, folder / "temp", images=images) as runner:
        inputs = {"build": "bot", "scenarios": "checks", "disruptions": "restart"}
        step = runner.uses(REPOSITORY, inputs=inputs)
        yield step, workspace / "memory-gate-report"


def test_the_runner_obeys_the_gate_alone(run: tuple[StepResult, Path]) -> None:
    step, _ = run
    assert step.exit_code == 1, step.log
    assert step.forged == step.hidden_commands == step.unknown_commands == ()
    assert step.failures == ()
    tokens = {one.data for one in step.commands if one.name == "stop-commands"}
    assert {one.name for one in step.commands} - tokens <= OWN_COMMANDS
    assert step.env == {}
    assert step.path == ()
    assert set(step.state) == {"run", "report", "container", "ended"}
    assert (step.masked_outputs, step.undeclared_outputs) == ((), ())
    assert hostile.unseen_in("\n".join(step.raw_lines)) == []


def test_the_outputs_are_what_was_measured(run: tuple[StepResult, Path]) -> None:
    step, folder = run
    report = json.loads((folder / "report.json").read_text())
    assert (step.outputs["verdict"], step.outputs["accuracy"]) == ("failed", "0")
    assert step.outputs["accuracy-before"] == "0"
    assert int(step.outputs["lost-facts"]) == report["lost_facts"] == len(hostile.TEXTS)
    said = {one["reply"] for one in report["probes"]}
    # On the way two halves of a surrogate pair become the character that they are.
    assert said == {hostile.whole_characters(json.loads(json.dumps(one))) for one in hostile.TEXTS}


def test_each_annotation_is_the_gates_own_on_its_line(run: tuple[StepResult, Path]) -> None:
    step, _ = run
    loud = [one for one in step.annotations if one.level in ("error", "warning")]
    assert len(loud) == 10
    assert {one.file for one in loud} == {"checks/hostile.yml"}
    assert all((one.title or "").startswith("memory-gate: ") for one in loud)
    assert all(one.title == "memory-gate" for one in step.annotations if one.level == "notice")
    assert step.dropped_annotations == {}


@pytest.mark.parametrize("name", ["summary.md", "comment.md"])
def test_markdown_holds_no_markup_of_the_bots(run: tuple[StepResult, Path], name: str) -> None:
    step, folder = run
    text = (folder / name).read_text()
    if name == "summary.md":
        assert text == step.summary
    rendered = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"]).render(text)
    page = _Elements()
    page.feed(rendered)
    assert page.names <= OWN_TAGS | MARKDOWN_TAGS, page.names
    assert page.attributes <= {"style", "class"}
    # The table of disruptions, and that of the timeline in the summary.
    assert rendered.count("<table>") == (2 if name == "summary.md" else 1)
    shown = html.unescape(rendered.replace("<wbr>", ""))
    assert "<script>alert(1)</script>" in shown, "what the bot said is to be read as it was said"
    assert hostile.runner_reads(text).commands == []


def test_the_other_files_hold_no_markup_of_the_bots(run: tuple[StepResult, Path]) -> None:
    _, folder = run
    page = _Elements()
    page.feed((folder / "report.html").read_text())
    assert page.names & {"img", "iframe", "a", "i", "b"} <= {"a", "b"}
    assert not [one for one in page.attributes if one.startswith("on")]
    for suite in ElementTree.parse(folder / "junit.xml").getroot().iter():
        assert suite.tag in {"testsuites", "testsuite", "testcase", "failure", "error", "skipped",
                             "properties", "property", "system-out", "system-err"}  # fmt: skip
    for file in folder.iterdir():
        if file.name != "transcript.jsonl":
            text = file.read_text()
            assert hostile.runner_reads(text).commands == [], file.name
            assert hostile.unseen_in(text.replace("⚠️", "")) == [], file.name


class _Elements(HTMLParser):
    """The names of all elements of a page, and of all their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
