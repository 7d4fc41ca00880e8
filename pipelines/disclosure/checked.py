"""What every table of the open edition passes last: no column that is not open, none finer than its contract says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.errors import ContractError
from pipelines.tables import contracts

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.tables.contracts import Table


def checked(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with the contract's columns and no other, every one of them open, as finely as it says."""
    closed = [c.name for c in table.columns if c.klass != "oppen"]
    if closed:
        raise ContractError(
            f"Den öppna tabellen «{table.name}» har kolumner som inte är öppna.",
            details=closed,
            action="Ge kolumnen klassen oppen i kontraktet om den får publiceras, annars ta bort den.",
        )
    is_polygon = table.geometry == "MultiPolygon" and table.name == "bristomraden"
    return contracts.rounded(contracts.check(frame, table), table)[
        [*table.names, *(["geometry"] if is_polygon else [])]
    ]
