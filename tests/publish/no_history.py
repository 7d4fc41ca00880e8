"""The tables of what others have published, empty: for products that are about something else."""

from __future__ import annotations

import pandas as pd

from pipelines.contracts import Table
from pipelines.contracts_history import FRAMSKRIVNING, HISTORIK
from pipelines.contracts_reconciliation import AVSTAMNING_KALLOR
from pipelines.files import write_table
from pipelines.paths import Paths

KINDS = {"text": "str", "decimal": "float64", "ja_nej": "bool", "heltal": "int64"}


def write(paths: Paths, tables: tuple[Table, ...] = (HISTORIK, FRAMSKRIVNING, AVSTAMNING_KALLOR)) -> None:
    for table in tables:
        empty = {
            c.name: pd.Series(dtype="Int64" if c.kind == "heltal" and c.nullable else KINDS[c.kind])
            for c in table.columns
        }
        write_table(pd.DataFrame(empty), paths.table(table.name))
