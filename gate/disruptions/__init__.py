"""Disruptions: the ways in which a deploy goes wrong, one file per kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gate.core.disruption_names import read_kind_and_times
from gate.core.disruption_traits import UNDECLARED, DisruptionTraits
from gate.disruptions.blue_green import BlueGreen
from gate.disruptions.cold_start import ColdStart
from gate.disruptions.kill import Kill
from gate.disruptions.kill_mid_turn import KillMidTurn
from gate.disruptions.none import NoDisruption
from gate.disruptions.oom import OutOfMemory
from gate.disruptions.partition import Partition
from gate.disruptions.recreate import Recreate
from gate.disruptions.repeated import Repeated, kind_and_times
from gate.disruptions.replica_hop import ReplicaHop
from gate.disruptions.restart import Restart
from gate.disruptions.rollback import Rollback
from gate.disruptions.rolling import Rolling
from gate.disruptions.scale_in import ScaleIn
from gate.disruptions.store_kill import StoreKill
from gate.disruptions.store_pause import StorePause
from gate.disruptions.store_recreate import StoreRecreate
from gate.disruptions.store_restart import StoreRestart
from gate.disruptions.traffic import NoTraffic
from gate.ports import Disruption

__all__ = ["DISRUPTIONS", "NoTraffic", "disruptions_needing", "kind_and_times", "traits_of"]


class _Disruptions(dict[str, Disruption]):
    """Disruptions by name. A lookup of `kill*3` succeeds too, though it is not listed."""

    def __missing__(self, name: str) -> Disruption:
        found = read_kind_and_times(name, self)
        if found is None or found[1] == 1:
            raise KeyError(name)
        kind, times = found
        return Repeated(self[kind], times)


DISRUPTIONS: dict[str, Disruption] = _Disruptions(
    {
        disruption.name: disruption
        for disruption in (
            NoDisruption(),
            Restart(),
            Kill(),
            OutOfMemory(),
            Recreate(),
            BlueGreen(),
            Rollback(),
            Rolling(),
            ReplicaHop(),
            ScaleIn(),
            KillMidTurn(),
            StoreRestart(),
            StoreKill(),
            StoreRecreate(),
            StorePause(),
            Partition(),
            ColdStart(),
        )
    }
)


def traits_of(name: str, known: Mapping[str, Disruption] = DISRUPTIONS) -> DisruptionTraits:
    """Return the traits of the disruption `name`; UNDECLARED where it is not known."""
    try:
        return known[name].traits
    except KeyError:
        return UNDECLARED


def disruptions_needing(lacking: Collection[str]) -> tuple[str, ...]:
    """Return the disruptions that cannot be injected where the needs `lacking` are not met."""
    return tuple(
        name
        for name, disruption in DISRUPTIONS.items()
        if not set(lacking).isdisjoint(disruption.traits.needs)
    )
