"""What the workbook holds: each sheet's table, contract and notes, from the tables between the stages.

The workbook is opened by people, so a long table has its first or most used rows there, and says which; all of it is
in a CSV file and a Parquet file beside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.core import files, ledger
from pipelines.core.level import LEVELS
from pipelines.core.quoted import read_facts
from pipelines.publish.words.edition_facts import addresses
from pipelines.publish.words.figure_words import number
from pipelines.publish.workbook.overview import NOTE, OVERSIKT, overview
from pipelines.tables import contracts, gap_tables, goal_tables, history_tables, step_tables, summary_tables
from pipelines.tables.fields import field
from pipelines.tables.gap_tables import BRISTKURVA, BRISTOMRADEN
from pipelines.tables.project_tables import BILLIGASTE_MIX, PROJEKT
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR, AVVIKELSER

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy as np
    from numpy.typing import NDArray

    from pipelines.config.region import PtsPrioritering, Region
    from pipelines.core.paths import Paths

KURVA = replace(
    BRISTKURVA,
    columns=(
        BRISTKURVA.columns[0],
        contracts.Column("namn", "text", "Län eller kommun", "Namnet på koden.", klass="oppen"),
        *BRISTKURVA.columns[1:],
    ),
)
KOMMUNER_OCH_LAN = replace(
    summary_tables.KOMMUNER,
    columns=(
        field("kommunkod", description="Fyra siffror; sista raden är länet, två.", pattern=r"^\d{2}(\d{2})?$"),
        *summary_tables.KOMMUNER.columns[1:],
    ),
)
FILES: dict[str, contracts.Table] = {
    "tabeller/oversikt.csv": OVERSIKT,
    "kommuner.csv": KOMMUNER_OCH_LAN,
    "tabeller/mal.csv": goal_tables.MAL,
    "tabeller/projekt.csv": PROJEKT,
    "tabeller/billigaste_mix.csv": BILLIGASTE_MIX,
    "tabeller/bristomraden.csv": BRISTOMRADEN,
    "tabeller/kurva.csv": KURVA,
    "prioritering_pts.csv": goal_tables.PRIORITERING_PTS,
    "pts_prioritering_<år>.csv": goal_tables.PTS_INLAMNING,
    "tabeller/pts_projekt.csv": goal_tables.PTS_PROJEKT,
    "tabeller/kontrolleras.csv": step_tables.KONTROLLERAS,
    "tabeller/avvikelser.csv": AVVIKELSER,
    "tabeller/avstamning.csv": goal_tables.AVSTAMNING,
    "tabeller/avstamning_kallor.csv": AVSTAMNING_KALLOR,
    "tabeller/historik.csv": history_tables.HISTORIK,
    "tabeller/framskrivning.csv": history_tables.FRAMSKRIVNING,
}
"""The contract of each sheet that also is a CSV file, by the file's name under ``OUT``; ``<år>`` stands for a year."""


def contract_of(name: str) -> contracts.Table:
    """Return the contract of a CSV file under ``OUT``.

    >>> contract_of("pts_prioritering_2023.csv").name, contract_of("tabeller/mal.csv").name
    ('pts_prioritering', 'mal')
    """
    return FILES[re.sub(r"_\d{4}\.csv$", "_<år>.csv", name)]


FIRST = 100
"""Gap areas per level that the workbook has."""
POINTS = 100
"""Points of a curve per level that the workbook has."""
MOST_ROWS = 3000
"""A table of no more rows is whole in the workbook."""


@dataclass(frozen=True)
class Cut:
    """Which rows of a long table the workbook has, and what they are, in words."""

    rows: NDArray[np.bool_]
    what: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, table, contract, lines above the header, frozen columns, which rows it has.

    ``year`` is that in its CSV file's name. A table with ``only_file`` has no sheet.
    """

    name: str
    table: pd.DataFrame
    contract: contracts.Table
    notes: tuple[str, ...] = ()
    frozen: int = 2
    cut: Cut | None = None
    only_file: bool = False
    year: int | None = None

    @property
    def csv(self) -> str:
        """Name of the same table as CSV: under ``OUT``, or beside the open workbook."""
        name = next((f for f, t in FILES.items() if t == self.contract), f"{self.contract.name}.csv")
        return name.replace("<år>", str(self.year))

    @property
    def parquet(self) -> str:
        """Name of the same table as Parquet, where the workbook has not all of it; else empty."""
        return f"{self.csv.removesuffix('.csv')}.parquet" if self.cut is not None or self.only_file else ""

    @property
    def rows(self) -> pd.DataFrame:
        """The rows that the sheet has."""
        return self.table if self.cut is None else self.table[self.cut.rows].reset_index(drop=True)

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands above the header: what was left out and where it is, then how the sheet is read."""
        return (*filter(None, (self.left_out,)), *self.notes)

    @property
    def left_out(self) -> str:
        """Say how much of the table is here, and where all of it is; empty where it is here."""
        if self.only_file:
            return f"Bara som fil: {self.csv} (och .parquet)."
        if self.cut is None or self.cut.rows.all():
            return ""
        n, of = number(int(self.cut.rows.sum())), number(len(self.table))
        return f"{n} av {of} rader: {self.cut.what}. Hela tabellen: {self.csv} (och .parquet)."


BASES = {
    "forteckning": "byggnader med hushåll eller arbetsställe på PTS:s byggnadsförteckning",
    "antal": "byggnader på PTS:s byggnadsförteckning, enligt konfigurationen",
    "egen": "stödberättigade adresser enligt oss: PTS:s byggnadsförteckning, som avgör, finns inte bland indata",
}
"""What the most that may be prioritised is a share of, by the fact ``grund``."""


def hand_in(listed: pd.DataFrame, projects: pd.DataFrame, rule: PtsPrioritering) -> pd.DataFrame:
    """Return the buildings to hand in, and why each is among them.

    Parameters
    ----------
    listed, projects : DataFrame
        ``prioritering_pts`` and ``pts_projekt``.
    """
    chosen = projects[projects["skal"] == "prioriteras"]
    why = {row["projekt_id"]: _why(row, rule) for row in chosen.to_dict("records")}
    yes = listed[listed["prioriterad"] == "ja"]
    out = yes.assign(motivering=yes["projekt_id"].map(why).astype("str"))
    return out[goal_tables.PTS_INLAMNING.names].reset_index(drop=True)


def _why(project: dict[Hashable, Any], rule: PtsPrioritering) -> str:
    before, after, ceiling = (
        f"{number(x, space=' ')} kr"
        for x in (project["kostnad_per_byggnad_sek"], project["jamford_kostnad_sek"], rule.kostnadstak_sek_per_byggnad)
    )
    return (
        f"{project['prioriterade']} av projektets {project['stodberattigade']} stödberättigade byggnader prioriteras: "
        f"stödet per byggnad, {before}, jämförs då som {after}; nivån att komma under är {ceiling}"
    )


def sheets(region: Region, paths: Paths, kommuner: pd.DataFrame) -> list[Sheet]:
    """Return every sheet but the first, in the workbook's order, then the tables that only are files.

    Parameters
    ----------
    kommuner : DataFrame
        The kommuner with the län last, rounded.
    """
    goals = _read(paths, goal_tables.MAL)
    curves = curve(paths, region)
    past = _read(paths, history_tables.HISTORIK)
    areas, built = _read(paths, BRISTOMRADEN), _read(paths, PROJEKT)
    listed = ledger.load(paths.ledger("goals")).facts["pts_prioritering"]
    lan = contracts.rounded(files.read_table(paths.table("lan"), summary_tables.LAN.names), summary_tables.LAN)
    rule = region.pts_prioritering
    own = f"{rule.troskel_mbit} Mbit/s ({rule.matt})"
    buildings, projects = (_read(paths, t) for t in (goal_tables.PRIORITERING_PTS, goal_tables.PTS_PROJEKT))
    handed = hand_in(buildings, projects, rule)
    doubtful = _read(paths, step_tables.KONTROLLERAS)
    eligible = (
        "Stödberättigade: de som står på PTS:s byggnadsförteckning."
        if listed["grund"] == "forteckning"
        else f"Stödberättigad: utanför tätort, utan {own}, inte planerad."
    )
    return [
        Sheet("Översikt", overview(lan, goals, areas, listed, region, addresses(read_facts(paths))[0]), OVERSIKT),
        Sheet("Kommuner", kommuner, KOMMUNER_OCH_LAN, ("Sista raden är länet.",)),
        Sheet(
            "Mål",
            goals,
            goal_tables.MAL,
            (
                NOTE,
                "kalla = egen: den här analysen. kalla = pts: PTS:s egna tal, arbetsställen bara där. "
                "Fritidshus är våra väntade antal, tomma där inga byggnader är kända. "
                "Filtrera på niva, omradestyp, bas och kalla.",
                "Målets mått = nej: raden är mätt i det andra måttet, till jämförelse. Uppnått säger då om andelen når "
                "målnivån, inte att målet är nått. Målen är satta för hushåll; arbetsställen och fritidshus står "
                "bredvid.",
            ),
            9,
            part(goals, lambda x: x["omradestyp"] == "totalt", "hela områden; tätbebyggt och glesbebyggt står i filen"),
        ),
        Sheet(
            "Projekt",
            built,
            PROJEKT,
            (
                "Vad som byggs och rangordnas. Alla trösklar och mått: filtrera på tröskel och mått, summera aldrig "
                "över dem. Kostnaderna bygger på antaganden i konfigurationen; hushåll, låg till hög, är ett "
                "90 %-intervall.",
            ),
            2,
            part(built, first_areas, f"de {FIRST} första av varje tröskel och mått"),
        ),
        Sheet(
            "Billigaste mix",
            _read(paths, BILLIGASTE_MIX),
            BILLIGASTE_MIX,
            (
                "Det billigaste sättet att nå varje mål för sig, med fiber och teknikerna i [alternativ], vars priser "
                "är antaganden. Målen är teknikneutrala; PTS:s statistik räknar bara trådbunden accessteknik.",
            ),
            5,
        ),
        Sheet(
            "Bristområden",
            areas,
            BRISTOMRADEN,
            (
                "Alla trösklar och mått: filtrera på tröskel och mått, summera aldrig över dem. Kostnaderna bygger på "
                "antaganden i konfigurationen; rader utspritt-… har ingen kostnad.",
            ),
            3,
            part(areas, first_areas, f"de {FIRST} första av varje tröskel och mått, och det utspridda per kommun"),
        ),
        Sheet(
            "Kurva",
            curves,
            KURVA,
            (
                "Nådda hushåll mot kronor längs prioriteten: länet först, sedan varje kommun med sin del av kostnaden. "
                "Diagrammen till höger visar länet.",
            ),
            4,
            part(
                curves,
                lambda x: curve_points(x, region.lan.kod),
                f"länets kurva, högst {POINTS + 1} punkter per tröskel och mått på jämna avstånd i kronor; kommunernas "
                "kurvor står i filen",
            ),
        ),
        Sheet(
            "Prioritering PTS",
            buildings,
            goal_tables.PRIORITERING_PTS,
            (
                str(listed["varning"]),
                f"Högst {listed['far_prioriteras']} byggnader får prioriteras ({100 * rule.max_andel:g} % av "
                f"{listed['tak_av']} {BASES[listed['grund']]}), högst {rule.max_byggnader_per_projekt} per projekt. "
                f"{eligible} "
                f"{listed['prioriterade_modellerade']} av förslagets {listed['prioriterade']} är modellerade "
                "(underlag statistik): kontrollera dem. Innehåller adresser: får inte publiceras.",
            ),
            cut=part(buildings, first_rows, f"de {MOST_ROWS} första i listan"),
        ),
        Sheet(
            "PTS att lämna in",
            handed,
            goal_tables.PTS_INLAMNING,
            (
                str(listed["varning"]),
                "Förslagets byggnader som de är när utgåvan görs: det som ändras i Prioritering PTS ändras inte här. "
                "Innehåller adresser: får inte publiceras.",
            ),
            cut=part(handed, first_rows, f"de {MOST_ROWS} första i listan"),
            year=rule.regelar,
        ),
        Sheet(
            "Projekt PTS",
            projects,
            goal_tables.PTS_PROJEKT,
            (
                f"Stödet är till tomtgräns: schakt längs väg, rakt där ingen väg går och över vatten, och den fasta "
                f"kostnaden, de stödberättigades del; inte sticket från vägen till huset och inte anslutningen. Nivån "
                f"{rule.kostnadstak_sek_per_byggnad:.0f} kr per byggnad är ett antagande i konfigurationen. Varje "
                f"prioriterad byggnad sänker det jämförda stödet med {100 * rule.avdrag_per_byggnad:g} %.",
            ),
            cut=part(projects, first_rows, f"de {MOST_ROWS} första i listan"),
        ),
        Sheet(
            "Kontrolleras",
            doubtful,
            step_tables.KONTROLLERAS,
            (
                "Adresser som en fullständig lista inte nämner fast grannarna har täckning: listan kan ha glömt dem. "
                "Slå upp dem innan pengar läggs; de som mest hänger på står först. Innehåller adresser: får inte "
                "publiceras.",
            ),
            cut=part(doubtful, first_rows, f"de {MOST_ROWS} första i listan"),
        ),
        Sheet(
            "Avvikelser",
            _read(paths, AVVIKELSER),
            AVVIKELSER,
            (
                "Kommunernas andelar bredvid PTS:s står på bladet Kommuner. Talen ett och ett: "
                "tabeller/avstamning_kallor.csv och tabeller/avstamning.csv.",
            ),
        ),
        Sheet(
            "Historik",
            past,
            history_tables.HISTORIK,
            ("Publicerade tal. Filtrera på serie och områdestyp; jämför aldrig år på var sin sida om ett brott.",),
            4,
            part(past, goal_series, "andelarna vid trösklarna, närhet till fiber och Kolada, för hela områden"),
        ),
        Sheet(
            "Framskrivning",
            _read(paths, history_tables.FRAMSKRIVNING),
            history_tables.FRAMSKRIVNING,
            ("Framskrivning, ingen prognos: vad som händer om de senaste årens takt håller i sig (docs/metod.md).",),
            3,
        ),
        Sheet(
            "Avstämning",
            _read(paths, goal_tables.AVSTAMNING),
            goal_tables.AVSTAMNING,
            (f"Flaggad: avvikelsen är större än {region.kontroll.avvikelse_pe:g} procentenheter.",),
            only_file=True,
        ),
        Sheet(
            "Avstämning källor",
            _read(paths, AVSTAMNING_KALLOR),
            AVSTAMNING_KALLOR,
            ("Varje publicerat tal som finns till hands. Skillnad: procentenheter för andelar, annars procent.",),
            only_file=True,
        ),
    ]


def part(table: pd.DataFrame, chosen: Callable[[pd.DataFrame], pd.Series | NDArray[np.bool_]], what: str) -> Cut | None:
    """Return which rows of a long table the workbook has; None for one that is short."""
    import numpy as np

    return Cut(np.asarray(chosen(table), dtype=np.bool_), what) if len(table) > MOST_ROWS else None


def first_rows(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Choose the first rows of a list to work in."""
    import numpy as np

    return np.arange(len(table)) < MOST_ROWS


def first_areas(areas: pd.DataFrame) -> pd.Series:
    """Choose the first gap areas, or projects, of each level, and what is dispersed."""
    return (areas["prioritet"].isna() | (areas["prioritet"] <= FIRST)).astype(bool)


def curve_points(curves: pd.DataFrame, kod: str) -> NDArray[np.bool_]:
    """Choose points of the län's curve at even distances in kronor, the last among them."""
    import numpy as np

    chosen = np.zeros(len(curves), dtype=np.bool_)
    own = (curves["kod"] == kod).to_numpy()
    for level in LEVELS:
        at = np.flatnonzero(own & (curves["troskel_mbit"] == level.mbit) & (curves["matt"] == level.measure))
        kronor = curves["kostnad_ack_sek"].to_numpy(np.float64)[at]
        if not len(at):
            continue
        if np.isnan(kronor).any():  # nothing covered anywhere: no cost is known, so even steps along the list
            chosen[at[np.linspace(0, len(at) - 1, min(len(at), POINTS + 1)).astype(np.int64)]] = True
            continue
        steps = np.linspace(kronor[0], kronor[-1], POINTS + 1)
        chosen[at[np.minimum(np.searchsorted(kronor, steps), len(at) - 1)]] = True
    return chosen


def goal_series(past: pd.DataFrame) -> pd.Series:
    """Choose the series that the goals are about, of kommuner and län as wholes where the series has them."""
    wanted = past["serie"].str.startswith(("kolada_", "pts_hastighet_")) | (past["serie"] == "pts_narhet_fiber")
    whole = (past["omradestyp"] == "totalt") | past["serie"].str.startswith("kolada_")
    return wanted & whole


def curve(paths: Paths, region: Region) -> pd.DataFrame:
    """Return the curve with names, the län first."""
    table = _read(paths, gap_tables.BRISTKURVA)
    names = region.kommunnamn | {region.lan.kod: region.lan.kortnamn}
    table.insert(1, "namn", table["kod"].map(names))
    own = table["kod"] == region.lan.kod
    return pd.concat([table[own], table[~own]], ignore_index=True)


def _read(paths: Paths, contract: contracts.Table) -> pd.DataFrame:
    return contracts.rounded(files.read_table(paths.table(contract.name), contract.names), contract)
