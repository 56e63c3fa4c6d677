"""Several runs as one: what they did is put together, and judged by the rule each of them had."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis import analyse
from gate.comparing.merge import merge, read_part
from gate.core.report import Report, Verdict
from gate.core.specification import RunSpecification, Shard
from gate.core.transcript import (
    MEANWHILE,
    DeploymentClosed,
    DeploymentStarted,
    DisruptionEnded,
    Event,
    FaultSeen,
    RunEnded,
    RunStarted,
    TurnEnded,
)
from gate.core.transcript_lines import decode, encode
from gate.errors import InputError
from tests.transcripts.playing import EVERYTHING, ChattingBot, transcript_of
from tests.unit.analysis.test_played_forgetting import Buffer
from tests.unit.core.laws import costly_law
from tests.unit.model_endpoint.prompts import as_messages
from tests.unit.runner.scripts import ASK, TELL, ask, disrupt, follow_up, scenario

SCENARIOS = (
    EVERYTHING,
    *(follow_up(name) for name in ("one", "two", "three")),
    scenario(TELL, disrupt(), ASK, disrupt(), ask("alice", "Again?", contains="{order}"), name="twice"),
    scenario(TELL, ASK, name="undisturbed"),
)


class ForgetsSome(ChattingBot):
    """Loses some of its sessions at every restart."""

    def restart(self) -> None:
        self.histories = {one: said for one, said in self.histories.items() if zlib.crc32(one.encode()) % 3}


class MixesSpeakers(ChattingBot):
    """Takes all speakers of a conversation for one."""

    def key(self, session: str) -> str:
        return session.rsplit("-", 1)[-1]


class NeverKnew(ChattingBot):
    """Shows its model nothing but the last turn."""

    shape = staticmethod(lambda history, text: as_messages((), text))


BOTS = (ChattingBot, Buffer, ForgetsSome, MixesSpeakers, NeverKnew)


def played(
    bot: type[ChattingBot] = ChattingBot,
    *disruptions: str,
    shard: Shard | None = None,
    seed: int = 7,
    trials: int = 1,
) -> list[Event]:
    run = RunSpecification(disruptions=disruptions or ("restart",), trials=trials, shard=shard)
    return transcript_of(bot, SCENARIOS, run, seed=seed)


def shards(bot: type[ChattingBot], count: int, *disruptions: str, seed: int = 7) -> list[list[Event]]:
    return [
        played(bot, *disruptions, shard=Shard(number=number, count=count), seed=seed)
        for number in range(1, count + 1)
    ]


def merged(*transcripts: Sequence[Event], missing: Sequence[str] = ()) -> Report:
    """The report on these runs as one, read from the transcript as it would be on disk."""
    parts = [read_part(name, one) for name, one in zip("abcdefgh", transcripts, strict=False)]
    return analyse(decode([encode(event) for event in merge(parts, missing)]))


def changed(events: Sequence[Event], **fields: object) -> list[Event]:
    """The same run with other words in its first event."""
    first = events[0]
    assert isinstance(first, RunStarted)
    return [replace(first, **fields), *events[1:]]  # type: ignore[arg-type]


def counts(report: Report) -> object:
    """All that is counted of the scenarios, and of those who talk on in every deployment their share."""
    return (
        (report.verdict, report.accuracy, report.accuracy_before, report.retention, report.interval),
        (report.leaks, report.fabrications, report.zombies, report.isolation_probes),
        [
            (one.name, one.verdict, one.before, one.after, one.retained, one.lost_at, one.meanwhile.share)
            for one in report.disruptions
        ],
        sorted(
            (one.file, one.line, one.session, one.disruption, one.arm, one.outcome, one.anomaly or "")
            for one in report.probes
            if one.arm != MEANWHILE
        ),
        {one.name: one.status for one in report.guarantees},
        [one for one in report.reasons if "who went on talking" not in one],
    )


@costly_law
@given(bot=st.sampled_from(BOTS), count=st.integers(1, len(SCENARIOS)), seed=st.integers(0, 10**6))
def test_the_shards_of_a_run_make_the_report_of_the_whole(
    bot: type[ChattingBot], count: int, seed: int
) -> None:
    """Counts, verdict and reasons, whatever the bot does wrong."""
    whole = analyse(played(bot, "restart", "kill", seed=seed))
    assert counts(merged(*shards(bot, count, "restart", "kill", seed=seed))) == counts(whole)


def test_runs_of_different_disruptions_make_one_report() -> None:
    """Each disruption keeps its row; the worst of them decides."""
    restart, kill = played(Buffer, "restart"), played(ChattingBot, "kill")
    report = merged(restart, kill)
    assert [(one.name, one.verdict) for one in report.disruptions if one.name in ("restart", "kill")] == [
        ("restart", Verdict.FAILED),
        ("kill", Verdict.PASSED),
    ]
    assert report.verdict is Verdict.FAILED
    # A script that says by itself how it is disrupted was played in both, and counts twice.
    own = [one for one in report.disruptions if one.name == "none"]
    alone = [one for one in analyse(restart).disruptions if one.name == "none"]
    assert own[0].after.scored == 2 * alone[0].after.scored
    assert own[0].retained.scored == 2 * alone[0].retained.scored


def test_what_was_merged_can_be_merged_again() -> None:
    bot = ForgetsSome
    first, second, third = shards(bot, 3)
    half = merge([read_part("a", played(bot, "kill"))])
    whole = merge(
        [read_part("a", half), read_part("b", first), read_part("c", second), read_part("d", third)]
    )
    assert analyse(whole).verdict is merged(played(bot, "kill"), played(bot)).verdict


def test_a_missing_shard_is_inconclusive() -> None:
    first, second, _, fourth = shards(ChattingBot, 4)
    report = merged(first, fourth, second)
    assert (report.verdict, report.reasons) == (Verdict.INCONCLUSIVE, ("shard 3/4 is missing",))


def test_what_could_not_be_read_is_inconclusive() -> None:
    report = merged(played(), missing=["the transcript of kill cannot be read"])
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("the transcript of kill cannot be read",)


def test_a_failure_is_one_whatever_is_missing() -> None:
    report = merged(shards(Buffer, 2)[0])
    assert report.verdict is Verdict.FAILED


def test_a_shard_that_could_not_be_judged_makes_the_whole_inconclusive() -> None:
    """Unless another shard has shown the bot to fail."""
    for bot, verdict in ((ChattingBot, Verdict.INCONCLUSIVE), (Buffer, Verdict.FAILED)):
        first, second = shards(bot, 2)
        at = next(index for index, event in enumerate(second) if isinstance(event, DisruptionEnded))
        fault = FaultSeen(at=0.0, deployment=second[at].deployment, cause="engine", sentence="it went away")  # type: ignore[attr-defined]
        report = merged(first, [*second[:at], fault, *second[at:]])
        assert report.verdict is verdict
        assert analyse([*second[:at], fault, *second[at:]]).verdict is not Verdict.PASSED


def test_a_run_that_was_cut_short_makes_the_whole_inconclusive() -> None:
    """And what its bot still asked the model is not taken for a turn of the next run."""
    first, second = shards(ChattingBot, 2)
    cut = [event for event in first if not isinstance(event, RunEnded | DeploymentClosed)]
    report = merged(cut, second)
    whole = merge([read_part("1", cut), read_part("2", second)])
    assert (report.verdict, report.reasons) == (
        Verdict.INCONCLUSIVE,
        (f"the transcript ends with line {len(whole)}, before the run does",),
    )
    assert report.accuracy == 1.0
    assert len(report.probes) == len(merged(first, second).probes)
    interrupted = merged([*first[:-1], RunEnded(at=1e9, interrupted=True)], second)
    assert interrupted.reasons == ("the run was interrupted",)


def test_one_command_repeats_all_shards() -> None:
    parts = shards(ChattingBot, 2)
    told = [changed(one, commands=[["memory-gate", "run", "-c", "my bot.yml"]]) for one in parts]
    shown = [f"memory-gate run -c 'my bot.yml' --shard {n}/2 --seed 7" for n in (1, 2)]
    assert [analyse(one).repeat for one in told] == shown
    whole = merged(*told)
    assert whole.repeat == "memory-gate run -c 'my bot.yml' --seed 7"
    assert list(whole.commands) == [("memory-gate", "run", "-c", "my bot.yml", "--seed", "7")]
    kill = changed(played(ChattingBot, "kill"), commands=[["memory-gate", "run", "--disrupt", "kill"]])
    assert merged(*told, kill).repeat == f"{whole.repeat}; memory-gate run --disrupt kill --seed 7"


def test_questions_left_out_are_counted_once() -> None:
    parts = [changed(one, left_out=number) for number, one in enumerate(shards(ChattingBot, 2), start=1)]
    kill = changed(played(ChattingBot, "kill"), left_out=3)
    events = merge([read_part(str(number), one) for number, one in enumerate((*parts, kill))])
    assert isinstance(events[0], RunStarted)
    assert events[0].left_out == 3


def test_times_follow_one_another() -> None:
    """The second run begins when the first has ended."""
    parts = [read_part(one, played(ChattingBot, one)) for one in ("restart", "kill")]
    events = merge(parts)
    times = [event.at for event in events if isinstance(event, TurnEnded)]
    assert times == sorted(times)
    assert events[-1].at == sum(one.history.seconds for one in parts)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"version": "9"}, "different versions of memory-gate"),
        ({"bot": "another"}, "different bots"),
        ({"runtime": "docker"}, "different runtimes"),
        ({"model": "none"}, "different models"),
        ({"window": 20}, "different windows of the bot"),
        ({"trials": 2}, "different numbers of trials"),
        ({"seed": 8}, "different seeds"),
        ({"policy": {"max_drop": 0.5}}, "different rules (gate.max-drop)"),
    ],
)
def test_what_differs_is_refused_with_both_values(fields: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as refused:
        merged(played(), changed(played(ChattingBot, "kill"), **fields))
    assert refused.value.what == f"a and b cannot be merged: they had {words}"
    assert "the one had" in refused.value.why
    assert refused.value.remedy


def test_runs_on_different_kinds_of_store_are_refused_and_one_that_names_none_is_not() -> None:
    """A transcript from before kinds were named merges with a newer one, whose kind the whole then has."""
    older, newer = played(), changed(played(ChattingBot, "kill"), store="shelf")
    with pytest.raises(InputError, match="different kinds of store"):
        merged(changed(older, store="sheaf"), newer)
    whole = merge([read_part("a", older), read_part("b", newer)])
    assert isinstance(whole[0], RunStarted)
    assert whole[0].store == "shelf"


def test_different_images_are_refused() -> None:
    other = [
        replace(event, images={"bot": "sha256:0000"}) if isinstance(event, DeploymentStarted) else event
        for event in played(ChattingBot, "kill")
    ]
    with pytest.raises(InputError, match="different images of the bot"):
        merged(played(), other)


def test_different_scripts_are_refused() -> None:
    run = RunSpecification(disruptions=("kill",))
    other = transcript_of(
        ChattingBot, [scenario(TELL, disrupt(), TELL, ASK, name="one", file="one.yml")], run
    )
    with pytest.raises(InputError, match=r"different scripts of one\.yml"):
        merged(played(), other)


@pytest.mark.parametrize("shard", [None, Shard(number=1, count=3)])
def test_the_same_thing_twice_is_refused(shard: Shard | None) -> None:
    """A run that is given twice, and a shard beside the whole that has it already."""
    with pytest.raises(InputError) as refused:
        merged(played(), played(shard=shard))
    assert refused.value.what == "a and b cannot be merged: they did the same thing"
    assert refused.value.why == "both played one.yml under restart" if shard is None else refused.value.why


@pytest.mark.parametrize(
    ("another", "why"),
    [
        ({"one.yml (one)": "5f3a"}, "only one of them was given two.yml (two)"),
        ({"one.yml (one)": "77d0", "two.yml (two)": "c0de"}, "one.yml (one) said something else"),
    ],
)
def test_shards_that_were_cut_from_different_scenarios_are_refused(another: dict[str, str], why: str) -> None:
    """They have nothing in common to collide on, and together would pass without the rest being played."""
    first, second = shards(ChattingBot, 2)
    whole = {"one.yml (one)": "5f3a", "two.yml (two)": "c0de"}
    with pytest.raises(InputError, match="split from different scenarios") as refused:
        merged(changed(first, split_from=whole), changed(second, split_from=another))
    assert refused.value.why == why
    both = merged(changed(first, split_from=whole), changed(second, split_from=whole))
    assert both.verdict is merged(first, second).verdict


def test_shards_of_different_splits_are_refused() -> None:
    """Where they happen to have no scenario in common."""
    with pytest.raises(InputError, match="they were split differently"):
        merged(played(shard=Shard(number=1, count=6)), played(shard=Shard(number=2, count=5)))
