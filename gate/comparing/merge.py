"""Several runs as one: runs of different disruptions, or of the shards of one run, as one transcript.

What is merged is what happened, never a verdict: the whole is judged by the same rule as each run was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from gate.analysis.history import History
from gate.analysis.history_reading import read_history
from gate.core.specification import Shard, read_shard
from gate.core.transcript import (
    MEANWHILE,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentStarted,
    Event,
    RunEnded,
    RunStarted,
)
from gate.errors import GateError, InputError

ALIKE: Mapping[str, tuple[str, str]] = {
    "version": ("versions of memory-gate", "run all of them with one version"),
    "bot": ("bots", "merge only runs of one bot"),
    "runtime": ("runtimes", "run all of them on one runtime"),
    "model": ("models", "run all of them with one model.mode"),
    "window": ("windows of the bot", "run all of them with one bot.window"),
    "trials": ("numbers of trials", "run all of them with one number of trials"),
    "seed": ("seeds", "give all of them one seed, with  --seed  or the input seed"),
}
"""Field that must be equal in merged runs → its name for people, and the remedy."""

_OF_A_RUN = ("conversation", "turn", "repeats")
"""Fields that hold an id which is unique in one run only."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One run that is to be merged. `name` is the path of its report."""

    name: str
    events: Sequence[Event]
    history: History

    @property
    def run(self) -> RunStarted:
        """First event of the run."""
        return self.history.run

    @property
    def shard(self) -> Shard | None:
        """The part of the scenarios that it played; None for all of them."""
        return read_shard(self.run.shard)

    @property
    def scenarios(self) -> dict[tuple[str, str], str]:
        """File and name of each planned scenario → its content."""
        return {
            (conversation.file, conversation.scenario): conversation.content
            for conversation in self.history.conversations.values()
            if conversation.arm != MEANWHILE
        }

    @property
    def images(self) -> dict[str, str]:
        """Role → image."""
        started = (
            deployment_history.started for deployment_history in self.history.deployment_histories.values()
        )
        return {role: image for event in started if event is not None for role, image in event.images.items()}


def read_part(name: str, events: Iterable[Event]) -> Part:
    """Return a run that is to be merged. Raises GateError when it is none."""
    every = tuple(events)
    part = Part(name=name, events=every, history=read_history(every))
    if part.run.shard and part.shard is None:
        raise GateError("this is no transcript of a run", why=f'it names no shard with "{part.run.shard}"')
    return part


def merge(parts: Sequence[Part], missing: Sequence[str] = ()) -> list[Event]:
    """Return the events of one run that did what the parts did, one after the other.

    `missing` says what else should have been merged, one clause each: the whole is inconclusive then, as it
    is when a shard is not among the parts. Raises InputError where the parts are not of one run.
    """
    for first, other in combinations(parts, 2):
        _check_alike(first, other)
        _check_distinct(first, other)
    runs = [part.run for part in parts]
    events: list[Event] = [
        replace(
            runs[0],
            disruptions=list(dict.fromkeys(kind for run in runs for kind in run.disruptions)),
            # Merged shards played what the whole would have played.
            commands=list(dict.fromkeys(tuple(words) for run in runs for words in run.commands)),
            repeat="; ".join(dict.fromkeys(run.repeat for run in runs if run.repeat)),
            left_out=_left_out(runs),
            shard="",
            split_from={},
            store=next((run.store for run in runs if run.store), ""),
            missing=[
                *dict.fromkeys((*(clause for run in runs for clause in run.missing), *missing)),
                *_absent(parts),
            ],
        )
    ]
    trials: dict[tuple[str, str, str], int] = {}
    began = 0.0
    for number, part in enumerate(parts, start=1):
        events += _renamed(part, number, began, trials)
        began += part.history.seconds
    ends = [part.history.end for part in parts]
    if None not in ends:
        interrupted = any(end is not None and end.interrupted for end in ends)
        left_behind = dict.fromkeys(end.left_behind for end in ends if end is not None and end.left_behind)
        events.append(RunEnded(at=began, interrupted=interrupted, left_behind="; ".join(left_behind)))
    return events


def _check_alike(first: Part, other: Part) -> None:
    for name, (words, remedy) in ALIKE.items():
        _compare(first, other, words, getattr(first.run, name), getattr(other.run, name), remedy)
    if first.run.store and other.run.store:
        remedy = "judge runs on different stores apart"
        _compare(first, other, "kinds of store", first.run.store, other.run.store, remedy)
    rules = first.run.policy, other.run.policy
    for name in sorted({*rules[0], *rules[1]}):
        key = f"gate.{name.replace('_', '-')}"
        _compare(
            first, other, f"rules ({key})", rules[0].get(name), rules[1].get(name), "judge all by one rule"
        )
    for role in sorted(first.images.keys() & other.images.keys()):
        remedy = "build it once, and let every run use that image"
        _compare(first, other, f"images of the {role}", first.images[role], other.images[role], remedy)
    mine, others = first.scenarios, other.scenarios
    for file, name in sorted(mine.keys() & others.keys()):
        remedy = "run all of them on the same scenario files"
        _compare(first, other, f"scripts of {file}", mine[file, name], others[file, name], remedy)


def _compare(first: Part, other: Part, words: str, value: object, another: object, remedy: str) -> None:
    if value != another:
        raise InputError(
            f"{first.name} and {other.name} cannot be merged: they had different {words}",
            why=f"the one had {value}, the other {another}",
            remedy=remedy,
        )


def _check_distinct(earlier: Part, later: Part) -> None:
    kinds = [kind for kind in earlier.run.disruptions if kind in later.run.disruptions]
    played = earlier.scenarios.keys() & later.scenarios.keys()
    if kinds and played:
        file, _ = min(played)
        raise InputError(
            f"{earlier.name} and {later.name} cannot be merged: they did the same thing",
            why=f"both played {file} under {kinds[0]}",
            remedy="merge runs of different disruptions, or the shards 1/N to N/N of one run",
        )


def _absent(parts: Sequence[Part]) -> list[str]:
    """List the missing shards, one clause each. Raises InputError where the parts fit no single run."""
    groups: dict[tuple[str, ...], list[tuple[Shard, Part]]] = defaultdict(list)
    for part in parts:
        if part.shard is not None:
            groups[tuple(part.run.disruptions)].append((part.shard, part))
    clauses: list[str] = []
    for kinds, members in groups.items():
        first, named = members[0]
        for shard, part in members:
            if shard.count != first.count:
                raise InputError(
                    f"{named.name} and {part.name} cannot be merged: they were split differently",
                    why=f"the one is shard {first}, the other shard {shard}",
                    remedy="merge the shards 1/N to N/N of one run",
                )
            _check_same_whole(named, part)
        of = f" of {', '.join(kinds)}" if len(groups) > 1 else ""
        there = {shard.number for shard, _ in members}
        clauses += [
            f"shard {Shard(number=number, count=first.count)}{of} is missing"
            for number in range(1, first.count + 1)
            if number not in there
        ]
    return clauses


def _check_same_whole(first: Part, other: Part) -> None:
    """Check that two shards were split from the same scenarios. Raises InputError."""
    mine, others = first.run.split_from, other.run.split_from
    differing = mine.items() ^ others.items()
    if not differing:
        return
    scenario, _ = min(differing)
    both = scenario in mine and scenario in others
    raise InputError(
        f"{first.name} and {other.name} cannot be merged: they were split from different scenarios",
        why=f"{scenario} said something else" if both else f"only one of them was given {scenario}",
        remedy="run all shards on the same scenario files",
    )


def _left_out(runs: Sequence[RunStarted]) -> int:
    """Count the questions left out. Shards leave out distinct ones, other disruptions the same ones."""
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for run in runs:
        counts[tuple(run.disruptions)] += run.left_out
    return max(counts.values())


def _renamed(
    part: Part, number: int, began: float, trials: dict[tuple[str, str, str], int]
) -> Iterator[Event]:
    """Yield the events of run `number`, `began` seconds later, with ids and deployments of its own.

    `trials` counts how often each script was played so far under its disruptions. A script that names its own
    disruptions is played in each run, and each time is a further trial.
    """
    earlier = dict(trials)
    open_still: set[str] = set()
    for event in part.events[1:]:
        if isinstance(event, RunEnded):
            continue
        changed: dict[str, Any] = {
            name: f"{number}.{value}" for name in _OF_A_RUN if (value := getattr(event, name, ""))
        }
        if deployment := getattr(event, "deployment", ""):
            changed["deployment"] = f"{deployment}@{number}"
        if isinstance(event, ConversationPlanned):
            script = (event.file, event.scenario, event.disruption)
            changed["part"] = number
            changed["trial"] = earlier.get(script, 0) + event.trial
            trials[script] = max(trials.get(script, 0), changed["trial"])
        renamed = replace(event, at=began + event.at, **changed)
        if isinstance(renamed, DeploymentStarted):
            open_still.add(renamed.deployment)
        elif isinstance(renamed, DeploymentClosed):
            open_still.discard(renamed.deployment)
        yield renamed
    # What a run that was cut short did not remove asks the model no more when the next one begins.
    for name in sorted(open_still):
        yield DeploymentClosed(at=began + part.history.seconds, deployment=name)
