"""A disruption several times over: `kill*3`."""

from __future__ import annotations

import re
from collections.abc import Collection

from gate.interfaces import Deployment, Disruption, Evidence, Traffic

MOST_TIMES = 20
WRITTEN = re.compile(r"([a-z]+(?:-[a-z]+)*)\*([1-9][0-9]?)")


def written(name: str, times: int) -> str:
    """How `times` of the disruption `name` is written: once is the name alone."""
    return name if times == 1 else f"{name}*{times}"


def read_name(text: str, known: Collection[str]) -> str | None:
    """The disruption that `text` names, in the one way in which it is written; None when it names none."""
    if text in known:
        return text
    found = WRITTEN.fullmatch(text)
    if found is None or found[1] not in known or int(found[2]) > MOST_TIMES:
        return None
    return written(found[1], int(found[2]))


class Repeated:
    """One disruption after the other, each healed before the next."""

    def __init__(self, disruption: Disruption, times: int) -> None:
        self.name = written(disruption.name, times)
        self.sentence = f"{times} times: {disruption.sentence}"
        self.proof = f"each time: {disruption.proof}"
        self.begins_with = disruption.begins_with
        self._disruption = disruption
        self._times = times

    async def inflict(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Inflicts it again and again; it took effect when it did so every time."""
        found = [await self._disruption.inflict(deployment, traffic) for _ in range(self._times)]
        failed = [number for number, one in enumerate(found, start=1) if not one.took_effect]
        details = {
            f"{number}: {key}": value
            for number, one in enumerate(found, start=1)
            for key, value in one.details.items()
        }
        enforced = {"needed SIGKILL": "yes"} if any("needed SIGKILL" in one.details for one in found) else {}
        if failed:
            sentence = f"time {failed[0]} of {self._times}: {found[failed[0] - 1].sentence}"
        else:
            sentence = f"{self._times} times: {found[-1].sentence}"
        return Evidence(
            took_effect=not failed,
            sentence=sentence,
            details={"times": str(self._times), **details, **enforced},
        )
