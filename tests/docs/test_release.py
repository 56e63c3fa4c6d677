"""What CONTRIBUTING, the release workflow and the examples say about tags is one story."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import yaml

from gate import __version__
from tests.docs.pages import ROOT

WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
TO_PUSH = re.compile(r"`((?:release-)?v)X\.Y\.Z`")


def starts(tag: str) -> bool:
    """Whether pushing `tag` starts the workflow."""
    patterns = yaml.load(WORKFLOW, yaml.BaseLoader)["on"]["push"]["tags"]
    return any(fnmatchcase(tag, pattern.replace("+", "*")) for pattern in patterns)


def test_the_tag_that_one_is_told_to_push_starts_the_release() -> None:
    """And the tags that the workflow makes itself start nothing."""
    pages = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    pushed, made = TO_PUSH.findall(pages)
    assert starts(f"{pushed}{__version__}")
    assert not starts(f"{made}{__version__}")
    assert f"Push a tag {pushed}X.Y.Z" in WORKFLOW


def test_users_name_the_floating_tag_that_the_release_moves() -> None:
    """The examples, the README and the pages."""
    texts = [
        path.read_text(encoding="utf-8")
        for place in ("README.md", "docs/*.md", "examples/workflows/*.yml")
        for path in ROOT.glob(place)
    ]
    named = {tag for text in texts for tag in re.findall(r"memory-gate/memory-gate@([\w.]+)", text)}
    assert named == {f"v{__version__.partition('.')[0]}"}
    assert 'git tag --force "${version%%.*}"' in WORKFLOW
