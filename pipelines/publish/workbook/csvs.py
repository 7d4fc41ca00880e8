"""The workbook's tables as CSV: UTF-8 with BOM (Excel on Windows needs it), comma, decimal point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import files
from pipelines.publish.workbook.safe import harmless, harmless_column

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.contracts import Table
    from pipelines.publish.facts import RunFacts


def write_csv(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, then the year of the statistics, the run's id and whether it is a demo.

    Yes and no are written ja and nej; an empty cell is a figure that does not exist.
    """
    import pyarrow as pa
    from pyarrow import csv

    columns = {}
    for c in contract.columns:
        values = table[c.name]
        if c.kind == "text":
            values = harmless_column(values)
        elif c.kind == "ja_nej":
            values = values.map({True: "ja", False: "nej"})
        columns[c.name] = pa.array(values, from_pandas=True)
    n = len(table)
    columns["pts_ar"] = pa.array([facts["pts_ar"]] * n)
    columns["korning_id"] = pa.array([harmless(facts["korning_id"])] * n)
    columns["demo"] = pa.array(["DEMO" if facts["demo"] else "nej"] * n)
    with files.replacing(path) as beside, beside.open("wb") as out:
        out.write(b"\xef\xbb\xbf" + (",".join(columns) + "\n").encode())
        options = csv.WriteOptions(include_header=False, quoting_style="needed")
        csv.write_csv(pa.table(columns), out, options)
