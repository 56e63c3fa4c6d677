"""What disruptions share: asking for an ability, and proving from two looks what happened between."""

from __future__ import annotations

from gate.errors import Unsupported
from gate.interfaces import Deployment, Evidence, Instance, Stoppable


def require_stoppable(deployment: Deployment, disruption: str) -> Stoppable:
    """The deployment, as one that can be stopped and started. Raises Unsupported."""
    if isinstance(deployment, Stoppable):
        return deployment
    raise Unsupported(f"{disruption} is not supported here", why="this runtime cannot stop and start the bot")


def prove_same_instance(before: Instance, after: Instance, exit_code: int | None, *, verb: str) -> Evidence:
    """Evidence that one instance ended and began a new life."""
    same = before.identity == after.identity
    started_anew = before.started != after.started
    took_effect = same and started_anew and after.running
    if took_effect:
        sentence = f"{short(after.identity)} {verb}"
    elif not same:
        sentence = f"{short(before.identity)} became {short(after.identity)}: it was replaced, not {verb}"
    elif not after.running:
        sentence = f"{short(after.identity)} does not run"
    else:
        sentence = f"{short(after.identity)} shows no new start"
    return Evidence(
        took_effect=took_effect,
        sentence=sentence,
        details={
            "instance": after.identity,
            "started before": before.started,
            "started after": after.started,
            **exit_details(exit_code),
        },
    )


def exit_details(exit_code: int | None) -> dict[str, str]:
    """The exit code as a detail; it shows whether a graceful stop was graceful."""
    if exit_code is None:
        return {}
    return {"exit code": str(exit_code)}


def short(identity: str) -> str:
    """The first twelve characters, as Docker shows ids."""
    return identity[:12]
