"""Writes the generated parts of docs/configuration.md: keys, inputs, outputs, commands and so on.

`make reference` calls it. A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; what stands
around it is written by hand. Everything comes from where the gate itself has it: the declared settings,
`action.yml`, the command line, the exit codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml

from gate.cli.commands import application
from gate.cli.library import known_kinds
from gate.config.bot import SUPPLIED
from gate.config.declaration import Setting, settings_of
from gate.config.sections import SECTIONS, declared
from gate.core.kinds import Kinds
from gate.core.specification import Contract
from gate.disruptions import DISRUPTIONS
from gate.errors import ExitCode
from gate.ports import Disruption
from gate.protocols import PROTOCOLS
from gate.scorers import SCORERS
from gate.stores import STORES, store_image_input

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)

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
    action = load_action()
    return {
        **{name: _keys(name) for name in SECTIONS},
        "protocols": _table(
            ("protocol", "method and path", "body", "reply"),
            ((code(name), *_contract(one.contract)) for name, one in PROTOCOLS.items()),
        ),
        "disruptions": _table(
            ("disruption", "what happens", "needs"),
            ((code(name), one.sentence, _needs(one)) for name, one in DISRUPTIONS.items()),
        ),
        "scorers": _table(
            ("scorer", "what it finds"), ((code(name), one.sentence) for name, one in SCORERS.items())
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


def _needs(disruption: Disruption) -> str:
    """What not every deployment has, in the words of `Need`; with what is done by default without it."""
    traits = disruption.traits
    needs = ", ".join(need.replace("-", " ") for need in traits.needs)
    return f"{needs}; else {code(traits.stand_in)}" if traits.stand_in else needs


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


def parameters(command: Any) -> list[Any]:
    """The parameters of a command, those of the settings included."""
    return list(command.get_params(typer.Context(command)))


def code(text: str) -> str:
    """Text as Markdown's code, in a table as well."""
    return f"`{text}`".replace("|", "\\|")


def _contract(contract: Contract) -> tuple[str, str, str]:
    request = contract.request
    reply = code(contract.reply) if contract.reply else "all of the answer"
    return (code(f"{request.method} {request.path}"), code(json.dumps(request.json)), reply)


def _keys(section: str) -> str:
    kinds = known_kinds()
    rows: list[Sequence[str]] = []
    for setting in settings_of(SECTIONS[section], section, store_image_input()):
        if setting.in_file and setting.available:
            rows.append(_key(setting.key, setting, kinds))
        parts = settings_of(setting.nested) if setting.nested else ()
        rows += [_key(f"{setting.key}.{part.key}", part, kinds) for part in parts]
    return _table(("key", "meaning", "value", "default", "also given by"), rows)


def _key(name: str, setting: Setting, kinds: Kinds) -> Sequence[str]:
    giving = [code(f"--{setting.option.name}")] if setting.option else []
    giving += [f"input {code(setting.input.name)}"] if setting.input else []
    default = setting.default(kinds)
    shown = "" if default is None else _default(default)
    return (code(name), setting.meaning(kinds), setting.words(kinds), shown, ", ".join(giving))


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(code(str(one)) for one in value)
    if isinstance(value, dict):
        return code(json.dumps(value)) if value else "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(f"{value:g}" if isinstance(value, float) else str(value))


def _replaced_by_input(name: str) -> str:
    """The key of which an input takes the place."""
    replaced = (
        one for one in declared(store_image_input()) if one.in_file and one.input and one.input.name == name
    )
    return next((code(one.path) for one in replaced), "")


def _command(name: str, command: Any) -> str:
    described = f"**`memory-gate {name}`** {one_line(command.help)}"
    rows = [_parameter(one) for one in parameters(command) if one.name != "help"]
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
