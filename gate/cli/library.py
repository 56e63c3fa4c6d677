"""Lookup of kinds, and of the built-in scenarios and bots in the package or in the source tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from gate.core.disruption_traits import Need
from gate.core.guarantees import GUARANTEES
from gate.core.kinds import Kinds
from gate.core.scenario import Scenario
from gate.disruptions import DISRUPTIONS, disruptions_needing
from gate.protocols import PROTOCOLS
from gate.runtimes import RUNTIMES, unsupported_on
from gate.scenarios import load_scenarios
from gate.scorers import SCORERS
from gate.stores import store_traits

PACKAGE = Path(__file__).resolve().parent.parent
SOURCE_TREE = PACKAGE.parent


def scenarios_folder() -> Path:
    """Return the folder of the built-in scenarios."""
    return _first_folder(PACKAGE / "library" / "scenarios", SOURCE_TREE / "scenarios")


def article_bot() -> Path:
    """Return the folder of the article's bots: a Dockerfile, an app and its pinned requirements."""
    return _first_folder(PACKAGE / "library" / "article", SOURCE_TREE / "examples" / "bots" / "article")


def known_kinds() -> Kinds:
    """Return the kinds that this version knows, from their registries."""
    return Kinds(
        disruptions=tuple(DISRUPTIONS),
        scorers=tuple(SCORERS),
        guarantees=tuple(GUARANTEES),
        protocols={name: protocol.contract for name, protocol in PROTOCOLS.items()},
        runtimes={name: kind.fits for name, kind in RUNTIMES.items()},
        stores=store_traits(),
        unsupported={
            **{f"runtime: {name}": tuple(unsupported_on(name)) for name in RUNTIMES},
            **{
                f"store: {name}": disruptions_needing({Need.STORE})
                for name, traits in store_traits().items()
                if not traits.has_server
            },
            "model: none": disruptions_needing({Need.MODEL}),
        },
    )


def disruption_table() -> list[tuple[str, str]]:
    """Return a heading and a row for each disruption: supporting runtimes, description and proof."""
    width = max(map(len, DISRUPTIONS))
    rows = [("".join((f"{'':<{width}}", *(f"  {name}" for name in RUNTIMES))), "")]
    refused = {runtime: unsupported_on(runtime) for runtime in RUNTIMES}
    for name, disruption in DISRUPTIONS.items():
        marks = "".join(
            f"  {'no' if name in refused[runtime] else 'yes':<{len(runtime)}}" for runtime in RUNTIMES
        )
        refusals = "".join(
            f" Not on {runtime}: {why[name]}." for runtime, why in refused.items() if name in why
        )
        rows.append(
            (f"{name:<{width}}{marks}", f"{disruption.sentence} Proof: {disruption.proof}.{refusals}")
        )
    return [*rows, ("", 'Any of them several times over: "kill*3". All that fit the bot: "thorough".')]


def find_scenarios(paths: Sequence[Path], working_directory: Path) -> tuple[Scenario, ...]:
    """Load the scenarios in `paths`, or the built-in ones when there are none. Raises DocumentError."""
    if paths:
        return load_scenarios(paths, known_kinds(), working_directory=working_directory)
    folder = scenarios_folder()
    scenarios = load_scenarios((Path(),), known_kinds(), working_directory=folder)
    # Tell a built-in file from a user's file of the same name.
    inside = folder.is_relative_to(working_directory)
    shown = folder.relative_to(working_directory).as_posix() if inside else "built-in"
    return tuple(dataclasses.replace(scenario, file=f"{shown}/{scenario.file}") for scenario in scenarios)


def _first_folder(*places: Path) -> Path:
    return next((place for place in places if place.is_dir()), places[-1])
