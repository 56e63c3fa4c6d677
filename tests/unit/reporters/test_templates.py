"""Templates: every value that is not marked as safe is sanitized."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from jinja2 import DictLoader, Environment, UndefinedError
from jinja2.exceptions import TemplateNotFound
from jinja2.meta import find_undeclared_variables

import gate.reporters
from gate.reporters import templates
from gate.reporters.sanitize import escape_markdown, sanitize_line
from gate.reporters.templates import Markdown, embolden, render_html, render_markdown, sanitize_unless_plain
from tests.unit.reporters import hostile

FOLDER = Path(gate.reporters.__file__).parent
FILES = sorted(FOLDER.rglob("*.j2"))

MARKDOWN_USES = (
    "{{ value }}",
    "{{ value | safe }}",
    "{{ value ~ '' }}",
    "{{ '' ~ value }}",
    "{{ mark ~ value }}",
    "{{ value | trim }}",
    "{{ [value] | join }}",
    "{{ [mark, value] | join }}",
    "{{ value if value else mark }}",
    "{{ value | plain }}",
    "{{ value | strong(false) }}",
    "{% set kept = value %}{{ kept }}",
    "{% for one in [value] %}{{ one }}{% endfor %}",
)
HTML_USES = (
    "{{ value }}",
    '<p title="{{ value }}">',
    "{{ [value] | join }}",
    "{{ value if value else '' }}",
    "{% for one in [value] %}{{ one }}{% endfor %}",
)


def rendered(environment: Environment, source: str, **values: object) -> str:
    """Render a template given as text."""
    own = environment.overlay(loader=DictLoader({"own": source}))
    return own.get_template("own").render(**values)


@pytest.mark.parametrize("use", MARKDOWN_USES)
def test_an_unmarked_value_is_sanitised_in_markdown(use: str) -> None:
    for text in hostile.TEXTS:
        shown = rendered(templates._markdown_templates(), use, value=text, mark=Markdown(""))
        assert hostile.unseen_in(shown) == []
        assert hostile.runner_reads(shown).commands == []
        # A text may be sanitized twice but never zero times, so no markup is left.
        assert not set("<>|`*_[]\\~$!") & set(re.sub(r"<wbr>|&[#\w]+;", "", shown))


@hostile.LAW
@given(hostile.texts())
def test_any_unmarked_value_is_what_the_sanitiser_makes_of_it(text: str) -> None:
    assert rendered(templates._markdown_templates(), "{{ value }}", value=text) == escape_markdown(text)
    html = rendered(templates._html_templates(), "{{ value }}", value=text)
    assert not set("<>\"'") & set(html)
    assert hostile.unseen_in(html) == []


@pytest.mark.parametrize("use", HTML_USES)
def test_an_unmarked_value_is_sanitised_and_escaped_in_html(use: str) -> None:
    environment = templates._html_templates()
    before, after = rendered(environment, use, value="x").split("x")
    for text in hostile.TEXTS:
        shown = rendered(environment, use, value=text)
        assert not set("<>\"'") & set(shown.removeprefix(before).removesuffix(after))
        assert hostile.unseen_in(shown) == []
        assert hostile.runner_reads(shown).commands == []


def test_only_the_mark_itself_is_let_through() -> None:
    environment = templates._markdown_templates()
    assert rendered(environment, "{{ value }}", value=Markdown("**bold**")) == "**bold**"
    assert rendered(environment, "{{ value.upper() }}", value=Markdown("*b*")) == escape_markdown("*B*")


@hostile.LAW
@given(hostile.texts())
def test_plain_lets_no_text_through_that_means_something(text: str) -> None:
    for shown in (sanitize_unless_plain(text), embolden(text, False)):
        assert hostile.unseen_in(shown) == []
        assert hostile.runner_reads(shown).commands == []
        assert "::" not in shown
        assert "www." not in shown
        assert not set("<>|`*_[]\\~$!@") & set(re.sub(r"<wbr>|&[#\w]+;", "", shown.replace("@<wbr>", "")))


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_a_template_that_is_not_there_is_an_error(render: object) -> None:
    with pytest.raises(TemplateNotFound):
        render("nothing.j2")  # type: ignore[operator]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_value_that_is_not_given_is_an_error(file: Path) -> None:
    name = str(file.relative_to(FOLDER))
    render = render_markdown if name.endswith(".md.j2") else render_html
    with pytest.raises(UndefinedError):
        render(name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_template_switches_the_sanitiser_off(file: Path) -> None:
    code = " ".join(re.findall(r"\{[{%].*?[%}]\}", file.read_text(encoding="utf-8"), re.DOTALL))
    assert not re.search(r"~|\bsafe\b|autoescape|\bcall\b|\bmacro\b", code)


class Everything(str):
    """Text whose attributes, items and elements are that text, so that it can replace any value."""

    def __getattr__(self, name: str) -> Everything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> Everything:
        return self

    def __iter__(self) -> Iterator[Everything]:
        return iter((self, self))

    def __call__(self, *arguments: object) -> Everything:
        return self

    def __format__(self, specification: str) -> str:
        return str(self)


def values_of(name: str, text: str) -> str:
    """Render a template of the gate with `text` for every value."""
    environment = templates._markdown_templates() if name.endswith(".md.j2") else templates._html_templates()
    source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
    used = find_undeclared_variables(environment.parse(source))
    included = {
        variable
        for file in FILES
        if str(file.relative_to(FOLDER)) in source
        for variable in find_undeclared_variables(environment.parse(file.read_text(encoding="utf-8")))
    }
    return environment.get_template(name).render(
        {**dict.fromkeys(used | included, Everything(text)), "excerpt": 300}
    )


def markup_in(name: str, text: str) -> list[str]:
    """Return everything in the rendered text that could be markup, in order."""
    if name.endswith(".html.j2"):
        return re.findall(r"</?[a-z]\w*|[<>\"'\n]", text)
    return re.findall(r"[<>|`*_\n]|\A#|\n#", re.sub(r"<wbr>|&[#\w]+;", "", text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_value_of_any_template_adds_markup_to_it(file: Path) -> None:
    """The output of a template is sanitized whichever filters it uses."""
    name = str(file.relative_to(FOLDER))
    innocent = markup_in(name, values_of(name, "x"))
    for text in hostile.TEXTS:
        if not text.strip():
            continue
        shown = values_of(name, text)
        assert markup_in(name, shown) == innocent, text
        assert hostile.unseen_in(shown) == []
        assert hostile.runner_reads(shown).commands == []


def test_values_are_one_line_in_html() -> None:
    shown = rendered(templates._html_templates(), "{{ value }}", value="a\u202eb\nc")
    assert shown == sanitize_line("a\u202eb\nc")


def test_the_wheel_holds_every_template(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=FOLDER.parents[1], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {str(file.relative_to(FOLDER.parents[1])) for file in FILES} <= set(names)


def test_nothing_waits_for_jinja_until_a_report_is_written() -> None:
    code = "import sys, gate.cli, gate.reporters; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
