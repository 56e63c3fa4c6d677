"""The ways in which a deploy goes wrong, one file per kind."""

from __future__ import annotations

from gate.core.disruption_names import read_name
from gate.disruptions.blue_green import BlueGreen
from gate.disruptions.cold_start import ColdStart
from gate.disruptions.kill import Kill
from gate.disruptions.kill_mid_turn import KillMidTurn
from gate.disruptions.none import Nothing
from gate.disruptions.oom import OutOfMemory
from gate.disruptions.partition import Partition
from gate.disruptions.recreate import Recreate
from gate.disruptions.repeated import Repeated
from gate.disruptions.replica_hop import ReplicaHop
from gate.disruptions.restart import Restart
from gate.disruptions.rollback import Rollback
from gate.disruptions.rolling import Rolling
from gate.disruptions.scale_in import ScaleIn
from gate.disruptions.store_kill import StoreKill
from gate.disruptions.store_pause import StorePause
from gate.disruptions.store_recreate import StoreRecreate
from gate.disruptions.store_restart import StoreRestart
from gate.disruptions.traffic import Silence
from gate.interfaces import Disruption

__all__ = ["DISRUPTIONS", "NEED_MODEL", "NEED_STORE", "Silence"]

NEED_STORE = frozenset({"store-restart", "store-kill", "store-recreate", "store-pause", "partition"})
"""Disruptions of the store that the gate runs for the bot."""
NEED_MODEL = frozenset({"kill-mid-turn"})
"""Disruptions that cannot be shown to have happened where the bot brings its own model."""


class _Disruptions(dict[str, Disruption]):
    """The disruptions by name; `kill*3` is found too, though it is not listed."""

    def __missing__(self, name: str) -> Disruption:
        kind, _, times = name.partition("*")
        if read_name(name, self) != name or not times:
            raise KeyError(name)
        return Repeated(self[kind], int(times))


DISRUPTIONS: dict[str, Disruption] = _Disruptions(
    {
        one.name: one
        for one in (
            Nothing(),
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
