"""`action.yml` of a Docker action, and the few expressions that such a file uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class ActionFileError(Exception):
    """The action file cannot be run: it says what is missing or what is not emulated."""


@dataclass(frozen=True, kw_only=True)
class ActionFile:
    """A Docker action as the runner sees it. `required:` of an input is not kept: nobody enforces it."""

    folder: Path
    name: str
    input_defaults: Mapping[str, str]
    outputs: tuple[str, ...]
    image: str
    entrypoint: str | None
    pre_entrypoint: str | None
    post_entrypoint: str | None
    post_if: str
    args: tuple[str, ...] | None
    env: Mapping[str, str]

    @property
    def prebuilt_image(self) -> str | None:
        """The image behind `docker://`, or None where a Dockerfile is to be built."""
        return self.image[len("docker://") :] if self.image.lower().startswith("docker://") else None

    @property
    def dockerfile(self) -> Path:
        return self.folder / self.image

    def inputs(self, given: Mapping[str, str], github: Mapping[str, str]) -> dict[str, str]:
        """The step's inputs as given, then the defaults of the others; a missing one is its default or ""."""
        inputs = dict(given)
        have = {name.lower() for name in given}
        for name, default in self.input_defaults.items():
            if name.lower() not in have:
                inputs[name] = evaluate(default, {"github": github})
        return inputs

    def unexpected(self, given: Mapping[str, str]) -> list[str]:
        """Names given that the action does not declare: the runner only warns and passes them on."""
        valid = {name.lower() for name in self.input_defaults} | {"entrypoint", "args"}
        return [name for name in given if name.lower() not in valid]


def load_action(folder: Path) -> ActionFile:
    """Reads `action.yml` or `action.yaml`; ActionFileError for what is no Docker action."""
    path = next((folder / name for name in ("action.yml", "action.yaml") if (folder / name).is_file()), None)
    if path is None:
        raise ActionFileError(f"no action.yml in {folder}")
    document = read_document(path)
    if not isinstance(document, dict) or not isinstance(runs := document.get("runs"), dict):
        raise ActionFileError(f"{path.name} has no `runs:`")
    if str(runs.get("using", "")).lower() != "docker":
        raise ActionFileError(f"{path.name} runs with {runs.get('using')!r}; only `docker` is emulated")
    image = str(runs.get("image") or "")
    if not image.lower().startswith("docker://") and not _is_dockerfile(image):
        raise ActionFileError(f"`runs.image` is {image!r}: neither docker://… nor the path of a Dockerfile")
    args = runs.get("args")
    return ActionFile(
        folder=folder,
        name=str(document.get("name") or ""),
        input_defaults={
            name: (entry or {}).get("default") or "" for name, entry in (document.get("inputs") or {}).items()
        },
        outputs=tuple(document.get("outputs") or {}),
        image=image,
        entrypoint=runs.get("entrypoint"),
        pre_entrypoint=runs.get("pre-entrypoint"),
        post_entrypoint=runs.get("post-entrypoint"),
        post_if=runs.get("post-if") or "always()",
        args=None if args is None else tuple(args),
        env=dict(runs.get("env") or {}),
    )


def read_document(path: Path) -> Any:
    """A YAML file of GitHub's, with every scalar as the text that the runner makes of it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def evaluate(text: str, contexts: Mapping[str, Mapping[str, str]]) -> str:
    """Fills in `${{ inputs.name }}` and `${{ github.name }}`; any other expression is an ActionFileError."""

    def value(match: re.Match[str]) -> str:
        reference = _REFERENCE.fullmatch(match[1].strip())
        if reference is None or reference["context"].lower() not in contexts:
            raise ActionFileError(f"the expression {match[0]} is not emulated")
        names = {key.lower(): entry for key, entry in contexts[reference["context"].lower()].items()}
        return names.get((reference["dotted"] or reference["quoted"]).lower(), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, text, flags=re.DOTALL)


_REFERENCE = re.compile(r"(?P<context>\w+)(?:\.(?P<dotted>[\w-]+)|\['(?P<quoted>[^']+)'\])")


def _is_dockerfile(image: str) -> bool:
    name = image.rpartition("/")[2].lower()
    return name.startswith("dockerfile.") or name.endswith("dockerfile")


class _Loader(yaml.SafeLoader):
    """YAML's core schema with every scalar as text, written as the runner writes it: 1.0 arrives as "1"."""


def _scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    text = node.value
    if node.style is not None:
        return text
    if re.fullmatch(r"~|null|Null|NULL|", text):
        return ""
    if re.fullmatch(r"true|True|TRUE|false|False|FALSE", text):
        return text.lower()
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return format(float(text), ".15g")
    return text


# An empty table of guesses: `on`, `yes`, `1:30` and dates stay the words they are.
_Loader.yaml_implicit_resolvers = {}
_Loader.add_constructor("tag:yaml.org,2002:str", _scalar)
