"""The `gate` section: the rule that blocks a deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, Input, Option, Section
from gate.config.values import duration, share, whole, word
from gate.core.specification import Policy
from gate.documents import Node

COUNT = whole(0, 1_000_000)


class PolicySection(Section):
    """When the deploy is blocked."""

    accuracy: Annotated[
        float,
        share(),
        Option("threshold", metavar="SHARE", help='The accuracy needed: 0.95 or "95 %".'),
        Input("threshold"),
    ] = Field(
        default=Policy.accuracy,
        description="The share of facts to be remembered, before and after each disruption: 0.95 or 95 %",
    )
    # A bound with a confidence below one half would be weaker than the point score.
    confidence: Annotated[
        float | None, share(0.5, 0.999, "confidence"), Absent("the share itself is judged")
    ] = Field(default=Policy.confidence, description="How surely the probes have to show it: 0.95 or 95 %")
    max_drop: Annotated[
        float,
        share(),
        Option("max-drop", metavar="SHARE", help="How far it may fall: 0.05 or 5 %."),
        Input("max-drop"),
    ] = Field(
        default=Policy.max_drop,
        description="The share by which memory may fall from before to after: 0.05 or 5 %",
    )
    leaks: Annotated[int, COUNT] = Field(default=Policy.leaks, description="How many leaks are let pass")
    fabrications: Annotated[int, COUNT] = Field(
        default=Policy.fabrications, description="How many fabrications are let pass"
    )
    max_unavailable: Annotated[float | None, duration(86_400), Absent("however long")] = Field(
        default=Policy.max_unavailable,
        description="How long the bot may be unavailable during a disruption, 5s or 1min",
    )
    inconclusive: Annotated[
        str,
        word("inconclusive", "block", "allow"),
        Option("inconclusive", metavar="WORD", help="block or allow."),
        Input("inconclusive"),
    ] = Field(
        default=Policy.inconclusive,
        description="Whether a run in which not everything could be seen blocks the deploy",
    )

    def specification(self, nodes: Mapping[str, Node]) -> Policy:
        """Return the policy. Report a confidence that no run can reach."""
        if self.confidence is not None and self.accuracy >= 1:
            node = nodes["confidence"]
            (node.key or node).problem(
                "no number of probes can show an accuracy of 100 %",
                hint="lower the accuracy, or leave the confidence out",
            )
        return Policy(**self.values())
