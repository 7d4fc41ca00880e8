"""What a level is called, in Swedish and English: long and short, for every table, page, map and text."""

from __future__ import annotations

from typing import Literal

from pipelines.core.level import LEVELS, MEASURES, Level

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
SPELLED = {"tillgang": "tillgång", "passerad": "tillgång eller fiber förbi"}
"""A measure for who does not know its name."""
WITHOUT = {"tillgang": "Utan tillgång", "passerad": "Ej passerade"}
"""The heading over those who have not got it; the threshold follows."""
HAVE_DOWN = {"tillgang": "tillgång till {} Mbit/s ned", "passerad": "tillgång till {} Mbit/s ned eller fiber förbi sig"}
"""What who has it has, in a whole sentence."""
LACK_DOWN = {"tillgang": "saknar tillgång till {} Mbit/s ned", "passerad": "varken har eller passeras av {} Mbit/s ned"}
"""Said of who has not got it, in a whole sentence."""
MEANING: dict[Language, dict[str, str]] = {
    "sv": {
        "tillgang": "hushållet kan få hastigheten direkt eller inom kort, utan att något särskilt behöver byggas",
        "passerad": "hushållet har tillgång, eller så går fiber förbi så nära att det kan anslutas",
    },
    "en": {
        "tillgang": "the household can have the speed at once or soon, without anything special being built",
        "passerad": "the household has access, or fibre passes so near that it can be connected",
    },
}
_LACKING_HEAD: dict[Language, dict[str, str]] = {
    "sv": {"tillgang": "Hushåll utan", "passerad": "Ej passerade"},
    "en": {"tillgang": "Households without", "passerad": "Not passed"},
}
UNIT = "Mbit/s"
_AND: dict[Language, str] = {"sv": "och", "en": "and"}
_OR: dict[Language, str] = {"sv": "eller", "en": "or"}


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


def heading(level: Level, speed: str, language: Language = "sv") -> str:
    """Return a level as a heading; ``speed`` is its threshold as it is written where that stands.

    >>> heading(Level("passerad", 1000), "1 000"), heading(Level("passerad", 1000), "1,000", "en")
    ('Passerad 1 000 Mbit/s', 'Passed 1,000 Mbit/s')
    """
    return f"{measures(language)[level.measure]} {speed} {UNIT}"


def lacking(level: Level, speed: str, language: Language = "sv") -> str:
    """Return the heading of the number of households that have not got it.

    >>> lacking(Level("passerad", 1000), "1 000"), lacking(Level("tillgang", 30), "30")
    ('Ej passerade 1 000', 'Hushåll utan 30')
    """
    return f"{_LACKING_HEAD[language][level.measure]} {speed}"


def beside_goal(goal: str, measure: str, language: Language = "sv") -> str:
    """Return what must be said of every figure beside a goal: its measure, and the goal's where that differs.

    Whether a goal is reached depends on the measure that it is written in: one reached by who is passed says nothing
    of who has access.

    >>> beside_goal("passerad", "passerad"), beside_goal("passerad", "tillgang")
    ('mätt i passerad, som målet', 'mätt i tillgång; målet är skrivet i passerad')
    >>> beside_goal("passerad", "tillgang", "en")
    'measured in access; the goal is written in passed'
    """
    own, of = MEASURE[language][measure], MEASURE[language][goal]
    if language == "sv":
        return f"mätt i {own}" + (", som målet" if goal == measure else f"; målet är skrivet i {of}")
    return f"measured in {own}" + (", as the goal is" if goal == measure else f"; the goal is written in {of}")


def listed(words: list[str], language: Language = "sv", *, either: bool = False) -> str:
    """Return words as a list in running text; ``either`` of them, where it is not all.

    >>> listed(["30", "100", "1 000"]), listed(["30", "100"], "en"), listed(["100"]), listed(["30", "100"], either=True)
    ('30, 100 och 1 000', '30 and 100', '100', '30 eller 100')
    """
    last = (_OR if either else _AND)[language]
    return f" {last} ".join(x for x in (", ".join(words[:-1]), words[-1]) if x)


def thresholds(language: Language = "sv") -> str:
    """Return the region's thresholds in running text.

    >>> thresholds(), thresholds("en")
    ('30, 100 och 1000 Mbit/s', '30, 100 and 1000 Mbit/s')
    """
    return f"{listed(list(map(str, LEVELS.mbit)), language)} {UNIT}"
