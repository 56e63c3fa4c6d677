"""Plans a run: turns scenarios into waves of conversations.

A wave is one deployment that serves many conversations and is disrupted a few times at most. So the cost
of a run grows with the number of disruptions, not with scenarios × disruptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gate.core.disruption_names import UNDISTURBED
from gate.core.facts import FactSource
from gate.core.scenario import PLACEHOLDER, Disrupt, Filler, Parallel, Say, Scenario, Wait, render
from gate.core.transcript import CONTROL, MEANWHILE, TREATED
from gate.core.words import WholeWords, facts_in
from gate.disruptions import DISRUPTIONS, traits_of
from gate.ports import Disruption
from gate.runner.background_sessions import SESSIONS, any_sends_turns, build_background_scenario
from gate.runner.filler import FillerTexts
from gate.runner.plan import Pause, Plan, PlannedConversation, Turn, Wave, name_of, named_in
from gate.runner.session_ids import session_ids
from gate.scorers.checks import asked_facts, rendered

STATEMENT = "Certainly, here it is: {}."
"""The reference model's reply to a turn that asks the bot to state facts."""


def plan_run(
    scenarios: Sequence[Scenario],
    disruptions: Sequence[str],
    trials: int,
    seed: int,
    known: Mapping[str, Disruption] = DISRUPTIONS,
) -> Plan:
    """Plan a run: each scenario in both arms, `trials` times, under each disruption.

    The traits of the `known` disruptions decide whether a wave has background sessions.
    """
    scenarios_by_kinds = _scenarios_by_kinds(scenarios, disruptions)
    waves = _waves(scenarios_by_kinds, disruptions)
    planner = _ConversationPlanner(seed, scenarios)
    return Plan(
        seed=seed,
        waves=tuple(
            Wave(
                name=name_of(kinds),
                kinds=kinds,
                conversations=tuple(
                    planner.plan_conversation(scenario, kinds, own_kinds, arm, trial)
                    for own_kinds, played in scenarios_by_kinds.items()
                    if _wave_of(own_kinds, waves) == kinds
                    for scenario in played
                    for trial in range(1, trials + 1)
                    for arm in (CONTROL, TREATED)
                ),
                background_sessions=planner.plan_background_sessions(kinds, known),
            )
            for kinds in waves
        ),
    )


def _scenarios_by_kinds(
    scenarios: Sequence[Scenario], disruptions: Sequence[str]
) -> dict[tuple[str, ...], list[Scenario]]:
    """Group the scenarios by the disruptions that follow one another in them. Each is in a group once."""
    found: dict[tuple[str, ...], list[Scenario]] = {}
    for scenario in scenarios:
        for disruption in dict.fromkeys(disruptions):
            kinds = tuple(kind or disruption for kind in scenario.disruptions) or (UNDISTURBED,)
            group = found.setdefault(kinds, [])
            if scenario not in group:
                group.append(scenario)
    return found


def _waves(all_kinds: Iterable[tuple[str, ...]], disruptions: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the disruptions of each deployment, for as few deployments as possible, in the run's order."""
    waves: list[tuple[str, ...]] = []
    # A script with the disruptions (restart,) can share the deployment of one with (restart, restart).
    for kinds in sorted(all_kinds, key=lambda kinds: -len(kinds)):
        if all(wave[: len(kinds)] != kinds for wave in waves):
            waves.append(kinds)
    return tuple(sorted(waves, key=lambda kinds: _rank(kinds, disruptions)))


def _wave_of(kinds: tuple[str, ...], waves: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return next(wave for wave in waves if wave[: len(kinds)] == kinds)


def _rank(kinds: tuple[str, ...], disruptions: Sequence[str]) -> tuple[int, ...]:
    order = list(disruptions)
    return tuple(order.index(kind) if kind in order else len(order) for kind in kinds)


def _without_early_probes(segments: tuple[tuple[Turn, ...], ...]) -> tuple[tuple[Turn, ...], ...]:
    """Drop probes before the first disruption: their replies would restate the fact and refresh it.

    A question that also tells a fact stays as a turn without an expectation.
    """
    if len(segments) == 1:
        return segments
    told = tuple(
        replace(turn, expectation=None, asks=(), guarantee="") if turn.expectation else turn
        for turn in segments[0]
        if turn.expectation is None or turn.tells
    )
    return (told, *segments[1:])


def _literal_texts(scenario: Scenario) -> list[str]:
    """Return the words of the conversation without its facts, and the speakers, which are in session ids."""
    said = [PLACEHOLDER.sub(" ", turn.text) for turn in scenario.turns]
    return [*said, *scenario.speakers]


class _ConversationPlanner:
    """Plans conversations, and draws facts, session ids and filler texts for the whole run."""

    def __init__(self, seed: int, scenarios: Sequence[Scenario]) -> None:
        self._seed = seed
        # Filler must avoid the values of all conversations: in the store, they could not be told apart.
        self._pools = {value for scenario in scenarios for fact in scenario.facts for value in fact.pool}
        self._facts = FactSource(seed)
        self._filler = FillerTexts(seed)
        self._count = 0

    def plan_conversation(
        self,
        scenario: Scenario,
        wave: tuple[str, ...],
        disruptions: tuple[str, ...],
        arm: str,
        trial: int,
    ) -> PlannedConversation:
        self._count += 1
        identifier = f"c{self._count:04}"
        facts = self._facts.draw(scenario.facts, identifier, _literal_texts(scenario))
        sessions = session_ids(self._seed, identifier, scenario.speakers)
        segments, pauses = self._segments(scenario, identifier, facts, sessions)
        return PlannedConversation(
            identifier=identifier,
            wave=wave,
            scenario=scenario,
            disruptions=disruptions,
            arm=arm,
            trial=trial,
            sessions=sessions,
            facts=facts,
            segments=_without_early_probes(segments) if arm == TREATED else segments,
            pauses=pauses,
        )

    def plan_background_sessions(
        self, kinds: tuple[str, ...], known: Mapping[str, Disruption]
    ) -> tuple[PlannedConversation, ...]:
        """Plan the background sessions of a wave; none when its disruptions send no turns."""
        traits = [traits_of(kind, known) for kind in kinds]
        if not any_sends_turns(traits):
            return ()
        scenario = build_background_scenario(traits)
        return tuple(
            self.plan_conversation(scenario, kinds, kinds, MEANWHILE, number)
            for number in range(1, SESSIONS + 1)
        )

    def _segments(
        self, scenario: Scenario, identifier: str, facts: Mapping[str, str], sessions: Mapping[str, str]
    ) -> tuple[tuple[tuple[Turn, ...], ...], tuple[tuple[Pause, ...], ...]]:
        avoid = WholeWords({*facts.values(), *self._pools})
        segments: list[list[Turn]] = [[]]
        pauses: list[list[Pause]] = [[]]
        spoken: list[str] = []
        count = moment = 0
        for step in scenario.script:
            if isinstance(step, Disrupt):
                segments.append([])
                pauses.append([])
            elif isinstance(step, Wait):
                moment += 1
                pauses[-1].append(Pause(moment=moment, seconds=step.seconds))
            elif isinstance(step, Filler):
                for _ in range(step.count):
                    for speaker in spoken:
                        count, moment = count + 1, moment + 1
                        segments[-1].append(
                            Turn(
                                identifier=f"{identifier}.{count}",
                                moment=moment,
                                speaker=speaker,
                                session=sessions[speaker],
                                text=self._filler.draw(avoid),
                                position=step.position,
                                tells=(),
                            )
                        )
            else:
                moment += 1
                for say in step.turns if isinstance(step, Parallel) else (step,):
                    count += 1
                    turn = _written_turn(say, f"{identifier}.{count}", moment, facts, sessions[say.speaker])
                    segments[-1].append(turn)
                    if say.speaker not in spoken:
                        spoken.append(say.speaker)
        return tuple(map(tuple, segments)), tuple(map(tuple, pauses))


def _written_turn(say: Say, identifier: str, moment: int, facts: Mapping[str, str], session: str) -> Turn:
    """Plan a turn of the script, with the values of the facts."""
    # Bots strip texts: in a model request, two texts in flight that differ only in outer blanks would be
    # equal.
    text = render(say.text, facts).strip()
    expectation = say.expectation
    return Turn(
        identifier=identifier,
        moment=moment,
        speaker=say.speaker,
        session=session,
        text=text,
        position=say.position,
        tells=facts_in(text, named_in(say.text, facts)),
        expectation=rendered(expectation, facts) if expectation else None,
        # The braces of a regular expression name no fact.
        asks=tuple(name for name in asked_facts(expectation) if name in facts) if expectation else (),
        guarantee=say.guarantee if expectation else "",
        states=say.states,
        answer=STATEMENT.format(", ".join(facts[name] for name in say.states)) if say.states else "",
        written=say,
    )
