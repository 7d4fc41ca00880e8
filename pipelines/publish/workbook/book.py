"""Write ``kommuner.xlsx``: one sheet a table, each with its mark, notes, frozen header, filter and formats."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipelines.core import files
from pipelines.publish.words.edition_facts import marked
from pipelines.publish.workbook import readme, workbook_charts, workbook_styles
from pipelines.publish.workbook.bulk import BulkSheet
from pipelines.publish.workbook.safe import harmless, harmless_column

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.core.quoted import RunFacts
    from pipelines.publish.workbook.workbook_content import Sheet

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Style = dict[str, Any]
_A3 = 8
"""Paper, in Excel's numbering: wide tables are read on screen, but a print is one page wide."""


def write_workbook(
    sheets: list[Sheet], about: pd.DataFrame, path: Path, facts: RunFacts, subtitle: str, cap: int = 0
) -> None:
    """Write the workbook whole or not at all.

    Parameters
    ----------
    about : DataFrame
        The first sheet, from ``readme.table``.
    subtitle : str
        What the workbook is, beside what it is about.
    cap : int
        Most addresses that may be prioritised: what the priority sheet's own count is held against.
    """
    demo = marked("", facts).strip()
    with files.replacing(path) as beside:
        book = xlsxwriter.Workbook(str(beside), OPTIONS)
        stamp = datetime.datetime.fromisoformat(facts["senaste_indatadatum"])
        title = f"Bredband i {facts['lan']}: {subtitle}"
        book.set_properties({"created": stamp, "title": title, "comments": demo})
        style = workbook_styles.formats(book)
        readme.write(book.add_worksheet(readme.HERE, BulkSheet), about, style, title, demo)
        for sheet in (s for s in sheets if not s.only_file):
            page = book.add_worksheet(sheet.name, BulkSheet)
            top = _head(page, sheet, style, demo)
            if sheet.contract.name == "oversikt":
                _overview(page, sheet, style, top)
            else:
                page.add_block(
                    top, [(_text(sheet, c.name), style[workbook_styles.of_column(c)]) for c in sheet.contract.columns]
                )
            if sheet.contract.name == "bristkurva":
                workbook_charts.add(book, page, sheet, top, facts["lanskod"])
            if sheet.contract.name == "prioritering_pts":
                _controls(page, sheet, style, top, cap)
        book.close()


def _head(page: Any, sheet: Sheet, style: Style, demo: str) -> int:
    """Write mark, notes and header; freeze and filter; return the first row of the table."""
    row = 0
    for text, look in ((demo, "demo"), *((n, "note") for n in sheet.lines)):
        if text:
            page.write_string(row, 0, text, style[look])
            row += 1
    row += sheet.contract.name == "prioritering_pts"  # the line of controls
    for i, c in enumerate(sheet.contract.columns):
        page.write_string(row, i, c.alias, style["head"])
        page.set_column(i, i, workbook_styles.width(c, sheet.rows[c.name]))
    page.set_row(row, 62 if max(len(c.alias) for c in sheet.contract.columns) > 24 else 20)
    page.freeze_panes(row + 1, sheet.frozen)
    page.set_landscape()
    page.set_paper(_A3)
    page.fit_to_pages(1, 0)
    page.repeat_rows(row)
    page.autofilter(row, 0, row + len(sheet.rows), len(sheet.contract.columns) - 1)
    return row + 1


def _text(sheet: Sheet, column: str) -> pd.Series:
    values = sheet.rows[column]
    return harmless_column(values) if sheet.contract.column(column).kind == "text" else values


def _overview(page: Any, sheet: Sheet, style: Style, top: int) -> None:
    """Write the overview cell by cell: each row has its own unit."""
    for r, row in enumerate(sheet.table.itertuples(index=False), top):
        for i, c in enumerate(sheet.contract.columns):
            value = row[i]
            if c.kind == "text":
                page.write_string(r, i, harmless(value))
            elif value == value:
                unit = workbook_styles.of_unit("%" if row.enhet.startswith("%") else row.enhet)
                page.write_number(r, i, value, style["heltal" if row.enhet == "antal" else unit])


def _controls(page: Any, sheet: Sheet, style: Style, top: int, cap: int) -> None:
    """Let the planner change ja and nej, and see at once how many are chosen and how many may be."""
    last = max(top + len(sheet.rows), top + 1)
    chosen = int((sheet.table["prioriterad"] == "ja").sum())
    beyond = chosen - int((sheet.rows["prioriterad"] == "ja").sum())
    page.data_validation(top, 0, last - 1, 0, {"validate": "list", "source": ["ja", "nej"]})
    line = top - 2
    page.write_string(line, 0, "Valda nu:")
    page.write_formula(
        line, 1, f'=COUNTIF(A{top + 1}:A{last},"ja")' + (f"+{beyond}" if beyond else ""), style["heltal"], chosen
    )
    page.write_string(line, 2, "av högst:")
    page.write_number(line, 3, cap, style["heltal"])
    page.conditional_format(
        line, 1, line, 1, {"type": "cell", "criteria": ">", "value": f"$D${line + 1}", "format": style["demo"]}
    )
