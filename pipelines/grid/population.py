"""SCB's squares: which one an address lies in, and how much of a square's people are the län's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.ledger import Ledger

Floats = NDArray[np.float64]


def square_of(rutid: NDArray[np.int64], squares: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row in ``squares`` that each address's cell lies in, or -1; 250 m before 1 km.

    So a 1 km square that stands beside 250 m squares of its own has the addresses outside them.
    """
    import pandas as pd

    out = np.full(len(rutid), -1, dtype=np.int64)
    for size in (cell_grid.KM_M, cell_grid.CELL_M):
        rows = np.flatnonzero((squares["storlek_m"] == size).to_numpy())
        at = pd.Index(squares["rutid"].to_numpy()[rows]).get_indexer(cell_grid.parent(rutid, size))
        out = np.where(at >= 0, rows[at] if len(rows) else -1, out)
    return out


def spread(
    rutid: NDArray[np.int64], squares: pd.DataFrame, part: Floats, weight: Floats | None = None
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Spread each square's people over its own addresses by weight, evenly where none is given.

    People outside the 250 m squares of a 1 km square all of whose addresses lie inside them go to these.

    Parameters
    ----------
    rutid : ndarray of int64, shape (n,)
        Each address's cell.
    squares : DataFrame
        Table ``befolkning``.
    part : ndarray of float
        Of each square, the part that is the län's: see :func:`part_inside`.
    weight : ndarray of float, shape (n,), optional
        Positive.

    Returns
    -------
    people : ndarray of float, shape (n,)
    lent : ndarray of int64
        Rows of ``squares`` whose people went to addresses inside 250 m squares.
    homeless : ndarray of int64
        Rows of ``squares`` with people of the län's but no address, nor in their square: not spread.
    """
    import pandas as pd

    folk = squares["befolkning"].to_numpy() * part
    square = square_of(rutid, squares)
    placed = square >= 0
    weight = np.ones(len(rutid)) if weight is None else weight
    count = np.bincount(square[placed], weight[placed], len(squares))
    people = np.zeros(len(rutid))
    people[placed] = np.divide(folk, count, out=np.zeros(len(folk)), where=count > 0)[square[placed]] * weight[placed]
    empty = np.flatnonzero((count == 0) & (folk > 0))
    km = empty[(squares["storlek_m"] == cell_grid.KM_M).to_numpy()[empty]]
    at = pd.Index(squares["rutid"].to_numpy()[km]).get_indexer(cell_grid.parent(rutid))
    near = np.bincount(at[at >= 0], weight[at >= 0], len(km))
    share = np.divide(folk[km], near, out=np.zeros(len(km)), where=near > 0)
    people[at >= 0] += share[at[at >= 0]] * weight[at >= 0]
    lent = km[near > 0]
    return people, lent, np.setdiff1d(empty, lent)


def part_inside(
    squares: pd.DataFrame, square: NDArray[np.int64], land: pd.DataFrame, outside: pd.DataFrame, ledger: Ledger
) -> Floats:
    """Return the part (0–1) of each square's population that counts as the län's.

    Land inside the län over all land of the square; of a 1 km square beside 250 m squares of its own, the land
    outside them where there is any. A square without any land in the boundaries (a skerry that the outlines
    miss) counts wholly where the län has an address in it, otherwise not.
    """
    inside_ha, outside_ha = _land_in(squares, land, own=True), _land_in(squares, outside, own=True)
    bare = inside_ha + outside_ha == 0
    inside_ha[bare] = _land_in(squares, land, own=False)[bare]
    outside_ha[bare] = _land_in(squares, outside, own=False)[bare]
    known = inside_ha + outside_ha > 0
    has_address = _has_address(squares, square)
    part = np.where(
        known, np.divide(inside_ha, inside_ha + outside_ha, where=known, out=np.zeros(len(squares))), has_address
    )
    people = squares["befolkning"].to_numpy()
    border = (part > 0) & (part < 1)
    ledger.add(
        "bortfall",
        "scb/befolkning",
        "folk i gränsrutor, delen utanför länet",
        float((people * (1 - part))[border].sum()),
        "räknas inte; rutans folk delas efter land",
        cell_grid.scb_id(squares["rutid"].to_numpy()[border]),
    )
    ledger.add(
        "bortfall", "scb/befolkning", "folk i rutor helt utanför länet", float(people[part == 0].sum()), "räknas inte"
    )
    off = ~known & has_address
    ledger.add(
        "antagen",
        "scb/befolkning",
        "folk i rutor utan land enligt gränserna men med adresser i länet",
        float(people[off].sum()),
        "räknas helt som länets",
        cell_grid.scb_id(squares["rutid"].to_numpy()[off]),
    )
    cut = border & has_address & (part < 0.05)
    ledger.add(
        "upplysning",
        "scb/befolkning",
        "gränsrutor med adresser men nästan inget land i länet",
        int(cut.sum()),
        "folk enligt landets andel",
        cell_grid.scb_id(squares["rutid"].to_numpy()[cut]),
    )
    return part


def _has_address(squares: pd.DataFrame, square: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each square whether an address lies in it; in a 1 km square, be it in a 250 m square there."""
    out = np.zeros(len(squares), dtype=bool)
    out[square[square >= 0]] = True
    km = (squares["storlek_m"] == cell_grid.KM_M).to_numpy()
    return out | (km & np.isin(squares["rutid"], cell_grid.parent(squares["rutid"].to_numpy()[out])))


def _land_in(squares: pd.DataFrame, land: pd.DataFrame, own: bool) -> Floats:
    """Return the land (ha) of each square, from land per 250 m cell; ``own`` is without its 250 m squares'."""
    out = np.zeros(len(squares))
    fine = squares["rutid"][squares["storlek_m"] == cell_grid.CELL_M]
    for size in (cell_grid.KM_M, cell_grid.CELL_M):
        of = land[~land["rutid"].isin(fine)] if own and size == cell_grid.KM_M else land
        sums = of.groupby(cell_grid.parent(of["rutid"], size))["land_ha"].sum()
        rows = (squares["storlek_m"] == size).to_numpy()
        out[rows] = sums.reindex(squares["rutid"].to_numpy()[rows]).fillna(0).to_numpy()
    return out
