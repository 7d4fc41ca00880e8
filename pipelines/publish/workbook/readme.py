"""Läs mig: what the workbook is, how to read it, and what every column of every sheet means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.publish.words.edition_facts import credit, notes
from pipelines.publish.workbook.overview import NOTE
from pipelines.publish.workbook.safe import harmless_column
from pipelines.tables.contracts import Column, Table

if TYPE_CHECKING:
    from pipelines.core.quoted import RunFacts, Source
    from pipelines.publish.workbook.workbook_content import Sheet

BASIS = {
    "": "beteckning",
    "publicerad": "publicerad av källan",
    "uppmatt": "uppmätt",
    "modellerad": "modellerad",
    "blandad": "uppmätt där uppgifter finns, annars modellerad",
    "beraknad": "beräknad ur övriga",
    "antagen": "beräknad på antaganden i konfigurationen",
    "raden": "framgår av raden (kand_genom)",
}
LASMIG = Table(
    "lasmig",
    "Läs mig",
    "Hur arbetsboken läses, och varje kolumn i varje blad.",
    (
        Column("blad", "text", "Blad", "Bladets namn."),
        Column("rubrik", "text", "Rubrik", "Kolumnens rubrik i bladet."),
        Column("betydelse", "text", "Betydelse", "Vad kolumnen säger."),
        Column("enhet", "text", "Enhet", "Enheten.", nullable=True),
        Column(
            "kand_genom",
            "text",
            "Hur den är känd",
            "publicerad, uppmätt, modellerad, beräknad eller antagen.",
            nullable=True,
        ),
        Column("kolumn", "text", "Kolumn i CSV", "Kolumnens namn i CSV och i datalexikonet.", nullable=True),
        Column("fil", "text", "CSV-fil", "Samma tabell som CSV, bredvid arbetsboken.", nullable=True),
    ),
)
_WIDTHS = (20, 36, 96, 16, 34, 28, 28)
HERE = "Läs mig"
FILE = "tabeller/lasmig.csv"


def table(sheets: list[Sheet], facts: RunFacts, edition: list[tuple[str, str]]) -> pd.DataFrame:
    """Return how to read the workbook, then what every column of every sheet means, one a row.

    Parameters
    ----------
    edition : list of (str, str)
        What holds for this edition only, and its sources: heading and text.
    """
    about = [(HERE, head, text, "", "", "", "") for head, text in [*lines(facts), *edition]]
    for s in sheets:
        rows = "ingen rad" if s.table.empty else f"{len(s.table)} rader"
        text = " ".join([f"{s.contract.description} {rows[0].upper()}{rows[1:]}.", *s.lines])
        about.append((HERE, f"{'Filen' if s.only_file else 'Bladet'} {s.name}", text, "", "", "", s.csv))
    explained = [
        (s.name, c.alias, _meaning(c, s.contract), c.unit, BASIS[c.basis], c.name, s.csv)
        for s in sheets
        for c in s.contract.columns
    ]
    return pd.DataFrame(about + explained, columns=LASMIG.names)


def _meaning(c: Column, table: Table) -> str:
    text = c.description or f"{c.alias}."
    return f"{text} Nyckel." if c.name in table.key else text


def internal(sources: list[Source]) -> list[tuple[str, str]]:
    """Return what holds for the internal edition, and its sources."""
    return [
        ("Antagen", "Beror på antaganden i konfigurationen, till exempel kronor per meter (docs/bristanalys.md)."),
        ("Intern utgåva", "Bladet Prioritering PTS innehåller adresser: arbetsboken får inte publiceras."),
        *(("Källa", credit(s)) for s in sources),
    ]


def lines(facts: RunFacts) -> list[tuple[str, str]]:
    """Return what holds for any workbook: heading and text."""
    run = f"PTS-statistik {facts['pts_datum']}, SCB {facts['scb_ar']}. Körning {facts['korning_id']}."
    return [
        *(("Läs först", note) for note in notes(facts)),
        ("Körning", f"{run} Teoretisk täckning: PTS:s statistik och täckningsuppgifter, inga mätningar hos hushåll."),
        ("Nedladdning", f"Trösklarna gäller hastighet ned. {NOTE}"),
        ("Publicerad", "Källans tal som det står."),
        ("Uppmätt", "Ur täckningsuppgifter eller register."),
        ("Modellerad", "Fördelad ur statistik: väntevärden, som inte säger något säkert om en enskild adress."),
        ("Tom cell", "Talet finns inte, till exempel en andel utan hushåll. Noll är noll."),
    ]


def write(page: Any, about: pd.DataFrame, style: dict[str, Any], title: str, demo: str) -> None:
    """Write the sheet."""
    if demo:
        page.write_string(0, 0, demo, style["demo"])
    top = 1 if demo else 0
    page.write_string(top, 0, title, style["title"])
    for i, c in enumerate(LASMIG.columns):
        page.write_string(top + 1, i, c.alias, style["head"])
        page.set_column(i, i, _WIDTHS[i])
    columns = [(harmless_column(about[c.name]), style["wrap"]) for c in LASMIG.columns]
    page.add_block(top + 2, columns, _heights(about))
    page.freeze_panes(top + 2, 2)
    page.autofilter(top + 1, 0, top + 1 + len(about), len(LASMIG.columns) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _heights(about: pd.DataFrame) -> list[float]:
    """Return how high each row must be for its longest text, at about one character per unit of width."""
    needed = [-(-about[c.name].str.len() // w) for c, w in zip(LASMIG.columns, _WIDTHS, strict=True)]
    return (15.0 * pd.concat(needed, axis=1).max(axis=1).clip(lower=1)).tolist()
