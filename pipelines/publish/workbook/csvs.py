"""CSV as RFC 4180 has it: lines end with CR LF, texts in quotes only where they must, numbers without exponent.

The workbook's tables are UTF-8 with a byte order mark, which Excel on Windows needs to see å, ä and ö; what is
made for programs (the open edition, the archive) is UTF-8 without one.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from pipelines.core import files
from pipelines.publish.workbook.safe import harmless_column
from pipelines.tables.contracts import DECIMALS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Table

EOL = "\r\n"
RUN_COLUMNS = ("pts_ar", "korning_id", "demo")
"""What is told of the run on each row, last."""


def write_csv(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the contract's columns, then the year of the statistics, the run's id and whether it is a demo."""
    write(table, contract, path, _of_run(facts), mark=codecs.BOM_UTF8)


def write(table: pd.DataFrame, contract: Table, path: Path, last: dict[str, Any], mark: bytes = b"") -> None:
    """Write the contract's columns, and ``last`` what is the same on each row; ``mark`` comes before all of it.

    Yes and no are written ja and nej; an empty cell is a figure that does not exist.
    """
    import pyarrow as pa
    import pyarrow.csv

    columns = {c.name: _shown(table[c.name], c.kind) for c in contract.columns}
    rows = pa.table(columns | {name: pa.repeat(value, len(table)) for name, value in last.items()})
    with files.replacing(path) as beside, beside.open("wb") as file:
        file.write(mark)
        try:
            # No value needs a quote in the large tables; Arrow would otherwise quote every text.
            options = pa.csv.WriteOptions(quoting_style="none", quoting_header="none", eol=EOL)
            pa.csv.write_csv(rows, file, options)
        except pa.ArrowInvalid:
            file.seek(len(mark))
            file.truncate()
            rows.to_pandas(integer_object_nulls=True).to_csv(file, index=False, lineterminator=EOL)


def write_parquet(table: pd.DataFrame, contract: Table, path: Path, facts: RunFacts) -> None:
    """Write the same columns and rows as Parquet, for programs: numbers as numbers, yes and no as such."""
    files.write_table(table[contract.names].assign(**_of_run(facts)), path, product=True)


def _of_run(facts: RunFacts) -> dict[str, Any]:
    of_run = (facts["pts_ar"], facts["korning_id"], "DEMO" if facts["demo"] else "nej")
    return dict(zip(RUN_COLUMNS, of_run, strict=True))


def _shown(values: pd.Series, kind: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "ja_nej":
        return pc.if_else(pa.array(values, pa.bool_(), from_pandas=True), "ja", "nej")
    if kind == "decimal":
        return plain(pa.array(values, pa.float64(), from_pandas=True))
    return pa.array(harmless_column(values) if kind == "text" else values, from_pandas=True)


def plain(values: pa.Array) -> pa.Array:
    """Return decimal numbers as they are written in a file: no exponent, no needless zeros; none for none.

    >>> import pyarrow as pa
    >>> plain(pa.array([2.1e-05, 1230.0, -0.5, None])).to_pylist()
    ['0.000021', '1230', '-0.5', None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(pc.cast(values, pa.decimal128(38, DECIMALS)), pa.string())
    return pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
