"""The model of a run: the endpoint for the bots, and the upstream model behind it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.config import Settings
from gate.core.quota import Quota
from gate.core.secret import Secret
from gate.errors import InputError
from gate.model_endpoint.endpoint import ModelEndpoint
from gate.model_endpoint.faults import Faults
from gate.model_endpoint.in_flight_turns import InFlightTurns
from gate.model_endpoint.upstream import RealModel, Upstream
from gate.ports import Hold, Recorder
from gate.recordings.cassette import Cassette, CassetteWriter, Fingerprints, RecordedModel, load_cassette
from gate.reference_model.builder import build_reference_model
from gate.run.teardown import Teardown
from gate.runner.plan import Plan
from gate.runner.session_ids import random_part

LARGEST_SEED = 2**31


@dataclass(frozen=True, kw_only=True)
class Cassettes:
    """The cassettes of a run: the one that is replayed, and the one that is recorded."""

    played: Cassette | None = None
    recorded: CassetteWriter | None = None
    seed: int
    """The seed of the run. A cassette can be replayed only with its own seed."""

    def keep(self) -> None:
        """Keep the recording, because the run was played to its end."""
        if self.recorded is not None:
            self.recorded.keep()

    def discard(self) -> None:
        """Discard the recording of an unfinished run. Does nothing after `keep`."""
        if self.recorded is not None:
            self.recorded.discard()


def load_cassettes(settings: Settings) -> Cassettes:
    """Load the cassettes and choose the seed of the run. Raises InputError."""
    mode, path, seed = settings.model.mode, Path(settings.model.cassette), settings.run.seed
    if mode == "replay":
        played = load_cassette(path)
        if seed not in (None, played.seed):
            raise InputError(
                f"the cassette {path} was recorded with another seed",
                why=f"the run is to have {seed}, and the cassette has {played.seed}",
                remedy="leave the seed out, or record again",
            )
        return Cassettes(played=played, seed=played.seed)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    return Cassettes(recorded=CassetteWriter(path, seed) if mode == "record" else None, seed=seed)


@dataclass(frozen=True, kw_only=True)
class ModelAccess:
    """The bots' access to their model, and the way to hold back its answers."""

    environment: Callable[[str], Mapping[str, str]]
    """Deployment → the environment variables of its bot."""
    hold: Callable[[str, Collection[str]], Hold] | None = None


NO_MODEL = ModelAccess(environment=lambda _deployment: {})
"""For a bot that brings a model of its own."""


@dataclass(frozen=True, kw_only=True)
class ModelParts:
    """The parts from which the endpoint of a run is built."""

    settings: Settings
    plan: Plan
    cassettes: Cassettes
    in_flight: InFlightTurns
    """Tracks the turns in flight, to which requests belong."""
    record: Recorder
    clock: Callable[[], float]


async def open_endpoint(parts: ModelParts, host: str, teardown: Teardown) -> ModelAccess:
    """Serve the model at `host` until the teardown. Raises GateError."""
    endpoint = teardown.add(
        ModelEndpoint(
            build_reference_model(parts.plan),
            record=parts.record,
            clock=parts.clock,
            upstream=_build_upstream(parts),
            quota=Quota.for_turns(turns_in(parts.plan)),
            exhausted=Faults(parts.record, parts.clock).report,
        )
    )
    address = await endpoint.open(host)
    return ModelAccess(
        environment=lambda deployment: {
            "OPENAI_BASE_URL": address,
            "OPENAI_API_KEY": endpoint.key_of(deployment),
        },
        hold=endpoint.hold,
    )


def turns_in(plan: Plan) -> int:
    """Return the number of turns in the plan, which bounds the recorded replies and requests."""
    return sum(conversation.planned(0.0).turns for conversation in plan.conversations)


def fingerprints_of(plan: Plan) -> Fingerprints:
    """Return fingerprints that ignore the random parts of the plan's session ids."""
    return Fingerprints(
        {random_part(plan.seed, conversation.identifier) for conversation in plan.conversations}
    )


def _build_upstream(parts: ModelParts) -> Upstream | None:
    """Build the model upstream; None in mode `reader`. Needs a running event loop."""
    settings = parts.settings
    if settings.model.mode == "reader":
        return None
    faults = Faults(parts.record, parts.clock)
    model: RealModel | RecordedModel
    if parts.cassettes.played is not None:
        model = RecordedModel(parts.cassettes.played, faults=faults)
    else:
        model = RealModel(
            settings.model.base_url,
            settings.openai_api_key,
            faults=faults,
            name=settings.model.name,
            cassette=parts.cassettes.recorded,
        )
    return Upstream(
        model=model,
        faults=faults,
        fingerprints=fingerprints_of(parts.plan),
        in_flight=parts.in_flight,
        secret=Secret(settings.openai_api_key),
    )
