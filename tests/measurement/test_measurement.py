"""The small share of `make measurement` that runs with every change, and that it can find something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.measurement import arithmetic
from benchmarks.measurement.__main__ import main
from benchmarks.measurement.bots import KeepsInside, LosesAt
from benchmarks.measurement.recall import amnesiac, goldfish, perfect
from benchmarks.measurement.repetition import again
from benchmarks.measurement.replay import recorded_and_replayed
from benchmarks.measurement.seeds import Measurement, Tally, one_by_one
from benchmarks.measurement.stages import every_stage
from benchmarks.measurement.table import Row
from benchmarks.measurement.together import same_moment

RESTART = ("restart",)


@pytest.mark.parametrize(
    ("measure", "seeds", "least"),
    [
        (partial(perfect, disruptions=RESTART), 2, 300),
        (partial(amnesiac, disruptions=RESTART), 2, 250),
        (partial(goldfish, disruptions=RESTART), 2, 250),
        (partial(every_stage, disruptions=RESTART), 1, 100),
        (same_moment, 50, 100),
        (again, 1, 1),
        (recorded_and_replayed, 1, 100),
    ],
    ids=["perfect", "amnesiac", "goldfish", "stages", "together", "judge", "replay"],
)
def test_what_must_hold_holds(measure: Measurement, seeds: int, least: int) -> None:
    tally = asyncio.run(one_by_one(measure, range(1, seeds + 1)))
    assert tally.wrong == []
    assert tally.compared >= least


def test_intervals_are_right_in_exact_fractions() -> None:
    tally = arithmetic.intervals(12)
    assert tally.wrong == []
    assert tally.compared > 400


def test_a_bot_that_forgets_is_not_taken_for_a_perfect_one() -> None:
    forgetful = partial(perfect, disruptions=RESTART, new_bot=KeepsInside)
    assert asyncio.run(one_by_one(forgetful, [1])).wrong


def test_a_fact_that_is_lost_elsewhere_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that loses everything when it is loaded, whatever it is said to do."""
    loses = LosesAt._without

    def elsewhere(bot: LosesAt, stage: str, session: str, text: str) -> str:
        bot._stage = "loaded"
        return loses(bot, stage, session, text)

    monkeypatch.setattr(LosesAt, "_without", elsewhere)
    answered = partial(every_stage, disruptions=RESTART, stages=("answered",))
    tally = asyncio.run(one_by_one(answered, [1]))
    assert len(tally.wrong) == tally.sizes["answered"] > 0
    wrong = asyncio.run(one_by_one(same_moment, [1, 2, 3])).wrong
    assert [one.split(":")[0] for one in wrong] == [
        "seed 2, one lost at answered",
        "seed 3, one lost at stored",
    ]


def row(holds: bool | None, wrong: tuple[str, ...] = ()) -> Callable[[], Row]:
    return lambda: Row(
        claim="It holds.", done="All | of it", counted="3 things", result="0 wrong", holds=holds, wrong=wrong
    )


def test_the_page_shows_every_row_and_the_exit_code_what_does_not_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "measurement.md"
    rows = {"one": row(True), "two": row(None)}
    assert main([], rows, path) == 0
    text = path.read_text(encoding="utf-8")
    assert "| 1 | It holds. | All \\| of it | 3 things | **holds**: 0 wrong |" in text
    assert '`make measurement ARGS="--only two"`' in text
    assert "**not measured**" in text
    assert "`restart`" in text
    assert "{" not in text
    path.unlink()
    assert main(["--only", "two", "--only", "one"], rows, path) == 0
    assert not path.exists()
    assert main([], {**rows, "three": row(False, ("a probe is wrong",))}, path) == 1
    assert "**DOES NOT HOLD**" in path.read_text(encoding="utf-8")
    assert "- a probe is wrong" in capsys.readouterr().out
    assert main(["--only", "three"], {**rows, "three": row(True)}, path) == 0
    assert path.read_text(encoding="utf-8").count("**holds**") == 2
    assert "DOES NOT HOLD" not in path.read_text(encoding="utf-8")
    assert "| 3 | It holds." in path.read_text(encoding="utf-8")


def test_counts_of_seeds_add_up() -> None:
    total = Tally()
    for holds in (True, False):
        one = Tally()
        one.expect(holds, "wrong")
        one.require(True, "never said")
        one.count("things", 2)
        total.add(one)
    assert (total.compared, total.wrong, total.sizes) == (2, ["wrong"], {"things": 4})
