"""What every product quotes about the run: its id, its dates, whether it is a demo, its sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypedDict

from pipelines import ledger
from pipelines.paths import Paths

SOURCE_STAGES = ("pts", "scb", "lantmateriet", "granser", "tackning")
"""The stages whose ledgers list the publishers' files, in the order they are credited."""
BY_AGREEMENT = "enligt avtal"
"""Publisher of the files under ``tackning/`` in the ledgers: their licence field names the agreement."""
DEMO_TEXT = "DEMO – påhittade uppgifter, ingenting här är verkligt."


class RunFacts(TypedDict):
    """Facts of one run, as ``stages/laws.py`` writes them."""

    korning_id: str
    demo: bool
    lan: str
    lanskod: str
    pts_ar: int
    pts_datum: str
    scb_ar: int
    senaste_indatadatum: str
    version: str


@dataclass(frozen=True)
class Source:
    """A publisher under one licence: what of it was used, and the newest reference date."""

    publisher: str
    licence: str
    roles: tuple[str, ...]
    date: str


def read_facts(paths: Paths) -> RunFacts:
    """Read the facts of the run."""
    facts: RunFacts = json.loads(paths.run_facts.read_text(encoding="utf-8"))
    return facts


def demo_prefix(facts: RunFacts) -> str:
    """Return what a title begins with: ``DEMO – `` or nothing."""
    return "DEMO – " if facts["demo"] else ""


def midnight(facts: RunFacts) -> str:
    """Return the newest date of the inputs as a time in UTC, the one time stamp of all products."""
    return f"{facts['senaste_indatadatum']}T00:00:00.000Z"


def epoch(facts: RunFacts) -> int:
    """Return the newest date of the inputs as seconds since 1970, as ``SOURCE_DATE_EPOCH`` wants it."""
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(facts["senaste_indatadatum"]).replace(tzinfo=UTC).timestamp())


def read_sources(paths: Paths) -> list[Source]:
    """Return the publishers whose files were used, from the ledgers of the source stages.

    One entry per publisher and licence, in the order of :data:`SOURCE_STAGES`.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for stage in SOURCE_STAGES:
        path = paths.ledger(stage)
        if not path.exists():
            continue
        files = ledger.load(path).facts.get("filer", [])
        for f in files if isinstance(files, list) else []:
            if f.get("anvand"):
                key = (str(f.get("utgivare") or ""), str(f.get("licens") or ""))
                found.setdefault(key, []).append(
                    (str(f.get("roll") or ""), str(f.get("referensdatum") or ""))
                )
    return [
        Source(publisher, licence, tuple(sorted({r for r, _ in rows if r})), max(d for _, d in rows))
        for (publisher, licence), rows in found.items()
    ]


def credit(source: Source) -> str:
    """Return how a publisher is credited: name, licence, newest reference date.

    >>> credit(Source("Lantmäteriet", "CC BY 4.0", (), "2025-11-15"))
    '© Lantmäteriet (CC BY 4.0), 2025-11-15'
    >>> credit(Source("PTS", "", (), ""))
    'PTS'
    """
    mark = "© " if source.licence.upper().startswith("CC BY") else ""
    licence = f" ({source.licence})" if source.licence else ""
    return f"{mark}{source.publisher}{licence}" + (f", {source.date}" if source.date else "")


def credit_lines(sources: list[Source]) -> list[str]:
    """Return how a published product credits its sources: agreements in one line, never by name.

    >>> credit_lines([Source("SCB", "CC0", (), ""), Source("enligt avtal", "Hemligt AB 2025:7", (), "2025-06-30")])
    ['SCB (CC0)', 'Täckningsuppgifter lämnade enligt avtal, de nyaste från 2025-06-30']
    """
    lines = [credit(s) for s in sources if s.publisher and s.publisher != BY_AGREEMENT]
    dates = [s.date for s in sources if s.publisher == BY_AGREEMENT]
    if dates:
        newest = f", de nyaste från {max(dates)}" if any(dates) else ""
        lines.append(f"Täckningsuppgifter lämnade enligt avtal{newest}")
    return lines
