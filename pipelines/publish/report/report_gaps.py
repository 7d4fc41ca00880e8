"""The report on gap areas: how many, what they would cost, and which come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import MEASURE, UNIT
from pipelines.publish.words.markdown import table
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region, Spann
    from pipelines.core.facts import TrenchGround

SHOWN = 10
_NUMBERS = {2: "två", 4: "fyra", 6: "sex", 8: "åtta", 10: "tio", 12: "tolv"}
COLUMNS = [
    "bristomrade_id",
    "troskel_mbit",
    "matt",
    "modellerad",
    "kommuner",
    "rutor",
    "adresser_klassade",
    "hushall_utan",
    "schakt_m",
    "schakt_sjo_m",
    "schakt_fagelvag_m",
    "kostnad_sek",
    "kostnad_lag_sek",
    "kostnad_hog_sek",
    "kostnad_per_hushall_sek",
    "prioritet",
]
"""What is read of the table ``bristomraden``."""


def section(areas: pd.DataFrame, under: TrenchGround, region: Region) -> str:
    """Return the whole section from the table ``bristomraden`` (columns :data:`COLUMNS`), and the trenches' ground."""
    parts = ["## Bristområden", _meaning(region), overview(areas), _ground(areas, under), _assumptions(under, region)]
    # What to build past, what to connect.
    parts += [first(areas, level, region) for level in (LEVELS.of("passerad")[-1], LEVELS.first)]
    return "\n\n".join(parts)


def overview(areas: pd.DataFrame) -> str:
    """One row per level: areas, households in them and dispersed, trench, cost and its bounds."""
    rows = []
    for level in LEVELS.by_threshold():
        here = of_level(areas, level)
        ranked = here["prioritet"].notna()
        real, dispersed = here[ranked], here[~ranked]
        modelled = real[real["modellerad"]]
        rows.append(
            (
                _named(level),
                number(len(real)),
                number(len(real) - len(modelled)),
                number(len(modelled)),
                number(real["hushall_utan"].sum()),
                number(modelled["hushall_utan"].sum()),
                number(dispersed["hushall_utan"].sum()),
                summed(real["schakt_m"], 1e3),
                *(summed(real[c], 1e6) for c in ("kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek")),
            )
        )
    head = (
        "Tröskel och mått",
        "Områden",
        "varav uppmätta",
        "varav modellerade",
        "Hushåll i områden",
        "varav i modellerade",
        "Hushåll utspritt",
        "Schakt (km)",
        "Kostnad (mkr)",
        "Låg (mkr)",
        "Hög (mkr)",
    )
    return table(head, rows)


def of_level(areas: pd.DataFrame, level: Level) -> pd.DataFrame:
    """Return the areas of one level."""
    return areas[(areas["troskel_mbit"] == level.mbit) & (areas["matt"] == level.measure)]


def first(areas: pd.DataFrame, level: Level, region: Region) -> str:
    """List the areas that come first at one level."""
    here = of_level(areas, level)
    here = here[here["prioritet"].notna()]
    rows = [
        (
            r["bristomrade_id"],
            names(r["kommuner"], region),
            "modellerat" if r["modellerad"] else "uppmätt",
            number(r["prioritet"]),
            number(r["rutor"]),
            number(r["adresser_klassade"]),
            number(r["hushall_utan"], 1),
            _whole(r["kostnad_sek"], 1e3),
            _whole(r["kostnad_lag_sek"], 1e3),
            _whole(r["kostnad_hog_sek"], 1e3),
            _whole(r["kostnad_per_hushall_sek"]),
        )
        for r in here.sort_values("prioritet").head(SHOWN).to_dict("records")
    ]
    title = f"### De {SHOWN} första: {_named(level)}\n\n"
    if not rows:
        return title + "Inga bristområden."
    head = (
        "Bristområde",
        "Kommuner",
        "Underlag",
        "Prioritet",
        "Rutor",
        "Adresser att ansluta",
        "Hushåll",
        "Kostnad (tkr)",
        "Låg (tkr)",
        "Hög (tkr)",
        "Kronor per hushåll",
    )
    return title + table(head, rows, left=3)


def _meaning(region: Region) -> str:
    limit = number(100 * region.brist.sannolikhetsgrans)
    count = _NUMBERS.get(len(LEVELS), str(len(LEVELS)))
    return (
        f"Ett bristområde är närliggande rutor med adresser vars sannolikhet för täckning är under {limit} %. "
        "*Modellerat*: minst en adress i rutorna bygger på statistik; det visar att brist är trolig, inte var den är. "
        "*Utspritt*: väntade hushåll utan, i rutor där ingen enskild adress räknas som utan; de har ingen plats och "
        f"ingen kostnad. Områden och utspritt summerar till länets hushåll utan. De {count} raderna är {count} svar på "
        "samma fråga och ska inte läggas ihop."
    )


def _ground(areas: pd.DataFrame, under: TrenchGround) -> str:
    """Say what the trenches follow, and what of them does not."""
    sea, air = (summed(areas[f"schakt_{x}_m"].dropna(), 1e3) for x in ("sjo", "fagelvag"))
    if under["underlag"] != "vagar":
        return (
            "**Vägar saknas: schakt är raka linjer** gånger omvägsfaktorn, det som går över vatten (sammanlagt "
            f"{sea} km i alla rader ovan) som sjökabel. Lägg Topografi 50, tema kommunikation, i mappen vagar."
        )
    return (
        f"Schakt följer {number(under['vaglinjer'])} väglinjer, som möts i {number(under['noder'])} punkter "
        f"({number(under['hopfogade_andar'])} ändar fogades ihop inom snappningsavståndet). Vägnätet är i "
        f"{number(under['vagnatets_delar'])} delar som ingen väg eller färja förbinder; utanför den största ligger "
        f"{number(under['adresser_utanfor_storsta_delen'])} adresser. "
        f"{number(under['adresser_langt_fran_vag'])} adresser ligger långt från närmaste väg. Över vatten, med "
        f"färjeled eller sjökabel: {sea} km; raka linjer på land: {air} km (alla rader ovan). Hur: docs/schakt.md."
    )


def _assumptions(under: TrenchGround, region: Region) -> str:
    """Say that every krona rests on assumptions, which they are, and where they are explained."""
    cost = region.kostnad

    def span(s: Spann, decimals: int = 0) -> str:
        return f"{number(s.mitt, decimals)} ({number(s.lag, decimals)}–{number(s.hog, decimals)})"

    straight = under["underlag"] != "vagar"
    detour = f"omvägsfaktor {span(cost.omvagsfaktor, 1)}, " if straight else "gånger vägklassens faktor (`[vagar]`), "
    return (
        "**Kostnaderna är antaganden** ur konfigurationen (`[kostnad]`), inte offerter: schakt "
        f"{span(cost.schakt_tat_sek_per_m)} kr/m i tätbebyggt och {span(cost.schakt_gles_sek_per_m)} kr/m i "
        f"glesbebyggt, {detour}anslutning {span(cost.anslutning_sek_per_adress)} kr "
        f"per adress, fast kostnad {span(cost.fast_sek_per_omrade)} kr per område. Låg och hög kostnad sätter alla "
        "antaganden i samma ände på en gång; det är inget konfidensintervall. Varje område är räknat för sig, så "
        "områden som delar schakt kostar mindre tillsammans. Alla antaganden med källa, och ett räkneexempel: "
        "docs/bristanalys.md."
    )


def _named(level: Level) -> str:
    return f"{level.mbit} {UNIT}, {MEASURE['sv'][level.measure]}"


def names(codes: str, region: Region) -> str:
    """Return the names of kommuner by their codes, with commas between."""
    return ", ".join(region.kommunnamn.get(code, code) for code in codes.split(","))


def summed(values: pd.Series, unit: float) -> str:
    """Return a sum; one that lacks a value is unknown, not smaller."""
    return "okänd" if values.isna().any() else number(values.sum() / unit)


def _whole(value: float, unit: float = 1) -> str:
    return "–" if value != value else number(value / unit)
