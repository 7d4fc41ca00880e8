"""SCB's squares: which one an address lies in, and how much of a square's people are the län's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines import grid

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.ledger import Ledger

Floats = NDArray[np.float64]


def square_of(rutid: NDArray[np.int64], squares: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row in ``squares`` that each address's cell lies in, or -1; 250 m before 1 km."""
    import pandas as pd

    out = np.full(len(rutid), -1, dtype=np.int64)
    for size in (grid.KM_M, grid.CELL_M):
        rows = np.flatnonzero((squares["storlek_m"] == size).to_numpy())
        at = pd.Index(squares["rutid"].to_numpy()[rows]).get_indexer(grid.parent(rutid, size))
        out = np.where(at >= 0, rows[at] if len(rows) else -1, out)
    return out


def part_inside(
    squares: pd.DataFrame,
    square: NDArray[np.int64],
    land: pd.DataFrame,
    outside: pd.DataFrame,
    ledger: Ledger,
) -> Floats:
    """Return the part (0–1) of each square's population that counts as the län's.

    Land inside the län over all land of the square. A square without any land in the boundaries (a skerry
    that the outlines miss) counts wholly where the län has an address in it, otherwise not.
    """
    inside_ha, outside_ha = _land_in(squares, land), _land_in(squares, outside)
    known = inside_ha + outside_ha > 0
    has_address = np.zeros(len(squares), dtype=bool)
    has_address[square[square >= 0]] = True
    part = np.where(
        known,
        np.divide(inside_ha, inside_ha + outside_ha, where=known, out=np.zeros(len(squares))),
        has_address,
    )
    people = squares["befolkning"].to_numpy()
    border = (part > 0) & (part < 1)
    ledger.add(
        "bortfall", "scb/befolkning", "folk i gränsrutor, delen utanför länet",
        float((people * (1 - part))[border].sum()), "räknas inte; rutans folk delas efter land",
        grid.scb_id(squares["rutid"].to_numpy()[border]),
    )  # fmt: skip
    ledger.add(
        "bortfall", "scb/befolkning", "folk i rutor helt utanför länet", float(people[part == 0].sum()),
        "räknas inte",
    )  # fmt: skip
    off = ~known & has_address
    ledger.add(
        "antagen", "scb/befolkning", "folk i rutor utan land enligt gränserna men med adresser i länet",
        float(people[off].sum()), "räknas helt som länets", grid.scb_id(squares["rutid"].to_numpy()[off]),
    )  # fmt: skip
    cut = border & has_address & (part < 0.05)
    ledger.add(
        "upplysning", "scb/befolkning", "gränsrutor med adresser men nästan inget land i länet",
        int(cut.sum()), "folk enligt landets andel", grid.scb_id(squares["rutid"].to_numpy()[cut]),
    )  # fmt: skip
    return part


def _land_in(squares: pd.DataFrame, land: pd.DataFrame) -> Floats:
    """Return the land (ha) of each square, from land per 250 m cell."""
    out = np.zeros(len(squares))
    for size in (grid.KM_M, grid.CELL_M):
        sums = land.groupby(grid.parent(land["rutid"], size))["land_ha"].sum()
        rows = (squares["storlek_m"] == size).to_numpy()
        out[rows] = sums.reindex(squares["rutid"].to_numpy()[rows]).fillna(0).to_numpy()
    return out
