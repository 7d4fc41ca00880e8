"""What a level is called, in Swedish and English: long and short, for every table, page, map and text."""

from __future__ import annotations

from typing import Literal

from pipelines.core.level import MEASURES, Level

Language = Literal["sv", "en"]
MEASURE: dict[Language, dict[str, str]] = {
    "sv": {"tillgang": "tillgång", "passerad": "passerad"},
    "en": {"tillgang": "access", "passerad": "passed"},
}
"""A measure by name."""
PASSED = {"tillgang": "tillgång", "passerad": "passerade"}
"""The same of many: households."""
HAVE = {"tillgang": "tillgång till", "passerad": "tillgång till eller fiber förbi sig för"}
"""What who has it has: the threshold follows."""
LACKING: dict[Language, dict[str, str]] = {
    "sv": {"tillgang": "utan", "passerad": "ej passerade"},
    "en": {"tillgang": "without", "passerad": "not passed"},
}
"""Said of who has not got it, after «hushåll» or «adresser»."""
MEANING = {
    "tillgang": "hushållet kan få hastigheten direkt eller inom kort, utan att något särskilt behöver byggas",
    "passerad": "hushållet har tillgång, eller så går fiber förbi så nära att det kan anslutas",
}
UNIT = "Mbit/s"
_AND: dict[Language, str] = {"sv": "och", "en": "and"}


def name(level: Level) -> str:
    """Return a level by name.

    >>> name(Level("passerad", 1000)), name(Level("tillgang", 30))
    ('passerad 1000 Mbit/s', 'tillgång 30 Mbit/s')
    """
    return f"{MEASURE['sv'][level.measure]} {level.mbit} {UNIT}"


def measures(language: Language = "sv") -> dict[str, str]:
    """Return the measures by name, as headings and choices have them.

    >>> measures(), measures("en")
    ({'tillgang': 'Tillgång', 'passerad': 'Passerad'}, {'tillgang': 'Access', 'passerad': 'Passed'})
    """
    return {m: MEASURE[language][m].capitalize() for m in MEASURES}


def heading(level: Level, speed: str) -> str:
    """Return a level as a heading; ``speed`` is its threshold as it is written where that stands.

    >>> heading(Level("passerad", 1000), "1 000")
    'Passerad 1 000 Mbit/s'
    """
    return f"{measures()[level.measure]} {speed} {UNIT}"


def lacking(level: Level, speed: str) -> str:
    """Return the heading of the number of households that have not got it.

    >>> lacking(Level("passerad", 1000), "1 000"), lacking(Level("tillgang", 30), "30")
    ('Ej passerade 1 000', 'Hushåll utan 30')
    """
    return f"{'Hushåll utan' if level.measure == 'tillgang' else 'Ej passerade'} {speed}"


def listed(words: list[str], language: Language = "sv") -> str:
    """Return words as a list in running text.

    >>> listed(["30", "100", "1 000"]), listed(["30", "100"], "en"), listed(["100"])
    ('30, 100 och 1 000', '30 and 100', '100')
    """
    return f" {_AND[language]} ".join(x for x in (", ".join(words[:-1]), words[-1]) if x)
