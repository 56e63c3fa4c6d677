"""Turns that are sent nowhere: to whom they would have gone."""

from __future__ import annotations

from gate.ports import Deployment


async def routed_to(deployment: Deployment, turns: int = 1) -> list[str]:
    """The addresses that so many turns, one after the other, were given."""
    addresses = []
    for _ in range(turns):
        async with deployment.route_turn() as lease:
            addresses.append(lease.address)
    return addresses
