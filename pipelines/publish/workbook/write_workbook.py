"""``kommuner.csv``, the workbook ``kommuner.xlsx`` and the same tables as CSV, every column explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.core import files, ledger
from pipelines.core.quoted import read_facts, read_sources
from pipelines.publish.workbook import book, csvs, readme, workbook_content
from pipelines.tables import contracts

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Write the tables as CSV and as a workbook."""
    facts = read_facts(paths)
    sheets = workbook_content.sheets(region, paths, kommuner_with_lan(paths))
    for sheet in sheets:
        csvs.write_csv(sheet.table, sheet.contract, paths.built(f"out/{sheet.csv}"), facts)
    about = readme.table(sheets, facts, readme.internal(read_sources(paths)))
    csvs.write_csv(about, readme.LASMIG, paths.built(f"out/{readme.FILE}"), facts)
    goal = paths.built("out/kommuner.xlsx")
    book.write_workbook(sheets, about, goal, facts, "underlag för planering", priority_cap(paths))


def kommuner_with_lan(paths: Paths) -> pd.DataFrame:
    """Return the kommuner and, last, the län with its code and name in the kommun columns, rounded."""
    names = contracts.KOMMUNER.names
    lan = files.read_table(paths.table("lan"), contracts.LAN.names).rename(
        columns={"lanskod": "kommunkod", "lansnamn": "kommunnamn"}
    )
    kommuner = files.read_table(paths.table("kommuner"), names)
    return contracts.rounded(pd.concat([kommuner, lan[names]], ignore_index=True), contracts.KOMMUNER)


def priority_cap(paths: Paths) -> int:
    """Return how many addresses may be prioritised."""
    facts = ledger.load(paths.ledger("goals")).facts["pts_prioritering"]
    assert isinstance(facts, dict)
    return int(facts["far_prioriteras"])
