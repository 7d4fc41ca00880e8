"""CSV as RFC 4180 has it: lines end with CR LF, texts in quotes only where they must, numbers without exponent.

The workbook's tables are UTF-8 with a byte order mark, which Excel on Windows needs to see å, ä and ö; what is
made for programs (the open edition, the archive) is UTF-8 without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import files
from pipelines.publish.workbook.safe import harmless_column
from pipelines.tables.contracts import DECIMALS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Table

EOL = "\r\n"
RUN_COLUMNS = ("pts_ar", "korning_id", "demo")
"""What is told of the run on each row, last."""


def write_csv(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, then the year of the statistics, the run's id and whether it is a demo.

    Yes and no are written ja and nej; an empty cell is a figure that does not exist.
    """
    columns = {c.name: _shown(table[c.name], c.kind) for c in contract.columns}
    out = table[contract.names].assign(**columns, **_of_run(facts))
    with files.replacing(path) as beside:
        out.to_csv(beside, index=False, encoding="utf-8-sig", lineterminator=EOL)


def write_parquet(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the same columns and rows as Parquet, for programs: numbers as numbers, yes and no as such."""
    files.write_table(table[contract.names].assign(**_of_run(facts)), path)


def _of_run(facts: RunFacts) -> dict[str, Any]:
    of_run = (facts["pts_ar"], facts["korning_id"], "DEMO" if facts["demo"] else "nej")
    return dict(zip(RUN_COLUMNS, of_run, strict=True))


def _shown(values: pd.Series, kind: str) -> pd.Series:
    if kind == "ja_nej":
        return values.map({True: "ja", False: "nej"})
    if kind == "decimal":
        return values.map(plain).astype("object")
    return harmless_column(values) if kind == "text" else values


def plain(x: float) -> str | None:
    """Return a decimal number as it is written in a file: no exponent, no needless zeros; None for none.

    >>> plain(2.1e-05), plain(1230.0), plain(-0.5), plain(float("nan"))
    ('0.000021', '1230', '-0.5', None)
    """
    return None if np.isnan(x) else f"{x:.{DECIMALS}f}".rstrip("0").rstrip(".")
