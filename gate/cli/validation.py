"""`memory-gate validate`: checks files without starting anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gate.analysis.formatting import plural
from gate.cli.library import find_scenarios, known_kinds
from gate.config import CONFIG_FILE, RawOverride, Settings, load_settings
from gate.core.scenario import Scenario
from gate.errors import DocumentError, Problem
from gate.run.tiebreak import check_judge

CONFIG_NAMES = (CONFIG_FILE.name, CONFIG_FILE.with_suffix(".yaml").name)


def validate_files(paths: Sequence[Path], working_directory: Path) -> Iterator[str]:
    """Yield one line for each kind of file that is valid.

    Without paths: memory-gate.yml and the scenarios that it names, or the built-in ones.
    Raises DocumentError with all mistakes of all files.
    """
    problems: list[Problem] = []
    configs = [path for path in paths if path.name in CONFIG_NAMES]
    scenario_paths = [path for path in paths if path not in configs]
    if not paths and (working_directory / CONFIG_FILE).exists():
        configs = [CONFIG_FILE]
    settings = _read_settings(configs, working_directory, problems)
    if not paths and settings is not None:
        scenario_paths = list(settings.scenarios)
    scenarios: Sequence[Scenario] = ()
    if scenario_paths or not configs or not paths:
        scenarios = _read_scenarios(scenario_paths, working_directory, settings, problems)
    if problems:
        raise DocumentError(problems)
    if configs:
        yield f"{', '.join(path.as_posix() for path in configs)}: valid"
    elif not paths:
        yield f"{CONFIG_FILE}: not in this folder, so nothing says where the bot comes from"
    if scenarios:
        built_in = "" if scenario_paths else "built-in "
        yield f"{plural(len(scenarios), f'{built_in}scenario')}: valid"


def _read_settings(
    configs: Sequence[Path], working_directory: Path, problems: list[Problem]
) -> Settings | None:
    """Read every configuration and collect its problems. Return the last valid one."""
    settings: Settings | None = None
    for config in configs:
        try:
            settings = load_settings(
                config=config,
                # The key is not part of the files. A run checks whether there is one.
                overrides={"openai-api-key": RawOverride(value="unused", origin="validate")},
                working_directory=working_directory,
                kinds=known_kinds(),
            )
        except DocumentError as error:
            problems += error.problems
    return settings


def _read_scenarios(
    paths: Sequence[Path], working_directory: Path, settings: Settings | None, problems: list[Problem]
) -> Sequence[Scenario]:
    """Read the scenarios and collect their problems, a judge that cannot be asked included."""
    try:
        scenarios = find_scenarios(paths, working_directory)
        if settings is not None:
            check_judge(settings, scenarios)
    except DocumentError as error:
        problems += error.problems
        return ()
    return scenarios
