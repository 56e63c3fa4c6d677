"""Every mistake in memory-gate.yml at its place."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from gate.config import (
    overrides_from_action,
)
from gate.config.container import CAPABILITIES
from gate.documents import quoted, render
from gate.errors import DocumentError, ExitCode
from tests.unit.config.texts import IMAGE, NOT_YET, load, mistakes


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
        ("bot: {image: a, container: {privileged: true}}", "1:29", "a privileged container cannot be had"),
        ("bot: {image: a, container: {socket: true}}", "1:29", "the engine's socket cannot be had"),
        ("bot: {image: a, container: {network: host}}", "1:29", "a network of the machine cannot be had"),
        ("bot: {image: a, container: {pid: host}}", "1:29", "the machine's processes cannot be had"),
        ("bot: {image: a, container: {volumes: ['/:/host']}}", "1:29", "a folder of the machine cannot be had"),
        ("bot: {image: a, container: {capabilities: [CHWON]}}", "1:44", f'unknown capability "CHWON"; this version knows: {", ".join(CAPABILITIES)}'),
        ("bot: {image: a, container: {capabilities: [SYS_ADMIN]}}", "1:44", f'unknown capability "SYS_ADMIN"; this version knows: {", ".join(CAPABILITIES)}'),
        ("bot: {image: a, container: {capabilities: ALL}}", "1:43", f'unknown capability "ALL"; this version knows: {", ".join(CAPABILITIES)}'),
        ("bot: {image: a, container: {memory: 2 gigs}}", "1:37", 'expected an amount of memory from 6m to 1024g, found "2 gigs"'),
        ("bot: {image: a, container: {memory: 1m}}", "1:37", 'expected an amount of memory from 6m to 1024g, found "1m"'),
        ("bot: {image: a, container: {pids: 1}}", "1:35", "expected a whole number from 16 to 1000000, found the number 1"),
        ("bot: {image: a, container: {memroy: 2g}}", "1:29", 'unknown key "memroy"'),
        ("bot: {image: a, container: [memory]}", "1:28", "expected a mapping, found a list"),
        ("bot: {image: a}\nstore: {memory: much}", "2:17", 'expected an amount of memory from 6m to 1024g, found "much"'),
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
        ("bot: {image: a}\njudge: {base-url: api.example.com}", "2:19", "expected a URL that begins with http:// or https://"),
        ("bot: {image: a}\njudge: {model: ''}", "2:16", "expected text, found an empty one"),
        ("bot: {image: a}\nstore: {ttl: soon}", "2:14", 'expected a length of time up to 3650 d, found "soon"'),
        ("bot: {image: a}\nstore: {ttl: 0}", "2:14", "expected a length of time up to 3650 d, found the number 0"),
        ("bot: {image: a}\nstore: {ttl: 9999d}", "2:14", "expected a length of time up to 3650 d, found \"9999d\""),
        ("bot: {image: a}\nstore: {ttl: [1]}", "2:14", "expected a length of time up to 3650 d, found a list"),
        ("bot: {image: a}\njudge: {modl: x}", "2:9", 'unknown key "modl"'),
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
        ("bot: {image: a}\ngate: {inconclusive: pass}", "2:22", 'unknown inconclusive "pass"; this version knows: block, allow'),
        ("bot: {image: a}\nscenarios: []", "2:12", "no scenario is named"),
        ("bot: {image: a}\nscenarios: [1]", "2:13", "expected text, found the number 1"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_reported_at_its_place(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    assert mistakes(tmp_path, text) == [(place, message)]


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("privileged", "a privileged container"),
        ("socket", "the engine's socket"),
        ("volumes", "a folder of the machine"),
        ("binds", "a folder of the machine"),
        ("mounts", "a folder of the machine"),
        ("devices", "a device of the machine"),
        ("network", "a network of the machine"),
        ("pid", "the machine's processes"),
        ("ipc", "the machine's shared memory"),
        ("userns", "the machine's users"),
        ("security-opt", "another security profile"),
    ],
)
def test_what_would_give_a_bot_the_machine_cannot_be_had(tmp_path: Path, key: str, what: str) -> None:
    """It is said what it would give, not that nobody knows the key."""
    text = f"bot: {{image: a, container: {{memory: 1g, {key}: x}}}}"
    assert mistakes(tmp_path, text) == [("1:41", f"{what} cannot be had")]


def test_no_capability_is_had_beyond_those_of_any_container() -> None:
    """The list is the engine's own default; each of the others is a way to the machine."""
    assert set(CAPABILITIES) == {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
        *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("bot: {url: 'http://a'}", "1:7", f"bot.url (a bot that runs elsewhere) {NOT_YET}"),
        ("bot: {command: [a], previous: b}", "1:21", "the previous version is an image, and the bot is given as a command"),
        ("bot: {image: a}\nrun: {disruptions: {kill: {times: 0}}}", "2:35", "expected a whole number from 1 to 20, found the number 0"),
        ("bot: {image: a}\nrun: {disruptions: {kill: {}}}", "2:27", 'missing key "times"'),
        ("bot: {image: a}\nrun: {disruptions: {kil: {times: 2}}}", "2:21", 'unknown key "kil"'),
        ("bot: {image: a}\nrun: {disruptions: {}}", "2:20", "expected one disruption, found 0"),
        ("bot: {image: a}\nrun: {disruptions: kill*3*3}", "2:20", "expected a number of times from 1 to 20 after the *"),
    ],
)  # fmt: skip
def test_what_is_not_built_yet_is_refused_and_never_ignored(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    assert mistakes(tmp_path, text) == [(place, message)]


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
