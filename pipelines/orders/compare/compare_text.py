"""A comparison told in Swedish: the same words on the screen and in ``jamforelse.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.core import level_words
from pipelines.core.figure import Figure
from pipelines.core.level import LEVELS, Level
from pipelines.core.quoted import RunFacts
from pipelines.publish.words import markdown
from pipelines.publish.words.edition_facts import notes
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.swedish import day, number, percent

if TYPE_CHECKING:
    import pandas as pd

HOW_TO_READ = (
    "Uppmätt: båda utgåvorna bygger på uppgifter där. Modellerat: någon av dem bygger på statistik, och skillnaden "
    "kan vara modellens. Nytäckt och förlorat är netto i varje ruta och räknas bara där det inte kan förklaras av "
    "adresser som kommit eller försvunnit; resten står för sig. Metod: docs/bristanalys.md."
)


def text(
    before: RunFacts, after: RunFacts, changed: pd.DataFrame, areas: pd.DataFrame, kommuner: pd.DataFrame, shown: Level
) -> str:
    """Return the whole summary as Markdown; ``shown`` is the level of the kommun table."""
    lan = kommuner[kommuner["kod"].str.len() == 2]
    sections = [
        markdown.opening(f"Jämförelse: {after['lan']}, {before['pts_ar']} till {after['pts_ar']}", after),
        editions(before, after),
        shares(lan),
        cells(changed),
        households(lan),
        gap_areas(areas),
        by_kommun(kommuner, shown),
        HOW_TO_READ,
    ]
    return "\n\n".join(s for s in sections if s) + "\n"


def editions(before: RunFacts, after: RunFacts) -> str:
    """Return which two editions, and what else than coverage may differ between them."""
    rows = [
        (word, f["korning_id"], day(f["pts_datum"]), f["scb_ar"], day(f["senaste_indatadatum"]))
        for word, f in (("Tidigare", before), ("Senare", after))
    ]
    said = markdown.table(["Utgåva", "Körning", "PTS-statistik", "SCB", "Senaste indata"], rows, left=5)
    if before["korning_id"] == after["korning_id"]:
        said += "\n\n**Det är samma körning: ingenting har ändrats.**"
    elif before["senaste_indatadatum"] > after["senaste_indatadatum"]:
        said += "\n\n**Varning: utgåvan i FRAN har nyare indata än den i OUT.**"
    if notes(before) != notes(after):
        kinds = [" ".join(notes(f)) or "Ingenting särskilt." for f in (before, after)]
        said += "\n\n**Utgåvorna är inte gjorda på samma sätt: en del av skillnaden är bara det.** "
        said += f"Tidigare: {kinds[0]} Senare: {kinds[1]}"
    code = [str(f.get("kodversion", f["version"])) for f in (before, after)]
    if code[0] != code[1]:
        said += "\n\nUtgåvorna är gjorda med olika versioner av programmet: en del av skillnaden kan vara metodens."
    return said


def shares(lan: pd.DataFrame) -> str:
    """Return the län's share of households before and after."""
    rows = [
        (
            level_words.name(Level(r.matt, r.troskel_mbit)),
            percent(r.andel_fore_pct, 2),
            percent(r.andel_efter_pct, 2),
            _pe(r.forandring_pe),
        )
        for r in _sorted(lan).itertuples()
    ]
    head = ["Länet", "Andel hushåll före", "Andel hushåll efter", "Procentenheter"]
    return "## Andel av länets hushåll\n\n" + markdown.table(head, rows)


def cells(changed: pd.DataFrame) -> str:
    """Return how many cells were won, lost and unchanged, measured and modelled apart."""
    count = changed.groupby(["troskel_mbit", "matt", "forandring", "modellerad"], sort=True).size()

    def n(level: Level, state: str, *modelled: bool) -> str:
        return number(sum(int(count.get((level.mbit, level.measure, state, x), 0)) for x in modelled))

    rows = [
        (
            level_words.name(level),
            n(level, "nytackt", False),
            n(level, "forlorad", False),
            n(level, "nytackt", True),
            n(level, "forlorad", True),
            *(n(level, s, False, True) for s in ("oforandrad", "ny_ruta", "borta")),
        )
        for level in LEVELS
    ]
    head = [
        "Rutor",
        "Nytäckta, uppmätt",
        "Förlorade, uppmätt",
        "Nytäckta, modellerat",
        "Förlorade, modellerat",
        "Oförändrade",
        "Nya",
        "Borta",
    ]
    return "## Rutor\n\n" + markdown.table(head, rows)


def households(lan: pd.DataFrame) -> str:
    """Return households won and lost, and what people did."""
    rows = [
        (
            level_words.name(Level(r.matt, r.troskel_mbit)),
            number(r.hushall_nytackta_uppmatt),
            number(r.hushall_forlorade_uppmatt),
            number(r.hushall_nytackta_modellerad),
            number(r.hushall_forlorade_modellerad),
            _signed(r.hushall_antal),
        )
        for r in _sorted(lan).itertuples()
    ]
    head = [
        "Hushåll",
        "Nytäckta, uppmätt",
        "Förlorade, uppmätt",
        "Nytäckta, modellerat",
        "Förlorade, modellerat",
        "Utan av andra skäl",
    ]
    return "## Hushåll\n\n" + markdown.table(head, rows)


def gap_areas(areas: pd.DataFrame) -> str:
    """Return how many gap areas closed, shrank, grew, are new."""
    count = areas.groupby(["troskel_mbit", "matt", "forandring", "modellerad"], sort=True).size()
    states = ("stangt", "krympt", "nytt", "vuxit", "andrat", "oforandrat")
    rows = []
    for level in LEVELS:
        for modelled, word in ((False, "uppmätt"), (True, "modellerat")):
            numbers = [int(count.get((level.mbit, level.measure, s, modelled), 0)) for s in states]
            if sum(numbers):
                rows.append((f"{level_words.name(level)}, {word}", *map(number, numbers)))
    if not rows:
        return ""
    head = ["Bristområden", "Stängda", "Krympta", "Nya", "Vuxna", "Ändrade", "Oförändrade"]
    return "## Bristområden\n\n" + markdown.table(head, rows)


def by_kommun(kommuner: pd.DataFrame, shown: Level) -> str:
    """Return each kommun at the configuration's own level, the län last."""
    some = kommuner[(kommuner["troskel_mbit"] == shown.mbit) & (kommuner["matt"] == shown.measure)]
    rows = [
        (
            r.namn,
            percent(r.andel_fore_pct, 2),
            percent(r.andel_efter_pct, 2),
            _pe(r.forandring_pe),
            number(r.hushall_nytackta_uppmatt),
            number(r.hushall_forlorade_uppmatt),
            number(r.hushall_nytackta_modellerad),
            number(r.hushall_forlorade_modellerad),
        )
        for r in some.itertuples()
    ]
    head = [
        "Kommun",
        "Före",
        "Efter",
        "Procentenheter",
        "Nytäckta, uppmätt",
        "Förlorade, uppmätt",
        "Nytäckta, modellerat",
        "Förlorade, modellerat",
    ]
    note = "Övriga trösklar och mått: forandring_kommuner.csv"
    return f"## Kommunerna, {level_words.name(shown)}\n\n{note}\n\n" + markdown.table(head, rows)


def _sorted(lan: pd.DataFrame) -> pd.DataFrame:
    place = [LEVELS.at(m, t) for m, t in zip(lan["matt"], lan["troskel_mbit"], strict=True)]
    return lan.iloc[np.argsort(place, kind="stable")]


def _pe(value: float) -> str:
    return tell(Figure(value, decimals=2, signed=True))


def _signed(value: float) -> str:
    return tell(Figure(value, signed=True))
