"""Proof shared by disruptions: compare the instances before and after, and describe the difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gate.core.observations import Observations
from gate.errors import Unsupported
from gate.ports import Deployment, Evidence, Instance, Replicated, Stoppable, StoreServer, Storing

KILLED = 137
"""Exit code after SIGKILL (128 + 9)."""


def unsupported(disruption: str, why: str) -> Unsupported:
    """Return the error for a missing ability."""
    return Unsupported(f"{disruption} is not supported here", why=why)


def require_stoppable(deployment: Deployment, disruption: str) -> Stoppable:
    """Return the deployment as one that can be stopped and started. Raises Unsupported."""
    if isinstance(deployment, Stoppable):
        return deployment
    raise unsupported(disruption, "this runtime cannot stop and start the bot")


def require_replicated(deployment: Deployment, disruption: str) -> Replicated:
    """Return the deployment as one that can run several replicas. Raises Unsupported."""
    if isinstance(deployment, Replicated):
        return deployment
    raise unsupported(disruption, "this runtime cannot run replicas of the bot side by side")


def require_store(deployment: Deployment, disruption: str) -> StoreServer:
    """Return the server of the deployment's store. Raises Unsupported."""
    if not isinstance(deployment, Storing):
        raise unsupported(disruption, "this runtime does not run the bot's store")
    server = deployment.store_server()
    if server is None:
        raise unsupported(disruption, "the bot is given no store (store.kind is none)")
    return server


def prove_same_instances(
    before: Sequence[Instance], after: Sequence[Instance], exit_codes: Iterable[int | None], *, verb: str
) -> Evidence:
    """Return evidence that each instance ended and started again."""
    same = identities(before) == identities(after)
    unrestarted = [
        new.identity for old, new in zip(before, after, strict=False) if old.started == new.started
    ]
    down = [instance.identity for instance in after if not instance.running]
    if not same:
        sentence = f"{shown(before)} became {shown(after)}: it was replaced, not {verb}"
    elif down:
        sentence = f"{', '.join(map(short, down))} does not run"
    elif unrestarted:
        sentence = f"{', '.join(map(short, unrestarted))} shows no new start"
    else:
        sentence = f"{shown(after)} {verb}"
    return Evidence(
        took_effect=same and not down and not unrestarted,
        sentence=sentence,
        observed=Observations(
            instances=identities(after),
            starts_before=[instance.started for instance in before],
            starts_after=[instance.started for instance in after],
            exit_codes=distinct(exit_codes),
        ),
    )


def prove_killed(evidence: Evidence, exit_codes: Sequence[int | None]) -> Evidence:
    """Return the evidence, negated if an exit code shows that something other than the kill ended the bot."""
    other = [code for code in exit_codes if code != KILLED]
    if not other and exit_codes:
        return evidence
    return Evidence(
        took_effect=False,
        sentence=f"the bot ended with exit code {joined(map(str, other))}, not {KILLED},"
        " so it was not the kill",
        observed=evidence.observed,
    )


def prove_replaced(
    before: Sequence[Instance], after: Sequence[Instance], exit_codes: Iterable[int | None], *, verb: str = ""
) -> Evidence:
    """Return evidence that all instances are gone, and that as many others run in their place."""
    codes = list(exit_codes)
    stayed = {*identities(before)} & {*identities(after)}
    down = [instance.identity for instance in after if not instance.running]
    if stayed:
        sentence = f"{', '.join(map(short, sorted(stayed)))} is still the same instance"
    elif down or not after:
        sentence = f"{', '.join(map(short, down)) or 'the bot'} does not run"
    elif len(before) != len(after):
        sentence = f"{len(before)} replicas became {len(after)}"
    else:
        sentence = f"{shown(before)} → {shown(after)}" + (f" {verb}" if verb else "")
    return Evidence(
        took_effect=not stayed and not down and bool(after) and len(before) == len(after),
        sentence=sentence,
        observed=Observations(
            replaced=identities(before),
            replacements=identities(after),
            exit_codes=distinct(codes),
            stop_enforced=KILLED in codes,
        ),
    )


def observing(evidence: Evidence, **observed: Any) -> Evidence:
    """Return the evidence with further fields of its observations."""
    return replace(evidence, observed=replace(evidence.observed, **observed))


def images_of(instances: Iterable[Instance]) -> list[str]:
    """Return the distinct images of the instances."""
    return list(dict.fromkeys(instance.image for instance in instances))


def identities(instances: Iterable[Instance]) -> list[str]:
    """Return their identities."""
    return [instance.identity for instance in instances]


def distinct(exit_codes: Iterable[int | None]) -> list[int]:
    """Return the distinct exit codes, without None."""
    return [code for code in dict.fromkeys(exit_codes) if code is not None]


def joined(texts: Iterable[str]) -> str:
    """Join texts for people."""
    return ", ".join(texts)


def shown(instances: Sequence[Instance]) -> str:
    """Return the instances' short identities, for people."""
    return joined(short(instance.identity) for instance in instances)


def short(identity: str) -> str:
    """Return the first twelve characters, as Docker shows ids."""
    return identity[:12]
