"""The `judge` section: the model that judges what no comparison of words can."""

from __future__ import annotations

from gate.core.specification import JudgeSpecification
from gate.settings.model import read_url
from gate.settings.section import Section

JUDGE_KEYS = ("base-url", "model")


def read_judge(section: Section, *, base_url: str) -> JudgeSpecification:
    """The judge as specified, by default at the `base_url` of the model: there is one key for both.

    Whether a judge is needed is for the scenarios to say.
    """
    node = section.nodes.get("base-url")
    return JudgeSpecification(
        base_url=read_url(node, base_url) if node is not None else base_url,
        model=section.text("model", ""),
    )
