"""What stands behind the model endpoint: a real model, its recorded answers, or nothing but the reader."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gate.core.secret import Secret
from gate.errors import InputError
from gate.interfaces import Recorder
from gate.reader.cassette import Cassette, CassetteWriter, Fingerprints, RecordedModel, load_cassette
from gate.reader.endpoint import Behind
from gate.reader.upstream import RealModel
from gate.reader.whereabouts import Faults, Whereabouts
from gate.runner.plan import Plan
from gate.settings import Settings

LARGEST_SEED = 2**31


@dataclass(frozen=True, kw_only=True)
class Tapes:
    """The cassettes of a run: the one that is played, the one that is recorded."""

    played: Cassette | None = None
    recorded: CassetteWriter | None = None
    seed: int

    def keep(self) -> None:
        """The run was played to its end."""
        if self.recorded is not None:
            self.recorded.keep()

    def discard(self) -> None:
        """What was recorded of a run that broke off is of no use. Safe after `keep`."""
        if self.recorded is not None:
            self.recorded.discard()


def load_tapes(settings: Settings) -> Tapes:
    """The cassettes, and the seed of the run: a recorded one can be played with its own only.

    Raises InputError.
    """
    mode, path, seed = settings.model.mode, Path(settings.model.cassette), settings.run.seed
    if mode == "replay":
        played = load_cassette(path)
        if seed not in (None, played.seed):
            raise InputError(
                f"the cassette {path} was recorded with another seed",
                why=f"the run is to have {seed}, and the cassette has {played.seed}",
                remedy="leave the seed out, or record again",
            )
        return Tapes(played=played, seed=played.seed)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    return Tapes(recorded=CassetteWriter(path, seed) if mode == "record" else None, seed=seed)


def build_behind(
    settings: Settings,
    plan: Plan,
    tapes: Tapes,
    *,
    record: Recorder,
    clock: Callable[[], float],
    whereabouts: Whereabouts,
) -> Behind | None:
    """What answers in the reader's place; None where the reader does. Needs a running event loop."""
    if settings.model.mode == "reader":
        return None
    faults = Faults(record, clock)
    model: RealModel | RecordedModel
    if tapes.played is not None:
        model = RecordedModel(tapes.played, faults=faults)
    else:
        model = RealModel(
            settings.model.base_url,
            settings.openai_api_key,
            faults=faults,
            name=settings.model.name,
            tape=tapes.recorded,
        )
    sessions = {session for one in plan.conversations for session in one.sessions.values()}
    return Behind(
        model=model,
        faults=faults,
        fingerprints=Fingerprints(sessions),
        whereabouts=whereabouts,
        secret=Secret(settings.openai_api_key),
    )
