"""The ways in which a deploy goes wrong, one file per kind."""

from __future__ import annotations

from gate.disruptions.kill import Kill
from gate.disruptions.none import Nothing
from gate.disruptions.recreate import Recreate
from gate.disruptions.restart import Restart
from gate.interfaces import Disruption

DISRUPTIONS: dict[str, Disruption] = {one.name: one for one in (Nothing(), Restart(), Kill(), Recreate())}
