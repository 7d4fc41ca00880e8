"""The first page of figures: the län, each goal, what it costs, and PTS's priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.core.facts import Priorities
from pipelines.core.level import MEASURES
from pipelines.core.level_words import SPELLED, beside_goal
from pipelines.tables.contracts import Column, Table

if TYPE_CHECKING:
    from pipelines.config.region import Malniva, Region

NOTE = "Andelarna gäller nedladdning. VGR:s mål är symmetriska: uppladdning mäts inte av PTS."
OVERSIKT = Table(
    "oversikt",
    "Översikt",
    "Länet: nyckeltal, varje mål, vad det kostar och PTS:s prioritering.",
    (
        Column("avsnitt", "text", "Avsnitt", "Länet, ett mål eller PTS:s prioritering."),
        Column("nyckeltal", "text", "Nyckeltal", "Vad talet är."),
        Column("varde", "decimal", "Värde", "Tomt där det saknas.", "", "raden", nullable=True),
        Column("enhet", "text", "Enhet", "Talets enhet."),
        Column(
            "kand_genom",
            "text",
            "Känd genom",
            "publicerad, beräknad, uppmätt, modellerad, blandad eller antagen.",
            nullable=True,
        ),
        Column("anmarkning", "text", "Anmärkning", "Hur talet ska läsas.", nullable=True),
    ),
    key=("avsnitt", "nyckeltal"),
)
KNOWN = {
    "publicerad": "publicerad",
    "beraknad": "beräknad",
    "uppmatt": "uppmätt",
    "modellerad": "modellerad",
    "blandad": "blandad",
}
Row = tuple[str, Any, str, str, str]


def overview(
    lan: pd.DataFrame, goals: pd.DataFrame, areas: pd.DataFrame, listed: Priorities, region: Region, addresses: str
) -> pd.DataFrame:
    """Return the overview, one figure a row.

    Parameters
    ----------
    lan, goals, areas : DataFrame
        ``lan``, ``mal`` and ``bristomraden``.
    listed : dict
        Figures of PTS's priority, from the ledger of stage goals.
    addresses : str
        What the addresses of the edition are.
    """
    parts = [("Länet", _county(lan.iloc[0], region, addresses))]
    for number, goal in enumerate(region.mal.nivaer, 1):
        rows = goals[goals["mal_nr"] == number]
        parts.append((f"Mål {number}: {goal.namn}", [*_goal(rows, goal, region), *_gap(areas, goal)]))
    parts.append((f"PTS prioritering ({listed['regelar']} års regler)", _priority(listed)))
    table = pd.DataFrame(
        [(part, *row) for part, rows in parts for row in rows], columns=[c.name for c in OVERSIKT.columns]
    )
    table["varde"] = pd.to_numeric(table["varde"]).astype("float64").round(6)
    return table


def _county(lan: pd.Series, region: Region, addresses: str) -> list[Row]:
    return [
        ("Kommuner", len(region.lan.kommuner), "antal", "publicerad", region.lan.kortnamn),
        ("Adresser", lan["adresser"], "antal", "uppmätt", addresses),
        ("Befolkning", lan["befolkning"], "antal", "publicerad", "SCB:s rutor, delen i länet"),
        ("Hushåll", lan["hushall"], "antal", "publicerad", "PTS"),
        ("Land", lan["land_ha"], "ha", "beräknad", ""),
        *((what, lan[kind], "antal", "modellerad", how) for kind, what, how in _TOLD_APART),
    ]


_HOUSE = "väntat antal, efter byggnaden vid adressen; tomt utan byggnader"
_TOLD_APART = (
    ("hushall_smahus", "Hushåll i småhus", _HOUSE),
    ("hushall_flerbostad", "Hushåll i flerbostadshus", _HOUSE),
    ("fritidshus", "Fritidshus", "småhus utan bofast hushåll, också tomma; tomt utan byggnader"),
    ("arbetsstallen", "Arbetsställen", "PTS:s antal; tomt där PTS inte anger det"),
)


def _goal(rows: pd.DataFrame, goal: Malniva, region: Region) -> list[Row]:
    def one(niva: str, **where: str) -> pd.Series:
        wanted = {"niva": niva, "matt": goal.matt, "omradestyp": "totalt", "bas": "hushall", "kalla": "egen"}
        found = rows
        for column, value in (wanted | where).items():
            found = found[found[column] == value]
        return found.iloc[0] if len(found) else pd.Series(dtype=object)

    own, pts, riket = one("lan"), one("lan", kalla="pts"), one("riket", kalla="pts")
    other = next(m for m in MEASURES if m != goal.matt)
    work, empty = one("lan", kalla="pts", bas="arbetsstallen"), one("lan", bas="fritidshus")
    rest = one("lan", matt=other)
    reached = (
        rows[
            (rows["niva"] == "kommun")
            & (rows["kalla"] == "egen")
            & (rows["omradestyp"] == "totalt")
            & (rows["bas"] == "hushall")
            & (rows["matt"] == goal.matt)
        ]["uppnatt"]
        .eq("ja")
        .sum()
    )
    known = KNOWN.get(str(own.get("kand_genom")), "")
    of = f"av {len(region.lan.kommuner)} kommuner"
    measure, beside = beside_goal(goal.matt, goal.matt), beside_goal(goal.matt, other)
    ours = f"egen analys, {measure}"
    rank = "" if pd.isna(pts.get("rang_av")) else f"av {pts['rang_av']} län, i PTS:s arbetsbok, "
    year = [("Målår", goal.ar, "år", "publicerad", "")] if goal.ar else []
    return [
        ("Målnivå", goal.andel_pct, "%", "publicerad", f"{goal.troskel_mbit} Mbit/s ned, {SPELLED[goal.matt]}"),
        *year,
        ("Hushåll, egen analys", own.get("andel_pct"), "%", known, measure),
        ("Hushåll, PTS", pts.get("andel_pct"), "%", _known(pts), measure),
        ("Hushåll i riket, PTS", riket.get("andel_pct"), "%", _known(riket), measure),
        ("Länets rang", pts.get("rang"), "plats", _known(pts), rank + measure),
        ("Hushåll som saknas till målet", own.get("antal_saknas"), "antal", known, ours),
        ("Kommuner som når målet", reached, "antal", known, f"{of}, {ours}"),
        ("Hushåll i tätbebyggt", one("lan", omradestyp="tatbebyggt").get("andel_pct"), "%", known, ours),
        ("Hushåll i glesbebyggt", one("lan", omradestyp="glesbebyggt").get("andel_pct"), "%", known, ours),
        (
            "Hushåll, det andra måttet",
            rest.get("andel_pct"),
            "%",
            KNOWN.get(str(rest.get("kand_genom")), ""),
            f"egen analys, {beside}",
        ),
        ("Arbetsställen, PTS", work.get("andel_pct"), "%", _known(work), f"{measure}; modelleras inte av oss"),
        (
            "Arbetsställen utan, PTS",
            work.get("antal_utan"),
            "antal",
            _known(work),
            f"av {_whole(work.get('antal'))}, {measure}",
        ),
        (
            "Arbetsställen som saknas till målet, PTS",
            work.get("antal_saknas"),
            "antal",
            _known(work),
            f"{measure}; målet är satt för hushåll",
        ),
        ("Fritidshus", empty.get("andel_pct"), "%", "modellerad", f"{measure}; tomt där inga byggnader är kända"),
        (
            "Fritidshus utan",
            empty.get("antal_utan"),
            "antal",
            "modellerad",
            f"av {_whole(empty.get('antal'))}, {measure}",
        ),
        (
            "Fritidshus som saknas till målet",
            empty.get("antal_saknas"),
            "antal",
            "modellerad",
            f"{measure}; målet är satt för hushåll",
        ),
        ("Yta utan", own.get("yta_utan_pct"), "% av landet", known, f"{measure}; ytans tre delar är 100 %"),
        ("Yta täckt", own.get("yta_tackt_pct"), "% av landet", known, measure),
        ("Yta utan adresser", own.get("yta_obebodd_pct"), "% av landet", "beräknad", ""),
        (
            "Adresser utan boende som är utan",
            own.get("utan_boende_utan"),
            "antal",
            known,
            f"av {_whole(own.get('adresser_utan_boende'))} adresser utan boende; {measure}; "
            "ingår inte i hushållens andelar",
        ),
        (
            "Mobil yttäckning, PTS",
            own.get("mobil_yta_pct"),
            "% av ytan",
            "publicerad",
            f"{own.get('mobil_olikhet') or ''} {own.get('mobil_matt') or 'ingen arbetsbok om mobil'}".strip(),
        ),
    ]


def _gap(areas: pd.DataFrame, goal: Malniva) -> list[Row]:
    here = areas[(areas["troskel_mbit"] == goal.troskel_mbit) & (areas["matt"] == goal.matt)]
    ranked = here[here["prioritet"].notna()]
    cost = "alla bristområden, vart och ett för sig; antaganden i konfigurationen"
    unknown = ranked["kostnad_sek"].isna().any()  # nothing covered anywhere: unknown, not free

    def kronor(column: str) -> float:
        return float("nan") if unknown else float(ranked[column].sum())

    return [
        ("Bristområden", len(ranked), "antal", "blandad", f"varav {int(ranked['modellerad'].sum())} modellerade"),
        ("Hushåll utan i bristområden", ranked["hushall_utan"].sum(), "antal", "blandad", "väntat antal"),
        (
            "Hushåll utan, utspridda",
            here["hushall_utan"][here["prioritet"].isna()].sum(),
            "antal",
            "blandad",
            "utanför alla bristområden",
        ),
        ("Kostnad att bygga alla", kronor("kostnad_sek"), "kr", "antagen", cost),
        ("Kostnad, låg", kronor("kostnad_lag_sek"), "kr", "antagen", "alla antaganden i sin låga ände"),
        ("Kostnad, hög", kronor("kostnad_hog_sek"), "kr", "antagen", "alla antaganden i sin höga ände"),
    ]


def _priority(listed: Priorities) -> list[Row]:
    return [
        (
            "Stödberättigade byggnader",
            listed["stodberattigade"],
            "antal",
            "blandad",
            f"varav {listed['varav_modellerade']} modellerade",
        ),
        ("Får prioriteras", listed["far_prioriteras"], "antal", "beräknad", "avrundat nedåt"),
        (
            "Prioriteras i förslaget",
            listed["prioriterade"],
            "antal",
            "beräknad",
            f"i {listed['projekt']} projekt, varav {listed['prioriterade_modellerade']} adresser modellerade",
        ),
        ("Hushåll utan i de projekten", listed["hushall"], "antal", "blandad", str(listed["varning"])),
    ]


def _known(row: pd.Series) -> str:
    return KNOWN.get(str(row.get("kand_genom")), "")


def _whole(value: Any) -> str:
    return "okänt antal" if value is None or pd.isna(value) else str(int(value))
