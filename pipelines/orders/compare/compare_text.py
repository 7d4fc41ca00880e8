"""A comparison told in Swedish: the same words on the screen and in ``jamforelse.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.core.quoted import RunFacts
from pipelines.orders.plan.plan_request import MEASURE_NAMES
from pipelines.publish.words import markdown
from pipelines.publish.words.swedish import day, number, percent

if TYPE_CHECKING:
    import pandas as pd

PAIRS = [(t, m) for m in MEASURES for t in THRESHOLDS]
HOW_TO_READ = (
    "Uppmätt: båda utgåvorna bygger på uppgifter där. Modellerat: någon av dem bygger på statistik, och skillnaden "
    "kan vara modellens. Nytäckt och förlorat är netto i varje ruta och räknas bara där det inte kan förklaras av "
    "adresser som kommit eller försvunnit; resten står för sig. Metod: docs/bristanalys.md."
)


def text(
    before: RunFacts,
    after: RunFacts,
    changed: pd.DataFrame,
    areas: pd.DataFrame,
    kommuner: pd.DataFrame,
    pair: tuple[int, str],
) -> str:
    """Return the whole summary as Markdown; ``pair`` is the threshold and measure of the kommun table."""
    lan = kommuner[kommuner["kod"].str.len() == 2]
    sections = [
        markdown.opening(f"Jämförelse: {after['lan']}, {before['pts_ar']} till {after['pts_ar']}", after),
        editions(before, after),
        shares(lan),
        cells(changed),
        households(lan),
        gap_areas(areas),
        by_kommun(kommuner, pair),
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
    code = [str(f.get("kodversion", f["version"])) for f in (before, after)]
    if code[0] != code[1]:
        said += "\n\nUtgåvorna är gjorda med olika versioner av programmet: en del av skillnaden kan vara metodens."
    return said


def shares(lan: pd.DataFrame) -> str:
    """Return the län's share of households before and after."""
    rows = [
        (
            _pair(r.troskel_mbit, r.matt),
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

    def n(t: int, m: str, state: str, *modelled: bool) -> str:
        return number(sum(int(count.get((t, m, state, x), 0)) for x in modelled))

    rows = [
        (
            _pair(t, m),
            n(t, m, "nytackt", False),
            n(t, m, "forlorad", False),
            n(t, m, "nytackt", True),
            n(t, m, "forlorad", True),
            *(n(t, m, s, False, True) for s in ("oforandrad", "ny_ruta", "borta")),
        )
        for t, m in PAIRS
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
            _pair(r.troskel_mbit, r.matt),
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
    for t, m in PAIRS:
        for modelled, word in ((False, "uppmätt"), (True, "modellerat")):
            numbers = [int(count.get((t, m, s, modelled), 0)) for s in states]
            if sum(numbers):
                rows.append((f"{_pair(t, m)}, {word}", *map(number, numbers)))
    if not rows:
        return ""
    head = ["Bristområden", "Stängda", "Krympta", "Nya", "Vuxna", "Ändrade", "Oförändrade"]
    return "## Bristområden\n\n" + markdown.table(head, rows)


def by_kommun(kommuner: pd.DataFrame, pair: tuple[int, str]) -> str:
    """Return each kommun at the configuration's own threshold and measure, the län last."""
    some = kommuner[(kommuner["troskel_mbit"] == pair[0]) & (kommuner["matt"] == pair[1])]
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
    return f"## Kommunerna, {_pair(*pair)}\n\n{note}\n\n" + markdown.table(head, rows)


def _sorted(lan: pd.DataFrame) -> pd.DataFrame:
    place = {pair: i for i, pair in enumerate(PAIRS)}
    return lan.iloc[
        [
            i
            for _, i in sorted(
                (place[t, m], i) for i, (t, m) in enumerate(zip(lan["troskel_mbit"], lan["matt"], strict=True))
            )
        ]
    ]


def _pair(t: int, m: str) -> str:
    return f"{MEASURE_NAMES[m]} {t} Mbit/s"


def _pe(value: float) -> str:
    return "saknas" if value != value else _signed(value, 2)


def _signed(value: float, decimals: int = 0) -> str:
    said = number(value, decimals)
    return f"+{said}" if round(value, decimals) > 0 else said
