"""Läs mig: what the workbook is, how to read it, and what every column of every sheet means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.contracts import Column, Table
from pipelines.publish.facts import credit
from pipelines.stages.gaps.goals import NOTE

if TYPE_CHECKING:
    from pipelines.publish.facts import RunFacts, Source
    from pipelines.publish.workbook.content import Sheet

BASIS = {
    "": "beteckning", "publicerad": "publicerad av källan", "uppmatt": "uppmätt", "modellerad": "modellerad",
    "blandad": "uppmätt där uppgifter finns, annars modellerad", "beraknad": "beräknad ur övriga",
    "antagen": "beräknad på antaganden i konfigurationen", "raden": "framgår av raden (kand_genom)",
}  # fmt: skip
KOLUMNER = Table(
    "kolumner", "Kolumner", "Varje kolumn i varje blad.",
    (
        Column("blad", "text", "Blad", "Bladets namn i kommuner.xlsx."),
        Column("fil", "text", "CSV-fil", "Samma tabell som CSV, under OUT."),
        Column("kolumn", "text", "Kolumn", "Kolumnens namn i CSV och i datalexikonet."),
        Column("rubrik", "text", "Rubrik", "Kolumnens rubrik i bladet."),
        Column("enhet", "text", "Enhet", "Enheten."),
        Column("kand_genom", "text", "Hur den är känd", "publicerad, uppmätt, modellerad, beräknad eller antagen."),
        Column("betydelse", "text", "Betydelse", "Vad kolumnen säger."),
    ),
    key=("blad", "kolumn"),
)  # fmt: skip


def columns(sheets: list[Sheet]) -> pd.DataFrame:
    """Return what every column of every sheet means, one a row."""
    return pd.DataFrame(
        [
            (s.name, s.csv, c.name, c.alias, c.unit, BASIS[c.basis], _meaning(c, s.contract))
            for s in sheets
            for c in s.contract.columns
        ],
        columns=KOLUMNER.names,
    )


def _meaning(c: Column, table: Table) -> str:
    text = c.description or f"{c.alias}."
    return f"{text} Nyckel." if c.name in table.key else text


def lines(sheets: list[Sheet], facts: RunFacts, sources: list[Source]) -> list[str]:
    """Return what stands above the columns."""
    return [
        f"PTS-statistik {facts['pts_datum']}. Körning {facts['korning_id']}. "
        f"Källor: {'; '.join(credit(s) for s in sources) or 'PTS, SCB, Lantmäteriet'}. Teoretisk täckning.",
        f"Trösklarna gäller hastighet ned. {NOTE}",
        "Publicerad: källans tal som det står. Uppmätt: ur täckningsuppgifter eller register. Modellerad: fördelad "
        "ur statistik, väntevärden. Antagen: beror på antaganden i konfigurationen (kronor).",
        "Intern utgåva: bladet Prioritering PTS innehåller adresser och får inte publiceras.",
        *(f"{s.name}: {s.contract.description} {len(s.table)} rader." for s in sheets),
    ]


def write(sheet: Any, sheets: list[Sheet], style: dict[str, Any], facts: RunFacts, sources: list[Source],
          demo: str) -> None:  # fmt: skip
    """Write the sheet."""
    row = 0
    if demo:
        sheet.write_string(row, 0, demo, style["demo"])
        row += 1
    sheet.write_string(row, 0, f"Bredband i {facts['lan']}: underlag för planering", style["title"])
    for line in lines(sheets, facts, sources):
        row += 1
        sheet.write_string(row, 0, line)
    top = row + 2
    table = columns(sheets)
    for i, c in enumerate(KOLUMNER.columns):
        sheet.write_string(top, i, c.alias, style["head"])
        sheet.set_column(i, i, (18, 26, 26, 34, 16, 26, 90)[i])
    sheet.add_block(top + 1, [(table[c.name], style["wrap"]) for c in KOLUMNER.columns])
    sheet.freeze_panes(top + 1, 0, top + 1, 0)
    sheet.autofilter(top, 0, top + len(table), len(KOLUMNER.columns) - 1)
