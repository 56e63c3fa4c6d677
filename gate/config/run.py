"""The `run` section: disruptions, trials and limits of a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, Beside, Input, Option, Section
from gate.config.disruptions import disruptions_schema, named_disruptions, supported_defaults
from gate.config.value_type import Reading, ValueType
from gate.config.values import one_or_more, registered, whole
from gate.core.specification import MAX_SHARDS, RunSpecification, Shard, read_shard
from gate.documents import Node

RUNTIMES_NOT_YET = ("external",)


def disruption_names() -> ValueType:
    """Declare one or more disruptions, each with how often it is done."""
    return ValueType(
        read=lambda node, reading: named_disruptions(
            node, known=reading.kinds.disruptions, unsupported=reading.unsupported
        ),
        schema=lambda kinds: one_or_more(disruptions_schema(kinds.disruptions)),
        words=lambda _: "one, or a list",
    )


def shard_part() -> ValueType:
    """Declare a part of how many, as 1/4."""

    def read(node: Node, _: Reading) -> Shard | None:
        part = read_shard(node.text or "")
        if part is None:
            node.problem(
                f"expected a part and how many there are, as 1/4, found {node.found}",
                hint=f"the first of four is 1/4, the last 4/4; at most {MAX_SHARDS} parts",
            )
        return part

    return ValueType(read=read, schema=lambda _: {"type": "string", "pattern": "^[0-9]+/[0-9]+$"})


class RunSection(Section):
    """What is done."""

    disruptions: Annotated[
        tuple[str, ...],
        disruption_names(),
        Option(
            "disrupt",
            metavar="NAME",
            many=True,
            splits=True,
            repeats=False,
            help="A disruption, or thorough for all that fit; may be repeated. 'memory-gate list disruptions'"
            " shows them.",
        ),
        Input("disruptions"),
    ] = Field(
        default=RunSpecification.disruptions,
        description="What is done to the deployment, each once or, as kill*3, several times;"
        " thorough for all that fit the bot",
    )
    trials: Annotated[int, whole(1, 100), Option("trials", metavar="N", repeats=False), Input("trials")] = (
        Field(
            default=RunSpecification.trials,
            description="How often each scenario is played under each disruption",
        )
    )
    concurrency: Annotated[int, whole(1, 1000)] = Field(
        default=RunSpecification.concurrency, description="How many turns are under way at once, at most"
    )
    jobs: Annotated[
        int | None,
        whole(1, 16),
        Option(
            "jobs",
            metavar="N",
            repeats=False,
            help="How many deployments are up at once.",
            default="as fits the machine",
        ),
        Absent(
            "as many as cores and free memory allow, and one where max-unavailable is set, so that none slows"
            " another down"
        ),
    ] = Field(default=RunSpecification.jobs, description="How many deployments are up side by side")
    # JSON parsers that use doubles would round a larger seed.
    seed: Annotated[
        int | None,
        whole(0, 2**53),
        Option(
            "seed",
            metavar="N",
            repeats=False,
            help="Draws the facts of an earlier run again.",
            default="a new one",
        ),
        Input("seed"),
        Absent("a new one is drawn and printed"),
    ] = Field(default=RunSpecification.seed, description="Draws the same facts again")
    runtime: Annotated[
        str | None,
        registered("runtime", lambda kinds: kinds.runtimes, unavailable=RUNTIMES_NOT_YET),
        Option("runtime", metavar="NAME", default="the one that fits the bot"),
        Beside(),
    ] = Field(
        default=RunSpecification.runtime,
        description="Where the bot runs; 'memory-gate list runtimes' shows the names",
    )
    shard: Annotated[Shard | None, shard_part(), Option("shard", metavar="K/N", repeats=False), Beside()] = (
        Field(default=RunSpecification.shard, description="Plays part K of N of the scenarios; see merge")
    )

    def specification(self, reading: Reading) -> RunSpecification:
        """Return the run. Without a named disruption, it has the supported default ones."""
        defaults = supported_defaults(reading.unsupported)
        chosen = self.disruptions if "disruptions" in self.model_fields_set else defaults
        return RunSpecification(**{**self.values(), "disruptions": chosen})
