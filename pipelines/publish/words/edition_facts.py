"""How products tell of their run: the demo mark, what holds of the whole edition, time stamp, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.publishers import BY_AGREEMENT, NAMED
from pipelines.core.quoted import RunFacts, Source

if TYPE_CHECKING:
    from pipelines.publish.words.figure_words import Language

DEMO_TEXT = "DEMO – simulerade data, inte verkliga uppgifter."


def demo_prefix(facts: RunFacts) -> str:
    """Return what a title begins with: ``DEMO – `` or nothing."""
    return "DEMO – " if facts["demo"] else ""


_ONE_EACH = "adressregistret saknas, så varje byggnad räknas som en adress och ett flerbostadshus som en."
_ONE_EACH_EN = "without the address register every building counts as one address, and so does a block of flats."
NOTES = {
    "sv": {
        "byggnader": f"Byggnader i stället för adresser: {_ONE_EACH}",
        "osm_byggnader": f"Byggnader i stället för adresser (ur OpenStreetMap): {_ONE_EACH}",
        "raka_schakt": "Schakt som raka linjer: vägar saknas i underlaget, så bristområdenas kostnader är grova.",
    },
    "en": {
        "byggnader": f"Buildings instead of addresses: {_ONE_EACH_EN}",
        "osm_byggnader": f"Buildings instead of addresses (of OpenStreetMap): {_ONE_EACH_EN}",
        "raka_schakt": "Trenches as straight lines: no roads were at hand, so the costs of the gap areas are rough.",
    },
}
"""What every product says of a whole edition, by language and code (``anmarkningar`` of the run's facts)."""


REGISTER = "adresser"
ADDRESSES = {
    "sv": {
        REGISTER: ("Lantmäteriets belägenhetsadresser", "© Lantmäteriet, belägenhetsadresser (CC BY 4.0)"),
        "byggnader": ("Lantmäteriets byggnader", "Lantmäteriet, byggnader"),
        "osm_byggnader": ("OpenStreetMaps byggnader", "© OpenStreetMaps bidragsgivare, byggnader (ODbL 1.0)"),
    },
    "en": {
        REGISTER: ("addresses from Lantmäteriet", "© Lantmäteriet, location addresses (CC BY 4.0)"),
        "byggnader": ("buildings from Lantmäteriet", "Lantmäteriet, buildings"),
        "osm_byggnader": ("buildings from OpenStreetMap", "© OpenStreetMap contributors, buildings (ODbL 1.0)"),
    },
}
"""What the addresses of an edition are: in the midst of a sentence, and as it is credited; by language and code."""


def addresses(facts: RunFacts, language: Language = "sv") -> tuple[str, str]:
    """Return what the addresses of an edition are, in the midst of a sentence, and how they are credited."""
    told = ADDRESSES[language]
    return next((told[code] for code in facts.get("anmarkningar", ()) if code in told), told[REGISTER])


def notes(facts: RunFacts, language: Language = "sv") -> tuple[str, ...]:
    """Return what every product must say of its edition, a sentence each; most editions have nothing to say."""
    return tuple(NOTES[language][code] for code in facts.get("anmarkningar", ()))


def noted(text: str, facts: RunFacts, language: Language = "sv") -> str:
    """Return a description with the edition's notes before it."""
    return " ".join([*notes(facts, language), text])


def marked(text: str, facts: RunFacts) -> str:
    """Return a description with the mark of a demo and the edition's notes before it."""
    return " ".join([*([DEMO_TEXT] if facts["demo"] else []), noted(text, facts)])


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
