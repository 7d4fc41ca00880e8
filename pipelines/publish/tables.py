"""``kommuner.csv`` and ``kommuner.xlsx``: the kommuner and the län as tables, every column explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines import contracts, files
from pipelines.publish.facts import RunFacts, read_facts

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.paths import Paths
    from pipelines.region import Region

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins like this is run as a formula by spreadsheets."""
BASIS = {
    "": "", "publicerad": "publicerad av källan", "uppmatt": "uppmätt", "modellerad": "modellerad",
    "blandad": "uppmätt där uppgifter finns, annars modellerad", "beraknad": "beräknad ur övriga",
}  # fmt: skip


def run(region: Region, paths: Paths) -> None:
    """Write the kommuner with the län last, as CSV and as a workbook."""
    del region
    facts = read_facts(paths)
    table = kommuner_with_lan(paths)
    write_csv(table, paths, facts)
    write_workbook(table, paths, facts)


def kommuner_with_lan(paths: Paths) -> pd.DataFrame:
    """Return the kommuner and, last, the län with its code and name in the kommun columns, rounded."""
    import pandas as pd

    lan = files.read_table(paths.table("lan")).rename(
        columns={"lanskod": "kommunkod", "lansnamn": "kommunnamn"}
    )
    names = contracts.KOMMUNER.names
    table = pd.concat([files.read_table(paths.table("kommuner"))[names], lan[names]], ignore_index=True)
    decimals = [c.name for c in contracts.KOMMUNER.columns if c.kind == "decimal"]
    table[decimals] = table[decimals].round(6)
    return table


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula.

    >>> harmless("=1+1"), harmless("Vara")
    ("'=1+1", 'Vara')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_csv(table: pd.DataFrame, paths: Paths, facts: RunFacts) -> None:
    """Write UTF-8 with BOM (Excel on Windows needs it), comma, decimal point; demo and run id as columns."""
    out = table.assign(
        kommunnamn=table["kommunnamn"].map(harmless),
        pts_ar=facts["pts_ar"],
        korning_id=facts["korning_id"],
        demo="DEMO" if facts["demo"] else "nej",
    )
    with files.replacing(paths.built("out/kommuner.csv")) as beside:
        out.to_csv(beside, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_workbook(table: pd.DataFrame, paths: Paths, facts: RunFacts) -> None:
    """Write the workbook: first a sheet that explains every column, then the figures."""
    import datetime

    import xlsxwriter

    with files.replacing(paths.built("out/kommuner.xlsx")) as beside:
        book = xlsxwriter.Workbook(str(beside), {"strings_to_formulas": False, "strings_to_urls": False})
        stamp = datetime.datetime.fromisoformat(facts["senaste_indatadatum"])
        mark = "DEMO – simulerade data" if facts["demo"] else ""
        book.set_properties({"created": stamp, "title": "Bredband per kommun", "comments": mark})
        style = {
            "head": book.add_format({"bold": True, "bg_color": "#1f4e5f", "font_color": "white",
                                     "text_wrap": True, "valign": "top"}),
            "demo": book.add_format({"bold": True, "font_color": "#9c0006", "bg_color": "#ffc7ce"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "bold": book.add_format({"bold": True}),
            "antal": book.add_format({"num_format": "#,##0.0"}),
            "heltal": book.add_format({"num_format": "#,##0"}),
            "pct": book.add_format({"num_format": "0.00"}),
        }  # fmt: skip
        _explain(book.add_worksheet("Läs mig"), style, facts)
        _figures(book.add_worksheet("Kommuner"), table, style, facts)
        book.close()


def _explain(sheet: Any, style: dict[str, Any], facts: RunFacts) -> None:
    lines = [
        f"Bredband per kommun, {facts['lan']}. PTS-statistik {facts['pts_datum']}. Körning {facts['korning_id']}.",
        "Källa: PTS, SCB (CC0), © Lantmäteriet (belägenhetsadresser, bearbetade). Teoretisk täckning.",
        "Trösklarna gäller hastighet ned (nedlänk). Sista raden är länet.",
    ]
    row = 0
    if facts["demo"]:
        sheet.write_string(row, 0, "DEMO – simulerade data, inte verkliga uppgifter", style["demo"])
        row += 1
    for line in lines:
        sheet.write_string(row, 0, line)
        row += 1
    row += 1
    for i, title in enumerate(("Kolumn", "Rubrik", "Enhet", "Hur den är känd", "Betydelse")):
        sheet.write_string(row, i, title, style["head"])
    for c in contracts.KOMMUNER.columns:
        row += 1
        for i, text in enumerate((c.name, c.alias, c.unit, BASIS[c.basis], c.description)):
            sheet.write_string(row, i, text, style["wrap"])
    sheet.set_column(0, 1, 34)
    sheet.set_column(2, 3, 22)
    sheet.set_column(4, 4, 80)


def _figures(sheet: Any, table: pd.DataFrame, style: dict[str, Any], facts: RunFacts) -> None:
    top = 0
    if facts["demo"]:
        sheet.write_string(0, 0, "DEMO – simulerade data, inte verkliga uppgifter", style["demo"])
        top = 1
    for i, c in enumerate(contracts.KOMMUNER.columns):
        sheet.write_string(top, i, c.alias, style["head"])
        values = table[c.name].tolist()
        if c.kind == "text":
            for r, text in enumerate(values, top + 1):
                sheet.write_string(r, i, harmless(text))
            sheet.set_column(i, i, 14)
            continue
        kind = (
            style["heltal"] if c.kind == "heltal" else style["antal" if c.unit in ("antal", "ha") else "pct"]
        )
        for r, number in enumerate(values, top + 1):
            if number == number:  # a share without a denominator stays an empty cell
                sheet.write_number(r, i, number, kind)
        sheet.set_column(i, i, 13)
    sheet.set_row(top, 62)
    sheet.freeze_panes(top + 1, 2)
    sheet.autofilter(top, 0, top + len(table), len(contracts.KOMMUNER.columns) - 1)
