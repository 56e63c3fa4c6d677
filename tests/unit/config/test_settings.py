"""Settings: every key arrives, nothing is silently ignored, and nothing but a clean error comes of a file."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.cli.library import known_kinds
from gate.config import (
    Overrides,
    Settings,
    load_settings,
    overrides_from_action,
    overrides_from_options,
)
from gate.core.kinds import Kinds
from gate.core.specification import (
    BotSpecification,
    ContainerSpecification,
    Contract,
    JudgeSpecification,
    ModelSpecification,
    Policy,
    RequestShape,
    RunSpecification,
    StoreSpecification,
)
from gate.documents import render
from gate.errors import DocumentError
from tests.unit.config.texts import FULL, IMAGE, KINDS, load, mistakes


def test_every_key_of_the_file_arrives(tmp_path: Path) -> None:
    (tmp_path / "ci" / "bot").mkdir(parents=True)
    assert load(tmp_path, FULL, name="ci/gate.yml") == Settings(
        bot=BotSpecification(
            command=("python", "bot.py", "--port", "8000"),
            directory=str(tmp_path / "ci" / "bot"),
            port=9000,
            ready="/ready",
            environment={"LOG_LEVEL": "info", "WORKERS": "2", "DEBUG": "no"},
            request=RequestShape(
                method="PUT",
                path="/talk/{session}",
                json={"q": ["{text}", 1, True, None, 0.5]},
                headers={"X-Key": "a"},
            ),
            reply="choices.0.message.content",
            ready_seconds=30.0,
            stop_seconds=2.5,
            turn_seconds=5.0,
            container=ContainerSpecification(
                capabilities=("CHOWN", "SETUID"),
                memory=3 * 1024**3,
                cpus=1.5,
                processes=300,
                egress=True,
                new_privileges=True,
            ),
        ),
        store=StoreSpecification(
            kind="redis", image="redis:7", persistence="rdb", ttl=2_592_000.0, memory=512 * 1024**2
        ),
        model=ModelSpecification(
            mode="none",
            base_url="http://127.0.0.1:9/v1",
            name="gpt-4o",
            cassette=str(tmp_path / "ci" / "tapes" / "mine.jsonl"),
        ),
        judge=JudgeSpecification(base_url="http://127.0.0.1:8/v1", model="gpt-4o-mini"),
        run=RunSpecification(disruptions=("kill", "recreate"), trials=3, concurrency=8, seed=7),
        policy=Policy(
            accuracy=0.95,
            confidence=0.99,
            max_drop=0.1,
            leaks=1,
            fabrications=2,
            max_unavailable=5.0,
            inconclusive="allow",
        ),
        scenarios=(Path("ci/tests/memory"), Path("more.yml")),
        report_directory=tmp_path / "memory-gate-report",
        config_file=Path("ci/gate.yml"),
    )


def test_no_file_is_needed_when_an_image_is_given(tmp_path: Path) -> None:
    found = load(tmp_path, None, IMAGE)
    assert found.bot == BotSpecification(image="my-bot:candidate", directory=str(tmp_path))
    assert found.store == StoreSpecification(kind="redis", image="redis:8", persistence="aof")
    assert found.model == ModelSpecification(cassette=str(tmp_path / "memory-gate-cassette.jsonl"))
    assert (found.run, found.policy) == (RunSpecification(), Policy())
    assert (found.scenarios, found.config_file, found.baseline) == ((), None, None)


def test_relative_paths_stay_relative_under_the_process_own_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = load(Path(), "bot: {image: a}\nscenarios: s")
    assert (found.scenarios, found.report_directory) == ((Path("s"),), Path("memory-gate-report"))
    assert found.bot.directory == str(tmp_path)


def test_a_cassette_that_is_there_is_replayed_without_a_key(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/one.jsonl").touch()
    overrides, _ = overrides_from_action({"INPUT_MODEL": "replay"})
    found = load(
        tmp_path, "bot: {image: a}\nmodel: {mode: record, cassette: one.jsonl}", overrides, name="ci/gate.yml"
    )
    assert (found.model.mode, found.model.cassette) == ("replay", str(tmp_path / "ci/one.jsonl"))


@pytest.mark.parametrize("mode", ["reader", "forward", "record", "replay"])
def test_where_the_model_is_and_its_key_are_the_gates_to_say(tmp_path: Path, mode: str) -> None:
    """In every mode but none: else a bot could go past the endpoint."""
    (tmp_path / "memory-gate-cassette.jsonl").touch()
    overrides = overrides_from_options({}, {"OPENAI_API_KEY": "sk-1"})
    text = f"bot: {{image: a, env: {{OPENAI_BASE_URL: x, OPENAI_API_KEY: x}}}}\nmodel: {{mode: {mode}}}"
    assert [message for _, message in mistakes(tmp_path, text, overrides)] == [
        "the gate itself sets OPENAI_BASE_URL",
        "the gate itself sets OPENAI_API_KEY",
    ]


def _mutated(source: random.Random) -> str:
    text = FULL
    pieces = [
        "",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        '"',
        "'",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!t ",
        "no",
        "~",
        "-1",
        "9" * 20,
        "\\",
        "\x00",
        "1e999",
    ]
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(text) + 1)
        text = text[:at] + source.choice(pieces) + text[at + source.choice([0, 0, 1, 3, 20]) :]
    return text


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["1", "0.5", "95%", "kill", "none", "a\0", "..", "\udc80"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=150), st.randoms().map(_mutated)),
    st.dictionaries(st.sampled_from(["IMAGE", "BUILD", "TRIALS", "THRESHOLD", "SCENARIOS", "DISRUPTIONS", "SEED", "MODEL", "REPORT-DIR", "OPENAI-API-KEY"]), TEXTS),
)  # fmt: skip
def test_whatever_is_given_it_gives_settings_or_a_document_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str, inputs: dict[str, str | None]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    (folder / "bot").mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (folder / "memory-gate.yml").write_bytes(data)
    overrides, config = overrides_from_action({f"INPUT_{name}": text or "" for name, text in inputs.items()})
    try:
        found = load_settings(config=config, overrides=overrides, working_directory=folder, kinds=KINDS)
    except DocumentError as error:
        render(error)
        return
    bot = found.bot
    assert sum(map(bool, (bot.image, bot.build, bot.command, bot.url))) == 1
    assert 0 <= found.policy.accuracy <= 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("store: {kind: none}", "REDIS_URL"),
        ("model: {mode: none}", "OPENAI_API_KEY"),
        ("model: {mode: none}", "OPENAI_BASE_URL"),
    ],
)
def test_a_variable_that_the_gate_does_not_set_is_the_users_to_set(
    tmp_path: Path, text: str, name: str
) -> None:
    """A bot with a store or a model of its own needs to be told where it is."""
    (tmp_path / "memory-gate.yml").write_text(f"bot: {{image: b, env: {{{name}: mine}}}}\n{text}\n")
    settings = load_settings(
        config=None,
        overrides={},
        working_directory=tmp_path,
        kinds=Kinds(
            disruptions=("restart", "kill", "recreate"),
            protocols={"http-json": Contract()},
            runtimes={"docker": lambda bot: bool(bot.image)},
            stores=KINDS.stores,
        ),
    )
    assert settings.bot.environment == {name: "mine"}


def test_the_judge_is_where_the_model_is_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    """There is one key for both, and it belongs there."""
    text = "bot: {image: a}\nmodel: {base-url: 'https://a/v1'}"
    assert load(tmp_path, text).judge == JudgeSpecification(base_url="https://a/v1")
    assert load(tmp_path, f"{text}\njudge: {{model: m}}").judge.base_url == "https://a/v1"
    assert load(tmp_path, "bot: {image: a}").judge == JudgeSpecification()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("3600", 3_600), ("90s", 90), ("5min", 300), ("5m", 300), ("12h", 43_200), ('"30 d"', 2_592_000)],
)
def test_lengths_of_time_have_units(tmp_path: Path, written: str, seconds: int) -> None:
    """Seconds where none is written."""
    found = load(tmp_path, f"bot: {{image: a}}\nstore: {{ttl: {written}}}")
    assert found.store.ttl == seconds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[kill*3, restart]", ("kill*3", "restart")),
        ("[{kill: {times: 3}}, restart*1]", ("kill*3", "restart")),
        ("{recreate: {times: 20}}", ("recreate*20",)),
        ("[kill, kill*1, {kill: {times: 1}}]", ("kill",)),
    ],
)
def test_a_disruption_may_be_written_with_how_often(
    tmp_path: Path, text: str, names: tuple[str, ...]
) -> None:
    assert load(tmp_path, f"bot: {{image: a}}\nrun: {{disruptions: {text}}}").run.disruptions == names


def test_a_bot_may_have_replicas_and_a_previous_version(tmp_path: Path) -> None:
    bot = load(tmp_path, "bot: {image: a:2, previous: a:1, replicas: 3}").bot
    assert (bot.previous, bot.replicas) == ("a:1", 3)


UNFIT = Kinds(
    disruptions=("restart", "kill", "kill-mid-turn", "oom", "partition"),
    protocols={"http-json": Contract()},
    runtimes={"docker": lambda bot: bool(bot.image), "process": lambda bot: bool(bot.command)},
    stores=KINDS.stores,
    unsupported={
        "runtime: process": ("oom",),
        "store: none": ("partition",),
        "model: none": ("kill-mid-turn",),
    },
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("bot: {image: a}", ("restart", "kill", "kill-mid-turn", "oom", "partition")),
        ("bot: {command: [a]}", ("restart", "kill", "kill-mid-turn", "partition")),
        ("bot: {image: a}\nstore: {kind: none}", ("restart", "kill", "kill-mid-turn", "oom")),
        ("bot: {image: a}\nmodel: {mode: none}", ("restart", "kill", "oom", "partition")),
    ],
)
def test_thorough_is_all_that_fits_the_bot(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    """In the file and in an override, alone and beside others."""
    (tmp_path / "memory-gate.yml").write_text(text, encoding="utf-8")
    (tmp_path / "named.yml").write_text(f"{text}\nrun: {{disruptions: [kill*2, thorough]}}", encoding="utf-8")

    def chosen(config: str, overrides: Overrides) -> tuple[str, ...]:
        return load_settings(
            config=Path(config), overrides=overrides, working_directory=tmp_path, kinds=UNFIT
        ).run.disruptions

    assert chosen("memory-gate.yml", overrides_from_options({"disrupt": ["thorough"]})) == names
    assert chosen("named.yml", {}) == ("kill*2", *names)
    assert chosen("named.yml", overrides_from_options({"disrupt": ["oom"]})) == ("oom",)


def test_what_is_done_when_nothing_is_said_fits_the_bot(tmp_path: Path) -> None:
    """A bot without the gate's store is not made inconclusive by its outages."""
    kinds = known_kinds()
    for text, unsupported in [("store: {kind: none}", "store: none"), ("model: {mode: none}", "model: none")]:
        (tmp_path / "memory-gate.yml").write_text(f"bot: {{image: a}}\n{text}", encoding="utf-8")
        settings = load_settings(config=None, overrides={}, working_directory=tmp_path, kinds=kinds)
        assert settings.run.disruptions
        assert not set(settings.run.disruptions) & set(kinds.unsupported[unsupported])
