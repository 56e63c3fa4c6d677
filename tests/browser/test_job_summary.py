"""The page from which the picture of the job summary is taken."""

from __future__ import annotations

from gate.reporters.github_summary import compose_summary
from gate.reporters.timeline import Timeline
from tests.browser.job_summary import page_of
from tests.transcripts import samples
from tests.unit.reporters import builder


def test_the_chart_gives_way_to_its_table() -> None:
    timeline = Timeline()
    for event in samples.played(("restart",)):
        timeline.add(event)
    page = page_of(compose_summary(builder.failed_report(), timeline=timeline))
    assert "mermaid" not in page
    assert page.count("<table>") == 2
    assert "<details open><summary>When what happened</summary>" in page
    assert page.count("<details") == page.count("</details>") == 2
    assert "❌" not in page
