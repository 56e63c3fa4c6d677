"""What stands on the page without its script: the verdict, why, every figure, and how to repeat the run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gate.core.guarantees import GUARANTEES
from gate.core.verdict import DisruptionResult, GuaranteeResult, Report, Standing, Verdict
from gate.judging.history import History
from gate.judging.sentences import plural
from gate.reporters.html_report.markup import Html, element, join
from gate.reporters.neutraliser import tail
from gate.reporters.wording import (
    EN_DASH,
    duration_text,
    interval_text,
    lost_facts,
    milliseconds_text,
    needed_text,
    power_text,
    reasons,
    share_text,
    stations_text,
    time_text,
)

REASONS_SHOWN = 8
FINDINGS_SHOWN = 20
LOGS_SHOWN = 5

MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INCONCLUSIVE: "?"}
_STANDINGS = ((Standing.BROKEN, "✗"), (Standing.OPEN, "?"), (Standing.KEPT, "✓"))


def verdict_block(report: Report) -> Html:
    """The verdict, and why."""
    every = reasons(report)
    others = [element("li", one) for one in every[1:REASONS_SHOWN]]
    if len(every) > REASONS_SHOWN:
        others.append(element("li", plural(len(every) - REASONS_SHOWN, "more reason")))
    return element(
        "header",
        element("p", "memory-gate · ", element("b", report.bot), class_="eyebrow"),
        element(
            "h1",
            element("span", MARKS[report.verdict], class_="mark", aria_hidden="true"),
            report.verdict.value.capitalize(),
        ),
        element("p", f"{every[0].rstrip('.')}.", class_="lead"),
        *([element("ul", *others, class_="reasons")] if others else []),
        class_=f"verdict {report.verdict.value}",
    )


def figures_block(report: Report) -> Html:
    """How much was remembered, and what tolerates none."""
    interval = interval_text(report)
    counts = [
        ("Lost facts", lost_facts(report), ""),
        ("Leaks", report.leaks, f"in {plural(report.isolation_probes, 'probe')}"),
        ("Fabrications", report.fabrications, f"in {plural(report.fabrication_probes, 'probe')}"),
    ]
    if report.zombies:
        counts.append(("Not forgotten", report.zombies, ""))
    return element(
        "section",
        element("h2", "Remembered", class_="hidden"),
        element(
            "p",
            element("span", share_text(report.accuracy), class_="figure"),
            element("span", "remembered after", class_="quiet"),
            class_="headline",
        ),
        _gauge(report),
        element(
            "p",
            f"{share_text(report.accuracy_before)} before · {needed_text(report)} needed",
            f" · 95 % interval {interval}" if interval else "",
            class_="quiet",
        ),
        element(
            "dl",
            *(
                element(
                    "div",
                    element("dt", name),
                    element(
                        "dd",
                        element("b", f"{number:,}", class_="bad" if number else None),
                        *([element("span", f" {among}", class_="quiet small")] if among else []),
                    ),
                )
                for name, number, among in counts
            ),
            class_="counts",
        ),
        *([element("p", power_text(report), class_="quiet small")] if power_text(report) else []),
        *([element("p", "Baseline: ", report.baseline, class_="small")] if report.baseline else []),
        class_="figures",
        aria_label="Figures",
    )


def _gauge(report: Report) -> Html:
    """The accuracy as a bar, with its interval and what was needed."""
    shapes = [element("rect", class_="track", x=0, y=3, width=100, height=6)]
    if _is_share(report.accuracy):
        shapes.append(element("rect", class_="kept", x=0, y=3, width=_percent(report.accuracy), height=6))
    if report.interval is not None and all(map(_is_share, report.interval)):
        low, high = report.interval
        width = max(0.0, round(_percent(high) - _percent(low), 2))
        shapes.append(element("rect", class_="interval", x=_percent(low), y=3, width=width, height=6))
    shapes.append(
        element(
            "rect", class_="needed", x=max(0, _percent(report.threshold) - 0.4), y=0, width=0.8, height=12
        )
    )
    label = f"{share_text(report.accuracy)} remembered, {needed_text(report)} needed"
    return element(
        "svg",
        *shapes,
        viewBox="0 0 100 12",
        preserveAspectRatio="none",
        role="img",
        class_="gauge",
        aria_label=label,
    )


def disruptions_table(report: Report) -> Html:
    """One row for each disruption; nothing where there was none."""
    heads = ("Disruption", "Before", "After", "Kept", "Lost at", "p95 ms", "Took", "Proof")
    head = element(
        "tr",
        *(
            element("th", one, scope="col", class_="number" if 0 < i < 4 else None)
            for i, one in enumerate(heads)
        ),
    )
    return element(
        "div",
        element(
            "table",
            element("thead", head),
            element("tbody", *map(_row, report.disruptions)),
            aria_label="What each disruption left",
        ),
        class_="scroll disruptions",
        tabindex=0,
        role="region",
        aria_label="Disruptions",
    )


def _row(result: DisruptionResult) -> Html:
    retained = result.retained
    kept = f"{retained.remembered:,} of {retained.scored:,}" if retained.scored else EN_DASH
    latency = result.latency
    return element(
        "tr",
        element(
            "th",
            element("span", MARKS[result.verdict], class_=f"mark {result.verdict.value}", aria_hidden="true"),
            element("span", result.verdict.value, class_="hidden"),
            " ",
            result.name,
            scope="row",
        ),
        element("td", share_text(result.before.share), class_="number"),
        element("td", element("b", share_text(result.after.share)), class_="number"),
        element("td", kept, class_="number"),
        element("td", stations_text(result.lost_at.items()) or EN_DASH),
        element("td", milliseconds_text(latency.p95_before, latency.p95_after)),
        element("td", duration_text(result.seconds)),
        element("td", result.evidence or EN_DASH, class_="proof"),
        class_=result.verdict.value,
    )


def guarantees_block(report: Report) -> Html:
    """Every guarantee and what is known of it, the broken ones first; nothing where none was tried."""
    if not report.guarantees:
        return Html("")
    items = [
        _guarantee(one, mark)
        for standing, mark in _STANDINGS
        for one in report.guarantees
        if one.standing is standing
    ]
    untested = [one.name for one in report.guarantees if one.standing is Standing.UNTESTED]
    rest = [element("p", f"Not tested: {', '.join(untested)}", class_="quiet small")] if untested else []
    return element(
        "section",
        element("h2", "Guarantees"),
        *([element("ul", *items, class_="guarantees")] if items else []),
        *rest,
    )


def _guarantee(result: GuaranteeResult, mark: str) -> Html:
    anomalies = ", ".join(plural(number, anomaly) for anomaly, number in result.anomalies.items())
    told = "" if result.standing is Standing.KEPT else result.sentence
    known = GUARANTEES.get(result.name)
    return element(
        "li",
        element("span", mark, class_=f"mark {result.standing.value}", aria_hidden="true"),
        element(
            "div",
            element("b", result.name, title=known.promise if known else None),
            element("span", f" {result.standing.value}", class_="hidden"),
            *([element("span", f" {anomalies}", class_="bad")] if anomalies else []),
            *([element("p", told, class_="quiet small")] if told else []),
        ),
    )


def findings_block(report: Report, history: History | None) -> Html:
    """What blocks nothing and is worth knowing, and the last words of bots that did not start."""
    findings = [element("li", one) for one in report.findings[:FINDINGS_SHOWN]]
    if len(report.findings) > FINDINGS_SHOWN:
        findings.append(element("li", f"{len(report.findings) - FINDINGS_SHOWN:,} more stand in report.json"))
    logs = _logs(history)
    if not findings and not logs:
        return Html("")
    return element(
        "section",
        element("h2", "Worth knowing"),
        *([element("ul", *findings, class_="findings")] if findings else []),
        *logs,
    )


def _logs(history: History | None) -> list[Html]:
    performances = {} if history is None else history.performances
    said: list[tuple[str, Sequence[str]]] = []
    for deployment, one in performances.items():
        if one.failed is not None and one.failed.log:
            said.append((f"{deployment}: the last lines of the bot that did not start", one.failed.log))
        said += [
            (f"{deployment}: the last lines of the bot that did not come back", disturbance.ended.log)
            for disturbance in one.disturbances
            if disturbance.ended.log and not disturbance.ended.recovered
        ]
    return [
        element("details", element("summary", title), element("pre", _lines(tail(log))))
        for title, log in said[:LOGS_SHOWN]
    ]


def _lines(lines: Sequence[str]) -> Html:
    return join(*(part for line in lines for part in (join(line), Html("\n"))))


def about_block(report: Report) -> Html:
    """What was run, and how to run it again."""
    facts = [
        ("Seed", str(report.seed)),
        ("Duration", time_text(report)),
        ("Turns, p95", f"{milliseconds_text(report.latency.p95_before, report.latency.p95_after)} ms"),
        *((f"Image of the {role}", image) for role, image in report.images.items()),
        ("memory-gate", report.version),
    ]
    repeat = [element("p", "Repeat it", class_="label"), element("pre", report.repeat, class_="command")]
    return element(
        "section",
        element("h2", "This run"),
        element(
            "dl",
            *(element("div", element("dt", name), element("dd", value)) for name, value in facts),
            class_="about",
        ),
        *(repeat if report.repeat else []),
        class_="run",
    )


def _is_share(share: float | None) -> bool:
    return share is not None and math.isfinite(share)


def _percent(share: float | None) -> float:
    return round(100 * min(1.0, max(0.0, share or 0.0)), 2)
