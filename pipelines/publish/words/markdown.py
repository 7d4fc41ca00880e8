"""Markdown that also reads well in a terminal: tables with their columns padded to one width."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from pipelines.core.errors import printable
from pipelines.core.quoted import RunFacts
from pipelines.publish.words.edition_facts import DEMO_TEXT, notes


def cell(text: object) -> str:
    r"""Return text as it may stand in a Markdown table: no markup, no bars, no control characters.

    >>> cell("a|<b>")
    'a\\|&lt;b&gt;'
    """
    out = str(text).replace("\\", "\\\\")
    for sign, safe in (("|", "\\|"), ("<", "&lt;"), (">", "&gt;"), ("`", "\\`"), ("[", "\\["), ("*", "\\*")):
        out = out.replace(sign, safe)
    return "\N{NO-BREAK SPACE}".join(printable(part, len(part)) for part in out.split("\N{NO-BREAK SPACE}"))


def table(head: Iterable[str], rows: Iterable[Iterable[object]], left: int = 1) -> str:
    """Return a table; the first ``left`` columns are text, the others are right-aligned.

    >>> print(table(["a", "b"], [["x", 10]]))
    | a |  b |
    |---|---:|
    | x | 10 |
    """
    lines = [[cell(c) for c in row] for row in (list(head), *rows)]
    wide = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = []
    for line in lines:
        padded = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(line, wide, strict=True))]
        out.append("| " + " | ".join(padded) + " |")
    rule = "|" + "|".join("-" * (w + 2) if i < left else "-" * (w + 1) + ":" for i, w in enumerate(wide)) + "|"
    return "\n".join([out[0], rule, *out[1:]])


def opening(title: str, facts: RunFacts) -> str:
    """Return the title, and under it what a demo, and the edition, must say."""
    demo = facts["demo"]
    first = f"# DEMO – {title}\n\n**{DEMO_TEXT}**" if demo else f"# {title}"
    return "\n\n".join([first, *(f"**{note}**" for note in notes(facts))])


def say(text: str) -> None:
    """Print; a terminal that lacks a character gets a question mark, not a crash."""
    sys.stdout.write(text.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"))
    sys.stdout.flush()
