"""The tables of what others have published, empty: for products that are about something else."""

from __future__ import annotations

import pandas as pd

from pipelines.core.files import write_table
from pipelines.core.paths import Paths
from pipelines.tables.contracts import Table
from pipelines.tables.history_tables import FRAMSKRIVNING, HISTORIK
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR

KINDS = {"text": "str", "decimal": "float64", "ja_nej": "bool", "heltal": "int64"}


def write(paths: Paths, tables: tuple[Table, ...] = (HISTORIK, FRAMSKRIVNING, AVSTAMNING_KALLOR)) -> None:
    for table in tables:
        empty = {
            c.name: pd.Series(dtype="Int64" if c.kind == "heltal" and c.nullable else KINDS[c.kind])
            for c in table.columns
        }
        write_table(pd.DataFrame(empty), paths.table(table.name))
