"""The workbook's tables as CSV: UTF-8 with BOM (Excel on Windows needs it), comma, decimal point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import files
from pipelines.publish.workbook.safe import harmless_column

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.contracts import Table
    from pipelines.publish.facts import RunFacts


def write_csv(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, then the year of the statistics, the run's id and whether it is a demo.

    Yes and no are written ja and nej; an empty cell is a figure that does not exist.
    """
    columns = {c.name: _shown(table[c.name], c.kind) for c in contract.columns}
    out = table[contract.names].assign(
        **columns,
        pts_ar=facts["pts_ar"],
        korning_id=facts["korning_id"],
        demo="DEMO" if facts["demo"] else "nej",
    )
    with files.replacing(path) as beside:
        out.to_csv(beside, index=False, encoding="utf-8-sig", lineterminator="\n")


def _shown(values: pd.Series, kind: str) -> pd.Series:
    if kind == "ja_nej":
        return values.map({True: "ja", False: "nej"})
    return harmless_column(values) if kind == "text" else values
