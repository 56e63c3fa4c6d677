"""Which limit is named when a bot fails, and when none is."""

from __future__ import annotations

import pytest

from gate.core.specification import ContainerSpecification
from gate.runtimes.docker.containment import bot_options, likely_limit, store_options

ALLOWED = ContainerSpecification()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("PermissionError: [Errno 1] Operation not permitted: '/data'", "bot.container.capabilities"),
        ("nginx: [emerg] chown('/var/cache') failed (13: Permission denied)", "bot.container.capabilities"),
        ("RuntimeError: can't start new thread", "bot.container.pids"),
        ("sh: 1: Cannot fork", "bot.container.pids"),
        ("Error: getaddrinfo EAI_AGAIN api.example.com", "bot.container.egress"),
        ("urllib3: [Errno -3] Temporary failure in name resolution", "bot.container.egress"),
        ("sudo: The 'no new privileges' flag is set", "bot.container.new-privileges"),
        ("numpy: Cannot allocate memory", "bot.container.memory"),
    ],
)
def test_what_a_program_prints_that_meets_a_limit_names_the_key(line: str, key: str) -> None:
    assert f"set {key}" in likely_limit(["starting", line], out_of_memory=False, allowed=ALLOWED)


def test_a_bot_that_fails_by_itself_is_told_of_no_limit() -> None:
    """Else people would lift limits in vain."""
    log = ["Traceback (most recent call last):", "KeyError: 'SETTINGS'", "listening on 8000"]
    assert likely_limit(log, out_of_memory=False, allowed=ALLOWED) == ""
    assert likely_limit([], out_of_memory=False, allowed=ALLOWED) == ""


def test_what_the_kernel_says_goes_before_what_is_printed() -> None:
    allowed = ContainerSpecification(memory=64 * 1024**2)
    said = likely_limit(["Permission denied"], out_of_memory=True, allowed=allowed)
    assert "64 MiB" in said
    assert "bot.container.memory" in said


@pytest.mark.parametrize(("processors", "expected"), [(1, 1.0), (2, 2.0), (16, 2.0), (0, 2.0)])
def test_no_more_processors_are_promised_than_there_are(processors: int, expected: float) -> None:
    """The engine would refuse; some tell none."""
    assert bot_options(ALLOWED, processors, internal=True)["nano_cpus"] == expected * 10**9


def test_the_bots_container_is_allowed_this_and_nothing_else() -> None:
    """Every option is listed here, so that a new one cannot open a way out unnoticed."""
    assert bot_options(ALLOWED, 2, internal=True) == {
        "cap_drop": ["ALL"],
        "cap_add": [],
        "security_opt": ["no-new-privileges"],
        "pids_limit": 1024,
        "mem_limit": 2 * 1024**3,
        "memswap_limit": 2 * 1024**3,
        "nano_cpus": 2 * 10**9,
        "cpu_shares": 512,
        "log_config": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "1"}},
        "dns": ["127.0.0.1"],
        "privileged": False,
        "publish_all_ports": False,
        "use_config_proxy": False,
    }


def test_the_stores_container_is_allowed_this_and_nothing_else() -> None:
    """Its image is the user's to choose, and begins as root."""
    assert store_options(64 * 1024**2) == {
        "cap_drop": ["ALL"],
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETPCAP", "SETUID"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": 512,
        "mem_limit": 64 * 1024**2,
        "memswap_limit": 64 * 1024**2,
        "log_config": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "1"}},
        "privileged": False,
        "publish_all_ports": False,
        "use_config_proxy": False,
    }


def test_what_the_user_allows_arrives_and_lifts_nothing_else() -> None:
    allowed = ContainerSpecification(capabilities=("CHOWN",), memory=2**29, cpus=0.5, processes=99)
    given, usual = bot_options(allowed, 2, internal=True), bot_options(ALLOWED, 2, internal=True)
    assert {name: value for name, value in given.items() if value != usual[name]} == {
        "cap_add": ["CHOWN"],
        "mem_limit": 2**29,
        "memswap_limit": 2**29,
        "nano_cpus": 5 * 10**8,
        "pids_limit": 99,
    }
    privileged = bot_options(ContainerSpecification(new_privileges=True), 2, internal=True)
    assert privileged == {**usual, "security_opt": []}


def test_names_are_looked_up_outside_only_by_who_may_go_there() -> None:
    """An engine asks the world for them itself."""
    assert bot_options(ALLOWED, 2, internal=True)["dns"] == ["127.0.0.1"]
    assert bot_options(ALLOWED, 2, internal=False)["dns"] is None
