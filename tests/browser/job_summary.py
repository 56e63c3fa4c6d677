"""A job summary as a page that resembles GitHub, for pictures."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

MERMAID = re.compile(r"```mermaid\n.*?```\n+", re.DOTALL)
"""Charts, which cannot be drawn here. The table below each holds the same data."""

STYLE = """
body { margin: 0; background: #f6f8fa; color: #1f2328;
       font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
article { max-width: 980px; margin: 16px auto; padding: 8px 24px 16px; background: #fff;
          border: 1px solid #d0d7de; border-radius: 6px; }
.job { margin: 8px -24px 12px; padding: 0 24px 8px; border-bottom: 1px solid #d0d7de; font-weight: 600; }
h3 { font-size: 1.25em; line-height: 1.25; margin: 20px 0 14px; }
h4 { font-size: 1em; margin: 20px 0 12px; }
p, ul, table, pre, blockquote, details { margin: 0 0 14px; }
ul { padding-left: 2em; }
table { border-collapse: collapse; display: block; overflow: auto; }
th, td { border: 1px solid #d0d7de; padding: 5px 12px; }
tr:nth-child(2n) { background: #f6f8fa; }
th { font-weight: 600; }
code { background: #eff1f3; padding: .2em .4em; border-radius: 6px;
       font: 85%/1.45 ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; padding: 14px; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere;
      font: 85%/1.45 ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; }
blockquote { padding: 0 1em; color: #59636e; border-left: .25em solid #d0d7de; }
summary { cursor: pointer; }
sub { font-size: 75%; color: #59636e; vertical-align: baseline; }
"""


SYMBOLS = {"✅": ("✔", "#1a7f37"), "❌": ("✖", "#d1242f"), "⚠️": ("▲", "#9a6700")}
"""Emoji → a sign that every font has, and its colour, since many machines have no emoji font."""


def page_of(summary: str) -> str:
    """Render the summary as an HTML document with an unfolded timeline."""
    shown = MERMAID.sub("", summary)
    lead, when, rest = shown.partition("<details><summary>When")
    opened = f"{lead}<details open><summary>When{rest}" if when else lead
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(opened)
    for emoji, (sign, colour) in SYMBOLS.items():
        body = body.replace(emoji, f'<span style="color: {colour}">{sign}</span>')
    return (
        '<!doctype html><html lang="en" data-ready="yes"><meta charset="utf-8"><title>Job summary</title>'
        f"<style>{STYLE}</style>"
        f'<article><div class="job">memory summary</div>{body}</article></html>'
    )
