"""Command line options and the inputs of the action, laid over the file."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from gate.config import (
    Overrides,
    RawOverride,
    overrides_from_action,
    overrides_from_options,
)
from gate.core.specification import (
    Policy,
    RunSpecification,
)
from tests.unit.config.texts import FULL, NOT_YET, NOTHING, load, mistakes


def test_options_replace_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "ci/bot").mkdir(parents=True)
    overrides = overrides_from_options(
        {
            "image": "other:1", "scenarios": ["mine.yml"], "disrupt": ["kill,restart", "none"],
            "trials": "2", "seed": "0", "runtime": "docker", "report_dir": "out", "jobs": None,
        }
    )  # fmt: skip
    found = load(tmp_path, FULL, overrides, name="ci/gate.yml")
    assert (found.bot.image, found.bot.command, found.bot.port) == ("other:1", (), 9000)
    assert found.run == RunSpecification(
        disruptions=("kill", "restart", "none"), trials=2, concurrency=8, seed=0, runtime="docker"
    )
    assert (found.scenarios, found.report_directory) == ((Path("mine.yml"),), tmp_path / "out")


def test_the_inputs_of_the_action_replace_what_the_file_says(tmp_path: Path) -> None:
    """Hyphens stay in the names of the runner's variables; empty is not given."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/Dockerfile").touch()
    (tmp_path / "main").mkdir()
    (tmp_path / "main/report.json").touch()
    environment = {
        "INPUT_BUILD": " ./bot\n", "INPUT_IMAGE": "", "INPUT_CONFIG": "gate.yml", "INPUT_TRIALS": "5", "INPUT_SEED": "11",
        "INPUT_SCENARIOS": "a.yml\nb, c.yml\n", "INPUT_DISRUPTIONS": "kill recreate", "INPUT_THRESHOLD": "90%",
        "INPUT_MAX-DROP": "0.2", "INPUT_MAX_DROP": "0.3", "INPUT_REPLICAS": "1", "INPUT_REDIS-IMAGE": "redis:6",
        "INPUT_MODEL": "none", "INPUT_OPENAI-API-KEY": "sk-secret", "INPUT_REPORT-DIR": "out",
        "INPUT_BASELINE": "main/report.json", "INPUT_INCONCLUSIVE": "allow", "INPUT_OTHER": "x", "PATH": "/bin",
    }  # fmt: skip
    overrides, config = overrides_from_action(environment, "redis-image")
    assert config == Path("gate.yml")
    found = load(tmp_path, "bot: {image: a}\ngate: {accuracy: 0.5}\n", overrides, name="gate.yml")
    assert (found.bot.image, found.bot.build) == (None, str(tmp_path / "bot"))
    assert found.scenarios == (Path("a.yml"), Path("b"), Path("c.yml"))
    assert found.run == RunSpecification(disruptions=("kill", "recreate"), trials=5, seed=11)
    assert found.policy == Policy(accuracy=0.9, max_drop=0.2, inconclusive="allow")
    assert (found.store.image, found.model.mode, found.openai_api_key) == ("redis:6", "none", "sk-secret")
    assert found.report_directory == tmp_path / "out"
    assert found.baseline == tmp_path / "main" / "report.json"


def test_no_inputs_are_no_overrides() -> None:
    assert overrides_from_action({"INPUT_TRIALS": " ", "INPUT_SCENARIOS": ",\n"}) == (NOTHING, None)


def test_the_api_key_is_never_shown(tmp_path: Path) -> None:
    overrides, _ = overrides_from_action({"INPUT_OPENAI-API-KEY": "sk-secret", "INPUT_IMAGE": "a"})
    assert "secret" not in repr(overrides)
    assert "secret" not in repr(load(tmp_path, None, overrides))
    broken, _ = overrides_from_action({"INPUT_OPENAI-API-KEY": "sk-\0secret", "INPUT_IMAGE": "a"})
    assert "secret" not in str(mistakes(tmp_path, None, broken))


@pytest.mark.parametrize("mode", ["forward", "record"])
def test_the_key_of_a_real_model_comes_from_the_input_or_else_from_the_environment(
    tmp_path: Path, mode: str
) -> None:
    text = f"bot: {{image: a}}\nmodel: {{mode: {mode}, base-url: 'https://a/v1/'}}"
    variable = {"OPENAI_API_KEY": " sk-variable\n"}
    both, _ = overrides_from_action({**variable, "INPUT_OPENAI-API-KEY": "sk-input"})
    for overrides, key in (
        (both, "sk-input"),
        (overrides_from_action(variable)[0], "sk-variable"),
        (overrides_from_options({}, variable), "sk-variable"),
    ):
        found = load(tmp_path, text, overrides)
        assert (found.model.mode, found.model.base_url, found.openai_api_key) == (mode, "https://a/v1/", key)
        assert "sk-" not in repr(found) + repr(overrides)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("run.trials", "many", 'expected a whole number from 1 to 100, found "many"'),
        ("run.trials", "0", 'expected a whole number from 1 to 100, found "0"'),
        ("run.seed", "-1", 'expected a whole number from 0 to 9007199254740992, found "-1"'),
        ("gate.accuracy", "95", 'expected a number from 0 to 1, found "95"'),
        ("gate.max-drop", "nan", 'expected a number from 0 to 1, found "nan"'),
        ("gate.inconclusive", "alow", 'unknown inconclusive "alow"; this version knows: block, allow'),
        ("run.runtime", "podman", 'unknown runtime "podman"; this version knows: docker, process'),
        ("run.runtime", "external", f"runtime external {NOT_YET}"),
        ("model.mode", "forward", "mode forward needs the key of a real model"),
        ("model.mode", "replay", 'there is no cassette "memory-gate-cassette.jsonl"'),
        ("run.shard", "half", 'expected a part and how many there are, as 1/4, found "half"'),
        ("run.shard", "5/4", 'expected a part and how many there are, as 1/4, found "5/4"'),
        ("run.shard", "0/4", 'expected a part and how many there are, as 1/4, found "0/4"'),
        ("run.shard", "1/1001", 'expected a part and how many there are, as 1/4, found "1/1001"'),
        ("bot.replicas", "17", 'expected a whole number from 1 to 16, found "17"'),
        ("bot.previous", "b c", "the name of an image holds no blanks"),
        ("run.disruptions", ("kill*0",), "expected a number of times from 1 to 20 after the *"),
        ("run.disruptions", ("kill*21",), "expected a number of times from 1 to 20 after the *"),
        ("run.disruptions", ("kil*2",), 'unknown disruption "kil*2"; this version knows: none, restart, kill, recreate'),
        ("store.image", "redis 8", "the name of an image holds no blanks"),
        ("run.disruptions", ("kil",), 'unknown disruption "kil"; this version knows: none, restart, kill, recreate'),
        ("scenarios", ("a", ""), "expected text, found an empty one"),
        ("bot.build", ".", "build is given, and image as well"),
        ("baseline", "base.json", 'there is no report "base.json"'),
        ("report-dir", "a\0b", "expected one line of text without control characters"),
        ("openai-api-key", "sk-\u20ac", "the key holds a character that no key has"),
        ("openai-api-key", "sk a", "the key holds a character that no key has"),
        ("openai-api-key", "a\udcffb", "expected one line of text without control characters"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_override_names_the_option(
    tmp_path: Path, path: str, value: str | tuple[str, ...], message: str
) -> None:
    overrides: Overrides = {
        "bot.image": RawOverride(value="a", origin="--image"),
        path: RawOverride(value=value, origin="--it"),
    }
    (tmp_path / "Dockerfile").touch()
    assert mistakes(tmp_path, None, overrides) == [("--it", message)]
