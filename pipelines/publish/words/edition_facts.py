"""How products tell of their run: the demo mark, the time stamp, and how the sources are credited."""

from __future__ import annotations

from pipelines.core.publishers import BY_AGREEMENT, NAMED
from pipelines.core.quoted import RunFacts, Source

DEMO_TEXT = "DEMO – påhittade uppgifter, ingenting här är verkligt."


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


def credit(source: Source) -> str:
    """Return how a publisher is credited: name, licence, newest reference date.

    >>> credit(Source("Lantmäteriet", "CC BY 4.0", (), "2025-11-15"))
    '© Lantmäteriet (CC BY 4.0), 2025-11-15'
    >>> credit(Source("PTS", "", (), "")), credit(Source("OpenStreetMaps bidragsgivare", "ODbL 1.0", (), ""))
    ('PTS', '© OpenStreetMaps bidragsgivare (ODbL 1.0)')
    """
    mark = "© " if source.licence.upper().startswith(NAMED) else ""
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
