"""The workbook ``kommuner.xlsx`` and its tables as CSV, the long ones as Parquet too, every column explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.core import files, ledger
from pipelines.core.quoted import read_facts, read_sources
from pipelines.publish.workbook import book, csvs, readme, workbook_content
from pipelines.tables import contracts, summary_tables

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Write the tables as files and as a workbook."""
    facts = read_facts(paths)
    sheets = workbook_content.sheets(region, paths, kommuner_with_lan(paths))
    for sheet in sheets:
        csvs.write_csv(sheet.table, sheet.contract, paths.built(f"out/{sheet.csv}"), facts)
        if sheet.parquet:
            csvs.write_parquet(sheet.table, sheet.contract, paths.built(f"out/{sheet.parquet}"), facts)
    about = readme.table(sheets, facts, readme.internal(read_sources(paths)))
    csvs.write_csv(about, readme.LASMIG, paths.built(f"out/{readme.FILE}"), facts)
    goal = paths.built("out/kommuner.xlsx")
    book.write_workbook(sheets, about, goal, facts, "underlag för planering", priority_cap(paths))


def kommuner_with_lan(paths: Paths) -> pd.DataFrame:
    """Return the kommuner and, last, the län with its code and name in the kommun columns, rounded."""
    names = summary_tables.KOMMUNER.names
    lan = files.read_table(paths.table("lan"), summary_tables.LAN.names).rename(
        columns={"lanskod": "kommunkod", "lansnamn": "kommunnamn"}
    )
    kommuner = files.read_table(paths.table("kommuner"), names)
    return contracts.rounded(pd.concat([kommuner, lan[names]], ignore_index=True), summary_tables.KOMMUNER)


def priority_cap(paths: Paths) -> int:
    """Return how many addresses may be prioritised."""
    return ledger.load(paths.ledger("goals")).facts["pts_prioritering"]["far_prioriteras"]
