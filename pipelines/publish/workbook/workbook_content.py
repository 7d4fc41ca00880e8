"""What the workbook holds: each sheet's table, contract and notes, from the tables between the stages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.core import files, ledger
from pipelines.core.quoted import read_facts
from pipelines.publish.words.edition_facts import addresses
from pipelines.publish.words.figure_words import number
from pipelines.publish.workbook.overview import NOTE, OVERSIKT, overview
from pipelines.tables import contracts, gap_tables, goal_tables, history_tables, summary_tables
from pipelines.tables.fields import field
from pipelines.tables.gap_tables import BRISTKURVA, BRISTOMRADEN
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR

if TYPE_CHECKING:
    from collections.abc import Hashable

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
    "tabeller/bristomraden.csv": BRISTOMRADEN,
    "tabeller/kurva.csv": KURVA,
    "prioritering_pts.csv": goal_tables.PRIORITERING_PTS,
    "pts_prioritering_<år>.csv": goal_tables.PTS_INLAMNING,
    "tabeller/pts_projekt.csv": goal_tables.PTS_PROJEKT,
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


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, table, contract, lines above the header, frozen columns, year in its CSV file's name."""

    name: str
    table: pd.DataFrame
    contract: contracts.Table
    notes: tuple[str, ...] = ()
    frozen: int = 2
    year: int | None = None

    @property
    def csv(self) -> str:
        """Name of the same table as CSV: under ``OUT``, or beside the open workbook."""
        name = next((f for f, t in FILES.items() if t == self.contract), f"{self.contract.name}.csv")
        return name.replace("<år>", str(self.year))


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
    why = {row["bristomrade_id"]: _why(row, rule) for row in chosen.to_dict("records")}
    yes = listed[listed["prioriterad"] == "ja"]
    out = yes.assign(motivering=yes["bristomrade_id"].map(why).astype("str"))
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
    buildings, projects = (_read(paths, t) for t in (goal_tables.PRIORITERING_PTS, goal_tables.PTS_PROJEKT))
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
        ),
        Sheet(
            "PTS att lämna in",
            hand_in(buildings, projects, rule),
            goal_tables.PTS_INLAMNING,
            (
                str(listed["varning"]),
                "Förslagets byggnader som de är när utgåvan görs: det som ändras i Prioritering PTS ändras inte här. "
                "Innehåller adresser: får inte publiceras.",
            ),
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
