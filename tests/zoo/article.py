"""The two bots of the story under everything that the gate can do to them, on an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gate.cli.library import article_bot
from gate.disruptions import DISRUPTIONS
from tests.zoo.images import Images, built_and_kept
from tests.zoo.measuring import Findings
from tests.zoo.rows import ORDERS, Subject

OF_THE_BOT = (
    *("restart", "kill", "oom", "recreate", "blue-green", "rollback", "rolling", "replica-hop", "scale-in"),
    *("kill-mid-turn", "cold-start"),
)
"""The disruptions that end a process of the bot, or ask another one."""
UNKEPT = (("persistence", "none"),)
BUFFER = Subject(memory="buffer")
REDIS = Subject(memory="redis")
REDIS_UNKEPT = Subject(memory="redis", store=UNKEPT)
BLAMED = ('save ""', "appendonly no")
"""The settings by their names, which a report has to say when a store forgets because of them."""

Run = Callable[[Subject, Sequence[str], Sequence[str], Images], Mapping[str, Findings]]
"""Runs the gate: the bot, names of scenarios, disruptions, images → what was found under each."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the gate said of the two bots under each disruption."""

    buffer: Mapping[str, Findings]
    redis: Mapping[str, Findings]
    unkept: Findings
    """The second bot beside a store that keeps nothing, under `store-kill`."""

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as it has to be, a sentence each."""
        wrong = [
            f"ConversationBufferMemory under {name}: {found.verdict}, not {expected}"
            for name, found in self.buffer.items()
            if found.verdict != (expected := "failed" if name in OF_THE_BOT else "passed")
        ]
        wrong += [
            f"RedisChatMessageHistory under {name}: {found.verdict}, {'; '.join(found.reasons)}"
            for name, found in self.redis.items()
            if found.verdict != "passed"
        ]
        if self.unkept.verdict == "passed" or not all(one in self.said for one in BLAMED):
            wrong.append(f"store-kill without persistence: no setting is blamed: {self.said}")
        return tuple(wrong)

    @property
    def said(self) -> str:
        """Why the second bot forgets beside a store that keeps nothing, in the report's words."""
        return "; ".join(self.unkept.reasons)

    @property
    def summary(self) -> str:
        """In one sentence."""
        wrong = "; ".join(self.failures)
        return f"the story's bots: {wrong or f'as they have to be under {len(self.redis)} disruptions'}"

    @property
    def section(self) -> list[str]:
        """For the page."""
        return [
            "The two bots of the story ([examples/bots/article](../examples/bots/article)), in containers:"
            " how much of what they were told they knew before and after, and the verdict. The store keeps"
            " an append-only file.",
            "",
            "| disruption | ConversationBufferMemory | RedisChatMessageHistory |",
            "|---|---|---|",
            *(
                f"| `{name}` | {_said(self.buffer[name])} | {_said(self.redis[name])} |"
                for name in self.redis
            ),
            "",
            "With a store that keeps nothing (`store: {persistence: none}`) the second bot forgets under"
            f" `store-kill`: {_said(self.unkept)}. The report says whose fault it is: “{self.said}”",
        ]


def _said(found: Findings) -> str:
    return f"{_percent(found.before)} → {_percent(found.after)}, {found.verdict}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.3g} %"


def article_images() -> Images:
    """The article's bot as its own Dockerfile makes it."""
    return Images(candidate=built_and_kept(article_bot(), "memory-gate-zoo-article"))


def compare(run: Run, images: Images, kinds: Sequence[str] = tuple(DISRUPTIONS)) -> Comparison:
    """Both bots under `kinds`, and the second one beside a store without persistence under `store-kill`."""
    return Comparison(
        buffer=run(BUFFER, ORDERS, kinds, images),
        redis=run(REDIS, ORDERS, kinds, images),
        unkept=run(REDIS_UNKEPT, ORDERS, ("store-kill",), images)["store-kill"],
    )
