"""Writes the generated parts of docs/configuration.md: keys, inputs, outputs, commands and so on.

`make reference` calls it. A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; what stands
around it is written by hand. Everything comes from where the gate itself has it: the JSON Schema of
memory-gate.yml, `action.yml`, the command line, the exit codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer
import yaml

from gate.cli.commands import application
from gate.cli.library import known_kinds
from gate.core.specification import Contract
from gate.errors import ExitCode
from gate.protocols import PROTOCOLS
from gate.settings import Overrides, overrides_from_options, settings_schema
from gate.settings.bot import LATER, SUPPLIED
from gate.settings.loading import REPLACED, SCENARIOS
from gate.settings.overrides import LISTS, OPTIONS_ONLY
from gate.settings.section import DURATION, PERCENTAGE, SIZE
from gate.stores import STORES

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Schema = Mapping[str, Any]

SECRET = "openai_api_key"  # noqa: S105 - its name, not its value
"""The one override that is no option, which others on the machine could read."""

EXIT_MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.PASSED: "passed; of `compare`, no regression",
    ExitCode.FAILED: "failed: the bot forgot, leaked or made up; of `compare`, a regression",
    ExitCode.INPUT: "the configuration, a scenario or the command line is wrong; nothing was started",
    ExitCode.INCONCLUSIVE: "inconclusive: not everything could be seen, and the gate does not guess;"
    " of `compare`, the two cannot be compared",
    ExitCode.INTERRUPTED: "interrupted",
}


def main() -> None:
    """Writes the page anew."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(page: str) -> str:
    """`page` with its generated parts as the code has them. Raises KeyError for a part that is not known."""
    parts = generated()
    return PART.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n\n{found[3]}", page)


def generated() -> dict[str, str]:
    """Each generated part of the page, by its name."""
    sections = settings_schema(known_kinds())["properties"]
    action = load_action()
    return {
        **{name: _keys(name, one) for name, one in sections.items() if name != SCENARIOS},
        "protocols": _table(
            ("protocol", "method and path", "body", "reply"),
            ((code(name), *_contract(one.contract)) for name, one in PROTOCOLS.items()),
        ),
        "variables": _table(
            ("variable", "what it tells"),
            ((code(name), meaning) for name, meaning in supplied_variables().items()),
        ),
        "inputs": _table(
            ("input", "meaning", "replaces"),
            (
                (code(name), one["description"], _replaced_by_input(name))
                for name, one in action["inputs"].items()
            ),
        ),
        "outputs": _table(
            ("output", "meaning"),
            ((code(name), one["description"]) for name, one in action["outputs"].items()),
        ),
        "commands": "\n\n".join(_command(name, one) for name, one in commands().items()),
        "exit codes": _table(("code", "meaning"), ((str(int(one)), EXIT_MEANINGS[one]) for one in ExitCode)),
    }


def supplied_variables() -> dict[str, str]:
    """The variables that the gate sets for the bot, by name, with those of every kind of store."""
    store = {name: text for kind in STORES.values() for name, text in kind.traits.variables.items()}
    return {**SUPPLIED, **store}


def load_action() -> dict[str, Any]:
    """`action.yml`."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def commands() -> dict[str, Any]:
    """The commands of the command line by their names."""
    group = typer.main.get_command(application)
    return dict(vars(group)["commands"])


def options_by_override() -> dict[str, str]:
    """Override → the option that gives it, as errors about it name that option."""
    samples: dict[str, Any] = {
        one.name: ["1"] if one.name in LISTS else "1" for one in fields(Overrides) if one.name != SECRET
    }
    given = overrides_from_options(**{**samples, "environment": {}})
    return {one.name: value.origin for one in fields(Overrides) if (value := getattr(given, one.name))}


def inputs_by_override() -> dict[str, str]:
    """Override → the action's input that gives it."""
    return {one.name: one.name.replace("_", "-") for one in fields(Overrides) if one.name not in OPTIONS_ONLY}


def code(text: str) -> str:
    """Text as Markdown's code, in a table as well."""
    return f"`{text}`".replace("|", "\\|")


def _contract(contract: Contract) -> tuple[str, str, str]:
    request = contract.request
    reply = code(contract.reply) if contract.reply else "all of the answer"
    return (code(f"{request.method} {request.path}"), code(json.dumps(request.json)), reply)


def _keys(section: str, schema: Schema) -> str:
    rows: list[tuple[str, str, str, str, str]] = []
    for key, one in schema["properties"].items():
        if key in LATER:
            continue
        rows.append(_key(key, one, REPLACED[section].get(key)))
        rows += [_key(f"{key}.{name}", part, None) for name, part in one.get("properties", {}).items()]
    return _table(("key", "meaning", "value", "default", "also given by"), rows)


def _key(name: str, schema: Schema, override: str | None) -> tuple[str, str, str, str, str]:
    option, name_of_input = (
        names.get(override or "") for names in (options_by_override(), inputs_by_override())
    )
    replacing = [code(option)] if option else []
    replacing += [f"input {code(name_of_input)}"] if name_of_input else []
    default = _default(schema["default"]) if "default" in schema else ""
    return (code(name), schema["description"], _value(schema), default, ", ".join(replacing))


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(code(str(one)) for one in value)
    if isinstance(value, dict):
        return code(json.dumps(value)) if value else "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(f"{value:g}" if isinstance(value, float) else str(value))


def _value(schema: Schema) -> str:
    """What may be written, in a few words."""
    options = schema.get("anyOf", ())
    patterns = [str(one.get("pattern", "")) for one in options]
    kind = schema.get("type")
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if any(PERCENTAGE.pattern in one for one in patterns):
        numbers = options[0]
        return f"a share, {numbers['minimum']} to {numbers['maximum']} or in %"
    if any(DURATION.pattern in one for one in patterns):
        return "a length of time"
    if any(SIZE.pattern in one for one in patterns):
        return "bytes, or 512m, 2g"
    if any(one.get("type") == "array" for one in options):
        return "one, or a list"
    if kind in ("integer", "number"):
        return f"{schema['minimum']:,} to {_bound(schema['maximum'])}"
    if kind == "array":
        return "a list"
    if kind == "object":
        return "keys and values"
    if kind == "boolean":
        return "`true`, `false`"
    return "text" if kind == "string" else "anything"


def _bound(number: float) -> str:
    return "2^53" if number == 2**53 else f"{number:,}"


def _replaced_by_input(name: str) -> str:
    """The key, or the option, of which an input takes the place."""
    override = name.replace("-", "_")
    keys = [
        f"{section}.{key}"
        for section, pairs in REPLACED.items()
        for key, one in pairs.items()
        if one == override
    ]
    return code(SCENARIOS if name == SCENARIOS else keys[0]) if keys or name == SCENARIOS else ""


def _command(name: str, command: Any) -> str:
    described = f"**`memory-gate {name}`** {one_line(command.help)}"
    rows = [_parameter(one) for one in command.params]
    return f"{described}\n\n{_table(('option', 'meaning'), rows)}" if rows else described


def _parameter(parameter: Any) -> tuple[str, str]:
    words = parameter.opts if parameter.param_type_name == "option" else ()
    shown = f"{', '.join(words)} {parameter.metavar or ''}".strip()
    # An argument's help says its default by itself only where none is set.
    default = f" [default: {parameter.default}]" if isinstance(parameter.default, str) else ""
    return (code(shown), f"{one_line(parameter.help)}{default}")


def one_line(text: str) -> str:
    """Help, which is printed in several lines and with two blanks before a default."""
    return " ".join(text.split())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(one)} |" for one in lines)


if __name__ == "__main__":
    main()
