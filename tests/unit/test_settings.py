"""Settings: file, options and inputs in one, every mistake at its place, nothing silently ignored."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RequestShape,
    RunSpecification,
    StoreSpecification,
)
from gate.documents import quoted, render
from gate.errors import DocumentError, ExitCode
from gate.settings import (
    Given,
    Overrides,
    Settings,
    SettingsVocabulary,
    load_settings,
    overrides_from_action,
    overrides_from_options,
)

VOCABULARY = SettingsVocabulary(
    disruptions=("none", "restart", "kill", "recreate"),
    protocols=("http-json",),
    runtimes=("docker", "process"),
)
NOTHING = Overrides()
IMAGE = overrides_from_options(image="my-bot:candidate")

FULL = """\
bot:
  command: [python, bot.py, --port, 8000]
  directory: bot
  port: 9000
  ready: /ready
  env: {LOG_LEVEL: info, WORKERS: 2, DEBUG: no}
  protocol: http-json
  request: {method: PUT, path: "/talk/{session}", json: {q: ["{text}", 1, true, null, 0.5]}, headers: {X-Key: a}}
  reply: choices.0.message.content
  ready-timeout: 30
  stop-timeout: 2.5
  turn-timeout: 5
store: {kind: redis, image: "redis:7", persistence: rdb}
model: {mode: none, base-url: "http://127.0.0.1:9/v1", name: gpt-4o, cassette: tapes/mine.jsonl}
run: {disruptions: [kill, recreate], trials: 3, concurrency: 8, seed: 7}
gate: {accuracy: 95 %, confidence: 99 %, max-drop: 0.1, leaks: 1, fabrications: 2, inconclusive: allow}
scenarios: [tests/memory, ../more.yml]
"""


def load(
    folder: Path, text: str | None, overrides: Overrides = NOTHING, *, name: str = "memory-gate.yml"
) -> Settings:
    """The settings in `text` under the overrides."""
    if text is not None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    config = None if name == "memory-gate.yml" else Path(name)
    return load_settings(config=config, overrides=overrides, working_directory=folder, vocabulary=VOCABULARY)


def mistakes(folder: Path, text: str | None, overrides: Overrides = NOTHING) -> list[tuple[str, str]]:
    """Place and message of everything wrong; the place is the origin where there is no file."""
    with pytest.raises(DocumentError) as caught:
        load(folder, text, overrides)
    return [
        (f"{one.line}:{one.column}" if one.line else one.file, one.message) for one in caught.value.problems
    ]


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
        ),
        store=StoreSpecification(image="redis:7", persistence="rdb"),
        model=ModelSpecification(
            mode="none",
            base_url="http://127.0.0.1:9/v1",
            name="gpt-4o",
            cassette=str(tmp_path / "ci" / "tapes" / "mine.jsonl"),
        ),
        run=RunSpecification(disruptions=("kill", "recreate"), trials=3, concurrency=8, seed=7),
        policy=Policy(
            accuracy=0.95, confidence=0.99, max_drop=0.1, leaks=1, fabrications=2, inconclusive="allow"
        ),
        scenarios=(Path("ci/tests/memory"), Path("more.yml")),
        report_directory=tmp_path / "memory-gate-report",
        config_file=Path("ci/gate.yml"),
    )


def test_no_file_is_needed_when_an_image_is_given(tmp_path: Path) -> None:
    found = load(tmp_path, None, IMAGE)
    assert found.bot == BotSpecification(image="my-bot:candidate", directory=str(tmp_path))
    assert found.store == StoreSpecification()
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


def test_options_replace_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "ci/bot").mkdir(parents=True)
    overrides = overrides_from_options(
        image="other:1", scenarios=[Path("mine.yml")], disruptions=["kill,restart", "none"],
        trials=2, seed=0, runtime="docker", report_dir=Path("out"),
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
    environment = {
        "INPUT_BUILD": " ./bot\n", "INPUT_IMAGE": "", "INPUT_CONFIG": "gate.yml", "INPUT_TRIALS": "5", "INPUT_SEED": "11",
        "INPUT_SCENARIOS": "a.yml\nb, c.yml\n", "INPUT_DISRUPTIONS": "kill recreate", "INPUT_THRESHOLD": "90%",
        "INPUT_MAX-DROP": "0.2", "INPUT_MAX_DROP": "0.3", "INPUT_REPLICAS": "1", "INPUT_REDIS-IMAGE": "redis:6",
        "INPUT_MODEL": "none", "INPUT_OPENAI-API-KEY": "sk-secret", "INPUT_REPORT-DIR": "out",
        "INPUT_BASELINE": "main/report.json", "INPUT_INCONCLUSIVE": "allow", "INPUT_OTHER": "x", "PATH": "/bin",
    }  # fmt: skip
    overrides, config = overrides_from_action(environment)
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
        (overrides_from_options(environment=variable), "sk-variable"),
    ):
        found = load(tmp_path, text, overrides)
        assert (found.model.mode, found.model.base_url, found.openai_api_key) == (mode, "https://a/v1/", key)
        assert "sk-" not in repr(found) + repr(overrides)


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
    overrides = overrides_from_options(environment={"OPENAI_API_KEY": "sk-1"})
    text = f"bot: {{image: a, env: {{OPENAI_BASE_URL: x, OPENAI_API_KEY: x}}}}\nmodel: {{mode: {mode}}}"
    assert [message for _, message in mistakes(tmp_path, text, overrides)] == [
        "the gate itself sets OPENAI_BASE_URL",
        "the gate itself sets OPENAI_API_KEY",
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("bto: {}\nbot: {image: a}", "1:1", 'unknown key "bto"'),
        ("[]", "1:1", "expected a mapping, found a list"),
        ("bot: a", "1:6", 'expected a mapping, found "a"'),
        ("bot: {image: a, prot: 1}", "1:17", 'unknown key "prot"'),
        ("bot: {port: 80}", "1:1", "nothing says where the bot comes from"),
        ("run: {}", "1:1", "nothing says where the bot comes from"),
        ("bot: {image: a, command: [b]}", "1:17", "command is given, and image as well"),
        ("bot: {image: a b}", "1:14", "the name of an image holds no blanks"),
        ("bot: {image: 7}", "1:14", "expected text, found the number 7"),
        ("bot: {image: ''}", "1:14", "expected text, found an empty one"),
        ("bot: {build: nowhere}", "1:14", 'there is no folder "nowhere"'),
        ("bot: {build: .}", "1:14", "this folder holds no Dockerfile"),
        ("bot: {command: python bot.py}", "1:16", 'expected a list, found "python bot.py"'),
        ("bot: {command: []}", "1:16", "the command is empty"),
        ("bot: {command: [a, [b]]}", "1:20", "expected text, a number or a boolean, found a list"),
        ('bot: {command: [a, "\\0"]}', "1:20", "an argument cannot hold the character U+0000"),
        ("bot: {command: [a], directory: nowhere}", "1:32", 'there is no folder "nowhere"'),
        ("bot: {image: a, port: 0}", "1:23", "expected a whole number from 1 to 65535, found the number 0"),
        ("bot: {image: a, port: '80'}", "1:23", 'expected a whole number from 1 to 65535, found "80"'),
        ("bot: {image: a, ready: healthz}", "1:24", 'expected a path that begins with "/"'),
        ("bot: {image: a, replicas: 17}", "1:27", "expected a whole number from 1 to 16, found the number 17"),
        ("bot: {image: a, protocol: http}", "1:27", 'unknown protocol "http"; this version knows: http-json'),
        ("bot: {image: a, env: {PORT: 80}}", "1:23", "the gate itself sets PORT"),
        ("bot: {image: a, env: {REDIS_URL: x}}", "1:23", "the gate itself sets REDIS_URL"),
        ("bot: {image: a, env: {OPENAI_API_KEY: x}}", "1:23", "the gate itself sets OPENAI_API_KEY"),
        ("bot: {image: a, env: {OPENAI_BASE_URL: x}}", "1:23", "the gate itself sets OPENAI_BASE_URL"),
        ("bot: {image: a, env: {A-B: x}}", "1:23", '"A-B" cannot name a variable'),
        ("bot: {image: a, env: {AB: [x]}}", "1:27", "expected text, a number or a boolean, found a list"),
        ("bot: {image: a, env: {AB: }}", "1:26", "expected text, a number or a boolean, found nothing"),
        ("bot: {image: a, request: {methd: GET}}", "1:27", 'unknown key "methd"'),
        ("bot: {image: a, request: {method: get}}", "1:35", 'unknown method "get"; this version knows: POST, GET, PUT, PATCH'),
        ("bot: {image: a, request: {path: chat}}", "1:33", 'expected a path that begins with "/"'),
        ('bot: {image: a, request: {json: {m: "{text}"}}}', "1:17", "the request does not say whose turn it is"),
        ('bot: {image: a, request: {json: {m: "{session}"}}}', "1:17", "the request does not say what is said"),
        ("bot: {image: a, request: {json: {m: yes}}}", "1:37", "expected true or false, found yes, which YAML takes for true or false"),
        ("bot: {image: a, request: {headers: {a b: c}}}", "1:37", '"a b" cannot name a header'),
        ('bot: {image: a, request: {headers: {a: "b\\r\\nc"}}}', "1:40", "expected one line of text without control characters"),
        ("bot: {image: a, reply: a..b}", "1:24", "expected a dotted path into the answer"),
        ("bot: {image: a, ready-timeout: 0}", "1:32", "expected a number from 0.1 to 3600, found the number 0"),
        ("bot: {image: a, stop-timeout: -1}", "1:31", "expected a number from 0 to 600, found the number -1"),
        ("bot: {image: a, turn-timeout: .inf}", "1:31", "expected a number from 0.1 to 3600, found the number .inf"),
        ("bot: {image: a}\nstore: {kind: postgres}", "2:15", 'unknown kind "postgres"; this version knows: redis, none'),
        ("bot: {image: a}\nstore: {persistence: no}", "2:22", 'unknown persistence "no"; this version knows: aof, rdb, none'),
        ("bot: {image: a}\nstore: redis", "2:8", 'expected a mapping, found "redis"'),
        ("bot: {image: a}\nmodel: {mode: raeder}", "2:15", 'unknown mode "raeder"; this version knows: reader, forward, record, replay, none'),
        ("bot: {image: a}\nmodel: {mode: forward}", "2:15", "mode forward needs the key of a real model"),
        ("bot: {image: a}\nmodel: {mode: record}", "2:15", "mode record needs the key of a real model"),
        ("bot: {image: a}\nmodel: {mode: replay}", "2:15", 'there is no cassette "memory-gate-cassette.jsonl"'),
        ("bot: {image: a}\nmodel: {mode: replay, cassette: a/b.jsonl}", "2:33", 'there is no cassette "b.jsonl"'),
        ("bot: {image: a}\nmodel: {mode: replay, cassette: " + "a" * 300 + "}", "2:33", f'there is no cassette {quoted("a" * 300)}'),
        ("bot: {image: a}\nmodel: {cassette: .}", "2:19", "this is a folder"),
        ("bot: {image: a}\nmodel: {cassette: [a]}", "2:19", "expected text, found a list"),
        ("bot: {image: a}\nmodel: {base-url: api.example.com}", "2:19", "expected a URL that begins with http:// or https://"),
        ("bot: {image: a}\nmodel: {base-url: 'http://'}", "2:19", "expected a URL that begins with http:// or https://"),
        ("bot: {image: a}\nmodel: {base-url: 'http://a:b'}", "2:19", "expected a URL that begins with http:// or https://"),
        ("bot: {image: a}\nmodel: {base-url: 'http://[a'}", "2:19", "expected a URL that begins with http:// or https://"),
        ("bot: {image: a}\nmodel: {base-url: 'http://me:sk@a/v1'}", "2:19", "a base URL holds no user name, query or fragment"),
        ("bot: {image: a}\nmodel: {base-url: 'http://a/v1?k=sk'}", "2:19", "a base URL holds no user name, query or fragment"),
        ("bot: {image: a}\nmodel: {name: 7}", "2:15", "expected text, found the number 7"),
        ("bot: {image: a}\nrun: {disruptions: [kil]}", "2:21", 'unknown disruption "kil"; this version knows: none, restart, kill, recreate'),
        ("bot: {image: a}\nrun: {disruptions: []}", "2:20", "no disruption is named"),
        ("bot: {image: a}\nrun: {trials: 101}", "2:15", "expected a whole number from 1 to 100, found the number 101"),
        ("bot: {image: a}\nrun: {concurrency: 1001}", "2:20", "expected a whole number from 1 to 1000, found the number 1001"),
        ("bot: {image: a}\nrun: {seed: x}", "2:13", 'expected a whole number from 0 to 9007199254740992, found "x"'),
        ("bot: {image: a}\ngate: {accuracy: 95}", "2:18", "expected a number from 0 to 1, found the number 95"),
        ("bot: {image: a}\ngate: {accuracy: 101 %}", "2:18", 'expected a percentage from 0 to 100, found "101 %"'),
        ("bot: {image: a}\ngate: {max-drop: lots}", "2:18", 'expected a number from 0 to 1, found "lots"'),
        ("bot: {image: a}\ngate: {confidence: sure}", "2:20", 'expected a number from 0 to 1, found "sure"'),
        ("bot: {image: a}\ngate: {confidence: 0.4}", "2:20", "expected a confidence from 0.5 to 0.999, found the number 0.4"),
        ("bot: {image: a}\ngate: {confidence: 100 %}", "2:20", 'expected a confidence from 0.5 to 0.999, found "100 %"'),
        ("bot: {image: a}\ngate: {accuracy: 1, confidence: 0.9}", "2:21", "no number of probes can show an accuracy of 100 %"),
        ("bot: {image: a}\ngate: {leaks: -1}", "2:15", "expected a whole number from 0 to 1000000, found the number -1"),
        ("bot: {command: [a], previous: b}", "1:21", "the previous version is an image, and the bot is given as a command"),
        ("bot: {image: a}\nrun: {disruptions: {kill: {times: 0}}}", "2:35", "expected a whole number from 1 to 20, found the number 0"),
        ("bot: {image: a}\nrun: {disruptions: {kill: {}}}", "2:27", 'missing key "times"'),
        ("bot: {image: a}\nrun: {disruptions: {kil: {times: 2}}}", "2:21", 'unknown key "kil"'),
        ("bot: {image: a}\nrun: {disruptions: {}}", "2:20", "expected one disruption, found 0"),
        ("bot: {image: a}\nrun: {disruptions: kill*3*3}", "2:20", "expected a number of times from 1 to 20 after the *"),
        ("bot: {image: a}\ngate: {inconclusive: pass}", "2:22", 'unknown inconclusive "pass"; this version knows: block, allow'),
        ("bot: {image: a}\nscenarios: []", "2:12", "no scenario is named"),
        ("bot: {image: a}\nscenarios: [1]", "2:13", "expected text, found the number 1"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_reported_at_its_place(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    assert mistakes(tmp_path, text) == [(place, message)]


LATER = "is not available in this version yet"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("bot: {url: 'http://a'}", "1:7", f"bot.url (a bot that runs elsewhere) {LATER}"),
    ],
)  # fmt: skip
def test_what_is_not_built_yet_is_refused_and_never_ignored(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    assert mistakes(tmp_path, text) == [(place, message)]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("trials", "many", 'expected a whole number from 1 to 100, found "many"'),
        ("trials", "0", 'expected a whole number from 1 to 100, found "0"'),
        ("seed", "-1", 'expected a whole number from 0 to 9007199254740992, found "-1"'),
        ("threshold", "95", 'expected a number from 0 to 1, found "95"'),
        ("max_drop", "nan", 'expected a number from 0 to 1, found "nan"'),
        ("inconclusive", "alow", 'unknown inconclusive "alow"; this version knows: block, allow'),
        ("runtime", "podman", 'unknown runtime "podman"; this version knows: docker, process'),
        ("runtime", "external", f"runtime external {LATER}"),
        ("model", "forward", "mode forward needs the key of a real model"),
        ("model", "replay", 'there is no cassette "memory-gate-cassette.jsonl"'),
        ("shard", "1/4", f"running a part of the scenarios {LATER}"),
        ("replicas", "17", 'expected a whole number from 1 to 16, found "17"'),
        ("previous_image", "b c", "the name of an image holds no blanks"),
        ("disruptions", ("kill*0",), "expected a number of times from 1 to 20 after the *"),
        ("disruptions", ("kill*21",), "expected a number of times from 1 to 20 after the *"),
        ("disruptions", ("kil*2",), 'unknown disruption "kil*2"; this version knows: none, restart, kill, recreate'),
        ("redis_image", "redis 8", "the name of an image holds no blanks"),
        ("disruptions", ("kil",), 'unknown disruption "kil"; this version knows: none, restart, kill, recreate'),
        ("scenarios", ("a", ""), "expected text, found an empty one"),
        ("build", ".", "build is given, and image as well"),
        ("report_dir", "a\0b", "expected one line of text without control characters"),
        ("openai_api_key", "sk-\u20ac", "the key holds a character that no key has"),
        ("openai_api_key", "sk a", "the key holds a character that no key has"),
        ("openai_api_key", "a\udcffb", "expected one line of text without control characters"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_override_names_the_option(
    tmp_path: Path, name: str, value: str | tuple[str, ...], message: str
) -> None:
    overrides = Overrides(
        **{"image": Given(value="a", origin="--image"), name: Given(value=value, origin="--it")}
    )
    (tmp_path / "Dockerfile").touch()
    assert mistakes(tmp_path, None, overrides) == [("--it", message)]


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


def test_nothing_at_all_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, None)
    assert caught.value.exit_code is ExitCode.INPUT
    assert render(caught.value) == (
        "error: memory-gate.yml: nothing says where the bot comes from\n"
        "       write `bot: {image: my-bot:candidate}` in memory-gate.yml, or give an image\n"
        "1 error, nothing was started"
    )


def test_a_named_file_that_is_missing_is_an_error_even_when_an_image_is_given(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, None, IMAGE, name="other.yml")
    assert [(one.file, one.line, one.message) for one in caught.value.problems] == [
        ("other.yml", 0, "there is no such file")
    ]


def test_mistakes_of_file_and_inputs_are_reported_together(tmp_path: Path) -> None:
    overrides, _ = overrides_from_action({"INPUT_TRIALS": "x", "INPUT_REPLICAS": "17"})
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, "bot:\n  image: 5\n  prot: 80\ngate: {acuracy: 1}\n", overrides)
    assert render(caught.value).splitlines() == [
        'error: input "replicas": expected a whole number from 1 to 16, found "17"',
        'error: input "trials": expected a whole number from 1 to 100, found "x"',
        "error: memory-gate.yml:2:10: expected text, found the number 5",
        "   2 |   image: 5",
        "     |          ^  put it in quotes",
        'error: memory-gate.yml:3:3: unknown key "prot"',
        "   3 |   prot: 80",
        '     |   ^^^^  did you mean "port"?',
        'error: memory-gate.yml:4:8: unknown key "acuracy"',
        "   4 | gate: {acuracy: 1}",
        '     |        ^^^^^^^  did you mean "accuracy"?',
        "5 errors, nothing was started",
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


@settings(max_examples=500, deadline=None)
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
        found = load_settings(
            config=config, overrides=overrides, working_directory=folder, vocabulary=VOCABULARY
        )
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
        overrides=Overrides(),
        working_directory=tmp_path,
        vocabulary=SettingsVocabulary(
            disruptions=("restart", "kill", "recreate"), protocols=("http-json",), runtimes=("docker",)
        ),
    )
    assert settings.bot.environment == {name: "mine"}
