"""What the workbook holds: each sheet's table, contract and notes, from the tables between the stages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.core import files, ledger
from pipelines.core.quoted import read_facts
from pipelines.publish.words.edition_facts import addresses
from pipelines.publish.workbook.overview import NOTE, OVERSIKT, overview
from pipelines.tables import contracts, gap_tables, goal_tables, history_tables, summary_tables
from pipelines.tables.fields import field
from pipelines.tables.gap_tables import BRISTKURVA, BRISTOMRADEN
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR

if TYPE_CHECKING:
    from pipelines.config.region import PtsPrioritering, Region
    from pipelines.core.facts import Priorities
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
    "tabeller/bristomraden.csv": BRISTOMRADEN,
    "tabeller/kurva.csv": KURVA,
    "prioritering_pts.csv": goal_tables.PRIORITERING_PTS,
    "tabeller/pts_projekt.csv": goal_tables.PTS_PROJEKT,
    "tabeller/avstamning.csv": goal_tables.AVSTAMNING,
    "tabeller/avstamning_kallor.csv": AVSTAMNING_KALLOR,
    "tabeller/historik.csv": history_tables.HISTORIK,
    "tabeller/framskrivning.csv": history_tables.FRAMSKRIVNING,
}
"""The contract of each sheet that also is a CSV file, by the file's name under ``OUT``."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, table, contract, lines above the header, frozen columns, CSV file beside the workbook."""

    name: str
    table: pd.DataFrame
    contract: contracts.Table
    notes: tuple[str, ...] = ()
    frozen: int = 2

    @property
    def csv(self) -> str:
        """Name of the same table as CSV: under ``OUT``, or beside the open workbook."""
        return next((f for f, t in FILES.items() if t == self.contract), f"{self.contract.name}.csv")


def _base(listed: Priorities, rule: PtsPrioritering) -> str:
    """Say what the most that may be prioritised is a share of."""
    known = rule.antal_i_forteckningen
    if known is None:
        return f"{listed['stodberattigade']} stödberättigade adresser"
    return f"{known} byggnader på PTS:s byggnadsförteckning; här räknas {listed['stodberattigade']} stödberättigade"


def sheets(region: Region, paths: Paths, kommuner: pd.DataFrame) -> list[Sheet]:
    """Return every sheet but the first, in the workbook's order.

    Parameters
    ----------
    kommuner : DataFrame
        The kommuner with the län last, rounded.
    """
    goals = _read(paths, goal_tables.MAL)
    areas = _read(paths, BRISTOMRADEN)
    listed = ledger.load(paths.ledger("goals")).facts["pts_prioritering"]
    lan = contracts.rounded(files.read_table(paths.table("lan"), summary_tables.LAN.names), summary_tables.LAN)
    rule = region.pts_prioritering
    own = f"{rule.troskel_mbit} Mbit/s ({rule.matt})"
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
                "Filtrera på niva, omradestyp, bas och kalla.",
            ),
            9,
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
        ),
        Sheet(
            "Kurva",
            curve(paths, region),
            KURVA,
            (
                "Nådda hushåll mot kronor längs prioriteten: länet först, sedan varje kommun med sin del av kostnaden. "
                "Diagrammen till höger visar länet.",
            ),
            4,
        ),
        Sheet(
            "Prioritering PTS",
            _read(paths, goal_tables.PRIORITERING_PTS),
            goal_tables.PRIORITERING_PTS,
            (
                str(listed["varning"]),
                f"Högst {listed['far_prioriteras']} byggnader får prioriteras ({100 * rule.max_andel:g} % av "
                f"{_base(listed, rule)}), högst {rule.max_byggnader_per_projekt} per projekt. "
                f"Stödberättigad: utanför tätort, utan {own}, inte planerad. "
                f"{listed['prioriterade_modellerade']} av förslagets {listed['prioriterade']} är modellerade "
                "(underlag statistik): kontrollera dem. Innehåller adresser: får inte publiceras.",
            ),
        ),
        Sheet(
            "Projekt PTS",
            _read(paths, goal_tables.PTS_PROJEKT),
            goal_tables.PTS_PROJEKT,
            (
                f"Kostnadstaket {rule.kostnadstak_sek_per_byggnad:.0f} kr per byggnad är ett antagande i "
                f"konfigurationen. Varje prioriterad byggnad sänker den jämförda kostnaden med "
                f"{100 * rule.avdrag_per_byggnad:g} %.",
            ),
        ),
        Sheet(
            "Avstämning",
            _read(paths, goal_tables.AVSTAMNING),
            goal_tables.AVSTAMNING,
            (f"Flaggad: avvikelsen är större än {region.kontroll.avvikelse_pe:g} procentenheter.",),
            3,
        ),
        Sheet(
            "Avstämning källor",
            _read(paths, AVSTAMNING_KALLOR),
            AVSTAMNING_KALLOR,
            ("Varje publicerat tal som finns till hands. Skillnad: procentenheter för andelar, annars procent.",),
            4,
        ),
        Sheet(
            "Historik",
            _read(paths, history_tables.HISTORIK),
            history_tables.HISTORIK,
            ("Publicerade tal. Filtrera på serie och områdestyp; jämför aldrig år på var sin sida om ett brott.",),
            4,
        ),
        Sheet(
            "Framskrivning",
            _read(paths, history_tables.FRAMSKRIVNING),
            history_tables.FRAMSKRIVNING,
            ("Framskrivning, ingen prognos: vad som händer om de senaste årens takt håller i sig (docs/metod.md).",),
            3,
        ),
    ]


def curve(paths: Paths, region: Region) -> pd.DataFrame:
    """Return the curve with names, the län first."""
    table = _read(paths, gap_tables.BRISTKURVA)
    names = region.kommunnamn | {region.lan.kod: region.lan.kortnamn}
    table.insert(1, "namn", table["kod"].map(names))
    own = table["kod"] == region.lan.kod
    return pd.concat([table[own], table[~own]], ignore_index=True)


def _read(paths: Paths, contract: contracts.Table) -> pd.DataFrame:
    return contracts.rounded(files.read_table(paths.table(contract.name), contract.names), contract)
