"""The cells of an edition as a question sees them: who lives there unknown, and what it would cost to build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.orders.fraga.answer_value import Cells, Floats, home_odds

if TYPE_CHECKING:
    from pipelines.config.region import Region

Bools = NDArray[np.bool_]
NEAREST = 16
"""So many neighbours of an address are looked through first for one in another cell."""


@dataclass(frozen=True)
class Ground:
    """The addresses of an edition.

    Attributes
    ----------
    rutid : ndarray of int64, shape (n,)
    xy : ndarray of float, shape (n, 2)
    households, coverage : ndarray of float, shape (n,)
        Expected households, and the probability of coverage at the level that is asked about.
    open_ : ndarray of bool, shape (n,)
        No evidence decides.
    dense : ndarray of bool, shape (n,)
        Tätbebyggt.
    """

    rutid: Ints
    xy: Floats
    households: Floats
    coverage: Floats
    open_: Bools
    dense: Bools


@dataclass(frozen=True)
class Asked:
    """The m cells that can be asked about, ``rutid`` rising, with the number of addresses not decided in each."""

    rutid: Ints
    addresses: Ints
    cells: Cells


def gather(ground: Ground, region: Region) -> Asked:
    """Sum the addresses that no evidence decides by cell, and price each cell.

    Trench: from each address to its nearest, which comes to about a tree over them, and from the cell to the nearest
    address with coverage outside it; straight lines times the detour factor. Connection per address. The fixed cost of
    a project in proportion to the smallest number of buildings that one has.
    """
    limit, price = region.brist.sannolikhetsgrans, region.kostnad
    mine = np.flatnonzero(ground.open_ & (ground.coverage < 1))
    names, cell = np.unique(ground.rutid[mine], return_inverse=True)
    count = len(names)

    def total(x: Floats) -> Floats:
        return np.bincount(cell, weights=x, minlength=count).astype(np.float64)

    number = np.bincount(cell, minlength=count)
    dense = total(ground.dense[mine].astype(np.float64)) / np.maximum(number, 1)
    per_m = dense * price.schakt_tat_sek_per_m.mitt + (1 - dense) * price.schakt_gles_sek_per_m.mitt
    link = link_m(ground, mine, cell, count, limit)
    metres = (total(nearest_m(ground.xy[mine])) + link) * price.omvagsfaktor.mitt
    fixed = price.fast_sek_per_omrade.mitt * np.minimum(number / region.projekt.minsta_byggnader, 1.0)
    cost = metres * per_m + number * price.anslutning_sek_per_adress.mitt + fixed
    home = ground.households[mine]
    lack = 1 - ground.coverage[mine]
    odds = home_odds(lack, home)
    households = total(home)
    built = ground.coverage[mine] < limit
    cells = Cells(
        households=households,
        lacking=np.divide(total(home * odds), households, out=np.zeros(count), where=households > 0),
        cost_sek=cost,
        built_households=total(np.where(built, home * lack, 0.0)),
        built_sek=cost * total(built.astype(np.float64)) / np.maximum(number, 1),
    )
    return Asked(names.astype(np.int64), number.astype(np.int64), cells)


def nearest_m(xy: Floats) -> Floats:
    """Return each point's distance (metres) to the nearest other; 0 for one alone."""
    from scipy.spatial import cKDTree

    if len(xy) < 2:
        return np.zeros(len(xy))
    return np.asarray(cKDTree(xy).query(xy, k=2)[0][:, 1], dtype=np.float64)


def link_m(ground: Ground, mine: Ints, cell: Ints, count: int, limit: float) -> Floats:
    """Return each cell's distance (metres) to the nearest address with coverage outside it; 0 where there is none.

    Parameters
    ----------
    mine, cell : ndarray of int64, shape (k,)
        The addresses asked about, and the number of the cell of each.
    count : int
        Number of cells.
    limit : float
        Probability from which an address counts as having coverage.
    """
    from scipy.spatial import cKDTree

    link = np.full(count, np.inf)
    covered = np.flatnonzero(ground.coverage >= limit)
    if not len(covered):
        return np.zeros(count)
    tree, k = cKDTree(ground.xy[covered]), min(NEAREST, len(covered))
    left = np.arange(len(mine))
    while len(left):
        metres, which = (x.reshape(len(left), k) for x in tree.query(ground.xy[mine[left]], k=k))
        other = ground.rutid[covered[which]] != ground.rutid[mine[left], None]
        np.minimum.at(link, cell[left], np.where(other, metres, np.inf).min(axis=1))
        if k == len(covered):
            break
        left, k = left[~np.isfinite(link[cell[left]])], min(4 * k, len(covered))
    return np.where(np.isfinite(link), link, 0.0)
