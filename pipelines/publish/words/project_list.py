"""The list of projects, one for map, pages and prints: its order, its headings, its words and what stands in each row.

The projects stand in the order they are built in. The sums are those of building everything down to the row but what
costs more than the stop price, or reaches nobody. The map makes its rows in the browser, by the same rule
(``tell/project_list.js``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.publish.words.figure_words import DASH, LANGUAGES, Language, number, tell
from pipelines.publish.words.level_figures import between

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from pipelines.core.level import Level

MOST = 6
"""So many projects of a kommun are listed on its page and on its print map."""
COLUMNS = ("nr", "namn", "per_miljon", "hushall", "kostnad", "ack_kostnad", "ack_hushall")
WORDS: dict[Language, dict[str, str]] = {
    "sv": {
        "rubrik": "Att bygga, i ordning",
        "nr": "Nr",
        "namn": "Projekt",
        "per_miljon": "Hushåll per mkr",
        "hushall": "Hushåll utan",
        "kostnad": "Kostnad, mkr",
        "ack_kostnad": "Summa, mkr",
        "ack_hushall": "Summa, hushåll",
        "spann": "{mitt} ({lag}–{hog})",
        "stopp": "över stoppris",
        "delas": " (delat)",
        "antal": "{n} av {alla} projekt för {t} Mbit/s, flest hushåll per krona först. Summa: allt till och med raden.",
        "inga": "Inga projekt för {t} Mbit/s finns i kommunen enligt uppgifter som får publiceras.",
        "modellerade": "Alla bygger på modellerad täckning.",
        "nagra": "Modellerad täckning: nr {nr}; övriga uppmätt.",
        "uppmatta": "Täckningen är uppmätt.",
        "not": "Projekten är bristområdenas rutor, delade och sammanslagna längs vägarna. Hushåll är vad rutornas "
        "klasser kan betyda. Kostnaden, i miljoner kronor (mkr), är en schablon: den visar storleksordning, inte ett "
        "pris. Delat: projektet ligger i flera kommuner.",
    },
    "en": {
        "rubrik": "What to build, in order",
        "nr": "No.",
        "namn": "Project",
        "per_miljon": "Households per SEK million",
        "hushall": "Households without",
        "kostnad": "Cost, SEK million",
        "ack_kostnad": "Sum, SEK million",
        "ack_hushall": "Sum, households",
        "spann": "{mitt} ({lag}–{hog})",
        "stopp": "above stop price",
        "delas": " (shared)",
        "antal": "{n} of {alla} projects for {t} Mbit/s, most households per krona first. "
        "The sum is everything down to the row.",
        "inga": "There are no projects for {t} Mbit/s in the municipality in the data that may be published.",
        "modellerade": "All rest on modelled coverage.",
        "nagra": "Modelled coverage: no. {nr}; the rest measured.",
        "uppmatta": "Coverage is measured.",
        "not": "Projects are the cells of the gap areas, cut and merged along the roads. Households are what the "
        "cells’ classes can mean. The cost is a standard estimate: an order of magnitude, not a price. Shared: the "
        "project lies in several municipalities.",
    },
}
assert tuple(WORDS) == LANGUAGES


class Project(NamedTuple):
    """A row of the list.

    Attributes
    ----------
    id : str
        ``projekt_id``.
    told : dict
        What stands in each of COLUMNS.
    value : dict
        What each of COLUMNS but the name is sorted by, the larger end of what lies between two; None stands last.
    """

    id: str
    told: dict[str, str]
    value: dict[str, float | None]


def of_level(projects: pd.DataFrame, level: Level) -> pd.DataFrame:
    """Return the projects of a level (rows of PROJEKT_OPPNA) in the order they are built in."""
    own = (projects["matt"] == level.measure) & (projects["troskel_mbit"] == level.mbit)
    return projects[own.to_numpy()].sort_values("prioritet")


def listed(projects: pd.DataFrame, language: Language, space: str) -> list[Project]:
    """Return the rows of the list.

    Parameters
    ----------
    projects : DataFrame
        Rows of PROJEKT_OPPNA in order, the first of those that the sums go down.
    space : str
        What stands between thousands.
    """
    import pandas as pd

    words, rows = WORDS[language], []
    kronor, least, most = 0, 0, 0.0

    def millions(sek: float) -> str:
        return number(sek / 1e6, 1, language, space)

    def homes(low: float, high: float) -> str:
        return tell(between(low, high), language, space)

    for nr, a in enumerate(projects.to_dict("records"), 1):  # some rows that are read, not data
        low, high = a["hushall_utan_minst"], a["hushall_utan_hogst"]
        high = math.inf if pd.isna(high) else high
        sek, known = a["kostnad_sek_ca"], not pd.isna(a["kostnad_sek_ca"])
        over = known and bool(a["over_stoppris"])
        counts = known and not over and high > 0  # as a plan builds
        if counts:
            kronor, least, most = kronor + sek, least + low, most + high
        told = {
            "nr": number(nr, 0, language, space),
            "namn": str(a["namn"]) + (words["delas"] if "," in str(a["kommuner"]) else ""),
            "per_miljon": number(a["hushall_per_miljon"], 1, language, space) if known else DASH,
            "hushall": homes(low, high),
            "kostnad": _span(a, words["spann"], millions) if known else DASH,
            "ack_kostnad": millions(kronor) if counts else words["stopp"] if over else DASH,
            "ack_hushall": homes(least, most) if counts else DASH,
        }
        value = {
            "nr": nr,
            "per_miljon": a["hushall_per_miljon"] if known else None,
            "hushall": high if math.isfinite(high) else None,
            "kostnad": sek if known else None,
            "ack_kostnad": kronor if counts else None,
            "ack_hushall": most if counts and math.isfinite(most) else None,
        }
        rows.append(Project(str(a["projekt_id"]), told, value))
    return rows


def _span(project: dict[str, Any], words: str, millions: Callable[[float], str]) -> str:
    ends = {"mitt": "kostnad_sek_ca", "lag": "kostnad_lag_sek_ca", "hog": "kostnad_hog_sek_ca"}
    return words.format(**{end: millions(project[column]) for end, column in ends.items()})


def caption(projects: pd.DataFrame, every: int, level: Level, language: Language, space: str) -> str:
    """Return what stands over the list: how many of how many, what the order is, and how each is known.

    Parameters
    ----------
    projects : DataFrame
        Those that are listed.
    every : int
        How many there are.
    """
    words, modelled = WORDS[language], projects["modellerad"].tolist()
    numbers = ", ".join(str(i) for i, x in enumerate(modelled, 1) if x)
    known = "modellerade" if all(modelled) else "nagra" if numbers else "uppmatta"
    told = {"n": len(projects), "alla": every, "t": level.mbit}
    many = {name: number(x, 0, language, space) for name, x in told.items()}
    return f"{words['antal'].format(**many)} {words[known].format(nr=numbers)}"
